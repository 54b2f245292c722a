/**
 * Writes the memory of a freshly loaded interpreter to standard output, from which others start faster.
 * It is made before any program is known. Argument: the folder of Pyodide.
 */
import { loadInterpreter } from './load.mjs';
import { writeAll } from './write-all.mjs';

const [pyodideDir] = process.argv.splice(2);
const pyodide = await loadInterpreter(pyodideDir, { _makeSnapshot: true });
writeAll(pyodide.makeMemorySnapshot());
process.exit(0);
