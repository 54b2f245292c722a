import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const windows = process.platform === 'win32';

/** A program of a virtual environment. */
export const inVirtualEnvironment = (home: string, program: string): string =>
  join(home, windows ? 'Scripts' : 'bin', windows ? `${program}.exe` : program);

/** No Python of version 3.10 or newer. */
export class PythonMissingError extends Error {
  override readonly name = 'PythonMissingError';
}

/** @throws PythonMissingError */
export function findPython(): string {
  const wanted = [process.env['PYTHON'], 'python3', 'python'].filter((name) => name !== undefined);
  const check = 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)';
  const found = wanted.find((name) => spawnSync(name, ['-c', check], { stdio: 'ignore' }).status === 0);
  if (found !== undefined) return found;
  throw new PythonMissingError(
    'Python 3.10 or newer is needed for this and was not found: install one from https://www.python.org/downloads, or set PYTHON to its path. The office itself needs no Python: npm run demo.',
  );
}
