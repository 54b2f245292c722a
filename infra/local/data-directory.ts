import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OfficeStartError } from './office-start-error.ts';

/**
 * Makes the data directory and proves that it can be written.
 * @throws OfficeStartError saying why not
 */
export function prepareDataDirectory(directory: string): string {
  const path = resolve(directory);
  const probe = join(path, '.write-test');
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new OfficeStartError(
      `The data directory ${path} can't be written (${reason}); set OFFICE_DATA_DIR to a directory that can.`,
    );
  }
  return path;
}

/** The key of this data directory: made at the first start, readable by its owner only. */
export function localApiKey(directory: string): string {
  const path = join(directory, 'api-key');
  if (existsSync(path)) {
    const key = readFileSync(path, 'utf8').trim();
    if (key !== '') return key;
  }
  const key = `iok_${randomBytes(32).toString('base64url')}`;
  writeFileSync(path, `${key}\n`, { mode: 0o600 });
  return key;
}
