import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from './failures.ts';

/** What a running local office leaves in its data directory, for the command line of the same user. */
export const connectionSchema = z.looseObject({
  url: z.url(),
  api_key: z.string().min(1),
  pid: z.int().positive(),
});
export type LocalConnection = z.infer<typeof connectionSchema>;

export interface Connection {
  readonly url: string;
  readonly key: string;
}

export interface ConnectionOptions {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
}

type Settings = Readonly<Record<string, string | undefined>>;

/** The local office's data directory: `OFFICE_DATA_DIR`, else `.office` in the project. */
export function dataDirectory(env: Settings, root: string): string {
  return resolve(root, env['OFFICE_DATA_DIR'] || '.office');
}

const connectionFile = (directory: string) => join(directory, 'connection.json');

/** Only this user may read it: it holds a key. */
export function writeConnection(directory: string, connection: LocalConnection): void {
  mkdirSync(directory, { recursive: true });
  const file = connectionFile(directory);
  writeFileSync(file, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
  // `mode` only counts for a new file.
  chmodSync(file, 0o600);
}

/** Removes the file when it is this process's own; another office's is left alone. */
export function removeConnection(directory: string, pid: number): void {
  if (readConnection(directory)?.pid === pid) rmSync(connectionFile(directory), { force: true });
}

/** Null when no office left a file; a damaged file counts as none, the next start writes it anew. */
export function readConnection(directory: string): LocalConnection | null {
  const file = connectionFile(directory);
  if (!existsSync(file)) return null;
  try {
    return connectionSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function checkUrl(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError(`"${url}" is not an http(s) address: give one like http://127.0.0.1:8787.`);
  }
  const { username, password, search, hash } = new URL(url);
  if (username !== '' || password !== '') {
    throw new UsageError(
      "The office's address holds a name or a password: leave them out, and give the key with --key or OFFICE_API_KEY.",
    );
  }
  if (search !== '' || hash !== '')
    throw new UsageError(`"${url}" must have nothing after its path: leave out "${search}${hash}".`);
  return url.replace(/\/+$/, '');
}

/** Whether an HTTP header can hold a key. */
export const isHeaderText = (key: string): boolean => /^[\x21-\x7e]+$/.test(key);

function checkKey(key: string): string {
  if (isHeaderText(key)) return key;
  throw new UsageError(
    'The API key holds characters that an HTTP header can not: check --key or OFFICE_API_KEY for blanks, line breaks and letters with accents.',
  );
}

/**
 * Where the office is and with which key: the options, then `OFFICE_URL` and `OFFICE_API_KEY`, then the
 * running local office.
 * @throws UsageError when that names no office or no key
 */
export function resolveConnection(options: ConnectionOptions, env: Settings, root: string): Connection {
  const url = options.url ?? (env['OFFICE_URL'] || undefined);
  const key = options.key ?? (env['OFFICE_API_KEY'] || undefined);
  const local = readConnection(dataDirectory(env, root));
  if (url !== undefined) {
    const address = checkUrl(url);
    const known = key ?? (local?.url === address ? local.api_key : undefined);
    if (known === undefined) {
      throw new UsageError(`An API key is needed for ${address}: give --key or set OFFICE_API_KEY.`);
    }
    return { url: address, key: checkKey(known) };
  }
  if (local === null || !isRunning(local.pid)) {
    throw new UsageError(
      'No office is running here: start one with "npm start", or name another with --url and --key (OFFICE_URL and OFFICE_API_KEY).',
    );
  }
  return { url: local.url, key: checkKey(key ?? local.api_key) };
}
