import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { bundleSources } from '../../infra/bundling/bundle.ts';
import { readConfiguration } from '../../infra/configuration.ts';
import { OfficeStack } from '../../infra/office-stack.ts';

const cdkJson = fileURLToPath(new URL('../../cdk.json', import.meta.url));

/** The stack as a deployment would have it, with empty bundles: what is in them doesn't show in the template. */
export function officeStack(environment: NodeJS.ProcessEnv = {}): { app: App; stack: OfficeStack } {
  const bundles = mkdtempSync(join(tmpdir(), 'office-bundles-'));
  for (const { name } of bundleSources) {
    mkdirSync(join(bundles, name));
    writeFileSync(join(bundles, name, 'index.mjs'), 'export const handler = async () => ({});\n');
  }
  const { context } = JSON.parse(readFileSync(cdkJson, 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context, analyticsReporting: false });
  const stack = new OfficeStack(app, { configuration: readConfiguration(environment), bundles });
  return { app, stack };
}

let shared: Template | undefined;
/** The template of the default configuration, synthesized once. */
export function officeTemplate(): Template {
  shared ??= Template.fromStack(officeStack().stack);
  return shared;
}
