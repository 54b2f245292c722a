#!/usr/bin/env node
// Starts the command line: TypeScript is run as it is, in this process.
import './typescript.mjs';

await import('../bin/office.ts');
