import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOffice } from '../scripts/cli/program.ts';
import { processTerminal } from '../scripts/cli/terminal.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.exitCode = await runOffice(process.argv.slice(2), processTerminal(root));
