// Prints the milliseconds that a bundled function takes to load in this process: node load-bundle.mjs FILE.
import { pathToFileURL } from 'node:url';

const file = pathToFileURL(process.argv[2]).href;
const began = performance.now();
const { handler } = await import(file);
const took = performance.now() - began;
if (typeof handler !== 'function') throw new Error(`${file} exports no handler.`);
process.stdout.write(`${took}\n`, () => process.exit(0));
