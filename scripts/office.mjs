#!/usr/bin/env node
// Starts the command line: TypeScript is run as it is, by tsx, in this process.
import { register } from 'tsx/esm/api';

register();
await import('../bin/office.ts');
