import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolFailure } from '../../shared/tools/define-tool.ts';

/** Where the interpreter (Pyodide's files) and the program that drives it (`sandbox/`) are on this machine. */
export interface RuntimeFiles {
  readonly pyodideDir: string;
  readonly sandboxDir: string;
}

/** The folder of this module; in a CommonJS bundle, which has no module URL, the folder of the started script. */
function ownFolder(): string {
  const url: string | undefined = import.meta.url;
  return url
    ? dirname(fileURLToPath(url))
    : (process.env['LAMBDA_TASK_ROOT'] ?? dirname(process.argv[1] ?? '.'));
}

function installedPyodide(folder: string): string | undefined {
  try {
    return dirname(createRequire(join(folder, 'python-exec.js')).resolve('pyodide/package.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Finds the files: `OFFICE_PYODIDE_DIR`, or a folder `pyodide` beside this module (a bundle ships it there),
 * or the installed package; and `OFFICE_PYTHON_SANDBOX_DIR`, or `sandbox` beside this module.
 * @throws ToolFailure `InterpreterUnavailable` when a file is missing
 */
export function findRuntimeFiles(environment: NodeJS.ProcessEnv, folder = ownFolder()): RuntimeFiles {
  const beside = join(folder, 'pyodide');
  const pyodideDir =
    environment['OFFICE_PYODIDE_DIR'] ?? (existsSync(beside) ? beside : installedPyodide(folder)) ?? beside;
  const sandboxDir = environment['OFFICE_PYTHON_SANDBOX_DIR'] ?? join(folder, 'sandbox');
  for (const file of [join(pyodideDir, 'pyodide.asm.wasm'), join(sandboxDir, 'runner.mjs')]) {
    if (!existsSync(file)) {
      throw new ToolFailure(
        'InterpreterUnavailable',
        'The files of the Python interpreter are not installed; set OFFICE_PYODIDE_DIR to the folder of the pyodide package.',
      );
    }
  }
  // The permission model compares real paths.
  return { pyodideDir: realpathSync(pyodideDir), sandboxDir: realpathSync(sandboxDir) };
}
