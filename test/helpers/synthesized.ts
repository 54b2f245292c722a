import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { bundleSources } from '../../infra/bundling/bundle.ts';
import type { OfficeStack } from '../../infra/office-stack.ts';
import { synthesizedOffice } from '../../infra/synthesized-app.ts';

/** A folder of bundles that do nothing: what is in them doesn't show in the template. */
export function emptyBundles(): string {
  const bundles = mkdtempSync(join(tmpdir(), 'office-bundles-'));
  for (const { name } of bundleSources) {
    mkdirSync(join(bundles, name));
    writeFileSync(join(bundles, name, 'index.mjs'), 'export const handler = async () => ({});\n');
  }
  return bundles;
}

/** The stack as a deployment would have it, with empty bundles. */
export const officeStack = (environment: NodeJS.ProcessEnv = {}): { app: App; stack: OfficeStack } =>
  synthesizedOffice(emptyBundles(), environment);

let shared: Template | undefined;
/** The template of the default configuration, synthesized once. */
export function officeTemplate(): Template {
  shared ??= Template.fromStack(officeStack().stack);
  return shared;
}
