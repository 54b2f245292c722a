#!/usr/bin/env node
// Starts the command line: TypeScript is run as it is, in this process.
import { createRequire } from 'node:module';

try {
  createRequire(import.meta.url).resolve('commander');
} catch {
  process.stderr.write(
    'office: what it needs is not installed yet: start it with "npm run office -- COMMAND", which installs it, or run "npm ci" first.\n',
  );
  process.exit(2);
}
await import('./typescript.mjs');
await import('../bin/office.ts');
