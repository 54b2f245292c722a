import { readFileSync } from 'node:fs';
import { UsageError } from './failures.ts';

/** The code of a failed file operation, `EACCES`; null for anything else. */
export function fileErrorCode(error: unknown): string | null {
  const isOne = typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
  return isOne && typeof error.code === 'string' ? error.code : null;
}

/**
 * The text of a file that was named on the command line.
 * @param name as the person wrote it
 * @throws UsageError when it can't be read
 */
export function readNamedFile(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === null) throw error;
    if (code === 'EISDIR') throw new UsageError(`${name} is a folder: name a file.`);
    throw new UsageError(
      code === 'ENOENT' ? `The file ${name} does not exist.` : `The file ${name} can not be read (${code}).`,
    );
  }
}
