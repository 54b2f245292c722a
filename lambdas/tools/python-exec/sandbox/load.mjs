import fs from 'node:fs';
import { pathToFileURL } from 'node:url';

export const WORKSPACE = '/workspace';

/**
 * Loads CPython with the driver in it, anew (about 2 s of processor time) or from a snapshot (about 0.3 s).
 * @param {string} pyodideDir
 * @param {{_makeSnapshot?: boolean, _loadSnapshot?: Uint8Array}} options
 */
export async function loadInterpreter(pyodideDir, options) {
  // Emscripten asks for the flags of open(2) through an internal that the permission model closes,
  // and takes the name of the program, which Python shows, from the arguments.
  process.binding = () => ({ fs: fs.constants });
  process.argv[1] = 'python';
  const { loadPyodide } = await import(pathToFileURL(`${pyodideDir}/pyodide.mjs`).href);
  const pyodide = await loadPyodide({
    indexURL: pyodideDir,
    env: {
      HOME: WORKSPACE,
      USER: 'office',
      LOGNAME: 'office',
      PATH: '/',
      PWD: WORKSPACE,
      LANG: 'C.UTF-8',
      _: 'python',
    },
    ...options,
  });
  if (!options._loadSnapshot) {
    const driver = fs.readFileSync(new URL('./driver.py', import.meta.url), 'utf8');
    pyodide.runPython(
      [
        'import sys, types',
        '_office = types.ModuleType("_office")',
        'sys.modules["_office"] = _office',
        `exec(compile(${JSON.stringify(driver)}, "<sandbox>", "exec"), _office.__dict__)`,
        'del _office, sys, types',
      ].join('\n'),
    );
  }
  return pyodide;
}
