import { isUtf8 } from 'node:buffer';
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from './failures.ts';
import { fileErrorCode } from './files.ts';

export interface PackedFile {
  /** Relative, with `/` between folders. */
  readonly path: string;
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
  readonly bytes: number;
}

export interface PackedWorkspace {
  readonly files: readonly PackedFile[];
  /** What was left out and why, one sentence each. */
  readonly left_out: readonly string[];
  readonly bytes: number;
}

export interface PackLimits {
  readonly files: number;
  readonly text_bytes: number;
  readonly binary_bytes: number;
  readonly total_bytes: number;
}

/** 2,000 files is what a task may hold; tools read files of a few megabytes, so larger ones are of no use. */
export const packLimits: PackLimits = {
  files: 2_000,
  text_bytes: 20_000_000,
  binary_bytes: 4_000_000,
  total_bytes: 100_000_000,
};

/** Folders that tools make and nobody wants analysed. */
const skippedFolders = new Set(['.git', '.hg', '.svn', 'node_modules', '__pycache__', '.venv', '.office']);

/** Null when the bytes are not UTF-8 text. */
const asText = (bytes: Buffer): string | null =>
  isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : null;

function entriesOf(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What `read` gives, or null when the file system refuses; `refused` is told its code. */
function readable<T>(read: () => T, refused: (code: string) => void): T | null {
  try {
    return read();
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === null) throw error;
    refused(code);
    return null;
  }
}

/**
 * Reads a folder as a task's workspace. Links are left out: they could lead anywhere on this machine.
 * @throws UsageError when the folder is missing, or holds more than a task can
 */
export function packWorkspace(directory: string, limits: PackLimits = packLimits): PackedWorkspace {
  const root = resolve(directory);
  const info = readable(
    () => statSync(root, { throwIfNoEntry: false }),
    () => {},
  );
  if (!info) throw new UsageError(`The workspace folder ${directory} does not exist.`);
  if (!info.isDirectory())
    throw new UsageError(`The workspace ${directory} is a file: give the folder it is in.`);
  const files: PackedFile[] = [];
  const leftOut: string[] = [];
  let total = 0;

  const add = (path: string, bytes: Buffer) => {
    const text = asText(bytes);
    const limit = text === null ? limits.binary_bytes : limits.text_bytes;
    if (bytes.length > limit) {
      const kind = text === null ? 'binary' : 'text';
      leftOut.push(`${path} is a ${kind} file of ${size(bytes.length)}; the limit is ${size(limit)}.`);
      return;
    }
    total += bytes.length;
    files.push({
      path,
      content: text ?? bytes.toString('base64'),
      encoding: text === null ? 'base64' : 'utf8',
      bytes: bytes.length,
    });
    if (files.length > limits.files || total > limits.total_bytes) {
      throw new UsageError(
        `The workspace ${directory} is too large (at most ${limits.files} files and ${size(limits.total_bytes)}): name a smaller folder.`,
      );
    }
  };

  const unreadable = (path: string) => (code: string) => leftOut.push(`${path} can not be read (${code}).`);
  const walk = (folder: string, prefix: string) => {
    for (const entry of readable(() => entriesOf(folder), unreadable(prefix || directory)) ?? []) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory()) {
        if (!skippedFolders.has(entry.name)) walk(join(folder, entry.name), `${path}/`);
      } else if (entry.isFile()) {
        const bytes = readable(() => readFileSync(join(folder, entry.name)), unreadable(path));
        if (bytes !== null) add(path, bytes);
      } else {
        leftOut.push(`${path} is a ${entry.isSymbolicLink() ? 'link' : 'special file'}.`);
      }
    }
  };
  walk(root, '');
  return { files, left_out: leftOut, bytes: total };
}

/** `812 bytes`, `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Number((bytes / 1_000).toFixed(1))} kB`;
  return `${Number((bytes / 1_000_000).toFixed(1))} MB`;
}
