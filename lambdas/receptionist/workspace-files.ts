import { InvalidPathError, normalizeWorkspacePath } from '../shared/security/workspace-path.ts';
import { badRequest, type FieldError } from './problem.ts';

/** A file as a caller sends it. */
export interface SentFile {
  readonly path: string;
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
}

export interface DecodedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The files with normalized paths and decoded contents.
 * @throws HttpProblem 400 naming every path that is invalid, twice there, or both file and folder, and invalid base64
 */
export function decodeFiles(files: readonly SentFile[]): DecodedFile[] {
  const paths = normalizePaths(files);
  const errors: FieldError[] = [];
  const decoded = files.map((file, index): DecodedFile => {
    const path = paths[index] ?? '';
    if (file.encoding === 'utf8') return { path, bytes: Buffer.from(file.content, 'utf8') };
    if (file.content.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(file.content)) {
      errors.push({
        path: `workspace.files.${index}.content`,
        message: 'is not base64 (RFC 4648, with padding)',
      });
    }
    return { path, bytes: Buffer.from(file.content, 'base64') };
  });
  if (errors.length > 0) throw badRequest('Some files of the workspace are not valid.', errors);
  return decoded;
}

/** @throws HttpProblem 400 */
export function normalizePaths(
  files: readonly { readonly path: string }[],
  root = 'workspace.files',
): string[] {
  const errors: FieldError[] = [];
  const seen = new Map<string, number>();
  const paths = files.map(({ path }, index) => {
    try {
      const normalized = normalizeWorkspacePath(path);
      const earlier = seen.get(normalized);
      if (earlier === undefined) seen.set(normalized, index);
      else
        errors.push({
          path: `${root}.${index}.path`,
          message: `is the same file as ${root}.${earlier}.path`,
        });
      return normalized;
    } catch (error) {
      if (!(error instanceof InvalidPathError)) throw error;
      errors.push({ path: `${root}.${index}.path`, message: error.message });
      return '';
    }
  });
  for (const [path, index] of seen) {
    const folder = foldersOf(path).find((each) => seen.has(each));
    if (folder !== undefined) {
      errors.push({
        path: `${root}.${index}.path`,
        message: `is below ${JSON.stringify(folder)}, which is a file`,
      });
    }
  }
  if (errors.length > 0) throw badRequest('Some paths of the workspace are not valid.', errors.slice(0, 50));
  return paths;
}

const foldersOf = (path: string): string[] => {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
};
