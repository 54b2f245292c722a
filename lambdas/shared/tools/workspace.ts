import { OfficeError } from '../errors.ts';

/** One file of a task's workspace. `size` in bytes; `etag` changes with the content. */
export interface WorkspaceEntry {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly modified_at: string;
  /**
   * Marks of the writes that made this content, oldest first: opaque words stored with the file in the same
   * write, by which a writer recognizes its own work after its answer was lost. Only `stat` and `write` give them.
   */
  readonly marks?: readonly string[];
}

/**
 * A task's files: the only storage a tool can reach. Paths are relative, `/`-separated and normalized
 * by `normalizeWorkspacePath` (security/workspace-path.ts) before they get here.
 */
export interface Workspace {
  /** @throws FileNotFoundError */
  read(path: string): Promise<{ bytes: Uint8Array; etag: string }>;
  /**
   * Writes the whole file. With `ifEtag` only when the file still has that etag (null: does not exist).
   * `marks` replaces the file's marks (the latest 50 are kept); without it they stay as they are.
   * @throws WriteConflictError when it has another
   */
  write(
    path: string,
    bytes: Uint8Array,
    options?: { ifEtag?: string | null; marks?: readonly string[] },
  ): Promise<WorkspaceEntry>;
  /** Every file below the folder (`''` for all), recursively, in path order. */
  list(folder: string): Promise<WorkspaceEntry[]>;
  /** Null when there is no such file. */
  stat(path: string): Promise<WorkspaceEntry | null>;
  /** @throws FileNotFoundError */
  remove(path: string): Promise<void>;
}

export class FileNotFoundError extends OfficeError {
  override readonly name = 'FileNotFoundError';
  constructor(path: string) {
    super(`There is no file "${path}" in the workspace.`);
  }
}

export class WriteConflictError extends OfficeError {
  override readonly name = 'WriteConflictError';
  override readonly retryable = true;
  constructor(path: string) {
    super(`The file "${path}" was changed by another step at the same time.`);
  }
}
