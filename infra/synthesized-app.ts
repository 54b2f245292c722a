import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { readConfiguration } from './configuration.ts';
import { OfficeStack } from './office-stack.ts';

/** The stack as the CDK command line would make it, with the feature flags of `cdk.json`. */
export function synthesizedOffice(
  bundles: string,
  environment: NodeJS.ProcessEnv = {},
): { app: App; stack: OfficeStack } {
  const { context } = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')) as {
    context: Record<string, unknown>;
  };
  const app = new App({ context, analyticsReporting: false });
  return { app, stack: new OfficeStack(app, { configuration: readConfiguration(environment), bundles }) };
}
