import { createHash } from 'node:crypto';
import {
  InvalidPathError,
  normalizeWorkspaceFolder,
  normalizeWorkspacePath,
} from '../../shared/security/workspace-path.ts';
import { type Tool, ToolFailure, type ToolRun } from '../../shared/tools/define-tool.ts';
import {
  FileNotFoundError,
  type Workspace,
  type WorkspaceEntry,
  WriteConflictError,
} from '../../shared/tools/workspace.ts';
import {
  type FileOperationsInputs,
  type FileOperationsOutput,
  fileOperationsDeclaration,
  MAX_FILE_BYTES,
} from './declaration.ts';
import { matchesGlob } from './glob.ts';
import { searchFiles, textOf, withinBytes } from './search-files.ts';

/** Tries of an append that keeps meeting other writers; each waits for nothing but the store. */
const APPEND_TRIES = 8;

export interface FileOperationsDeps {
  /** The workspace of the run's task. */
  workspaceFor(run: ToolRun): Workspace;
  /** Time for regular expressions in one search; 2 s when absent. */
  readonly regexBudgetMs?: number;
}

/**
 * The `file_operations` tool: the task's workspace and nothing else.
 *
 * Every path is normalized before it reaches the workspace. A write replaces the whole file in one request. An append
 * is a read and a conditional write, tried again when another step was faster, and carries a mark made from the
 * idempotency key in the same write: running it twice appends once, and `reconcile` knows whether it happened.
 */
export function createFileOperations(
  deps: FileOperationsDeps,
): Tool<typeof fileOperationsDeclaration.inputs, typeof fileOperationsDeclaration.output> {
  return {
    declaration: fileOperationsDeclaration,
    async run(inputs, run) {
      return named(inputs, async () => ({ output: await perform(inputs, run, deps) }));
    },
    async reconcile(inputs, run) {
      return named(inputs, async () => {
        if (inputs.operation === 'append') {
          const path = normalizeWorkspacePath(inputs.path);
          const entry = await deps.workspaceFor(run).stat(path);
          const done = entry?.marks?.includes(markOf(run, path, contentOf(inputs)));
          return entry && done ? { output: { operation: 'append', ...shown(entry) } } : 'not_run';
        }
        return inputs.if_etag === undefined ? 'not_run' : 'unknown';
      });
    },
  };
}

function perform(
  inputs: FileOperationsInputs,
  run: ToolRun,
  deps: FileOperationsDeps,
): Promise<FileOperationsOutput> {
  const workspace = deps.workspaceFor(run);
  switch (inputs.operation) {
    case 'read':
      return read(inputs, run, workspace);
    case 'write':
      return write(inputs, workspace);
    case 'append':
      return append(inputs, run, workspace);
    case 'list':
      return list(inputs, run, workspace);
    case 'search':
      return searchFiles(inputs, run, workspace, deps.regexBudgetMs);
    case 'stat':
      return stat(inputs, workspace);
    case 'delete':
      return remove(inputs, workspace);
  }
}

async function read(
  inputs: FileOperationsInputs,
  run: ToolRun,
  workspace: Workspace,
): Promise<FileOperationsOutput> {
  const path = normalizeWorkspacePath(inputs.path);
  const entry = await workspace.stat(path);
  if (entry === null) throw new FileNotFoundError(path);
  const limit = Math.min(MAX_FILE_BYTES, run.policy.max_output_bytes);
  if (entry.size > limit)
    throw tooLarge(`The file "${path}" has ${entry.size} bytes; at most ${limit} can be read`);
  const { bytes, etag } = await workspace.read(path);
  const content = inputs.encoding === 'base64' ? Buffer.from(bytes).toString('base64') : textOf(bytes);
  if (content === null) {
    throw new ToolFailure('NotText', `The file "${path}" is not UTF-8 text; read it with encoding "base64".`);
  }
  const output: FileOperationsOutput = {
    operation: 'read',
    path,
    content,
    encoding: inputs.encoding,
    size: bytes.byteLength,
    etag,
  };
  const answer = Buffer.byteLength(JSON.stringify(output));
  if (answer > run.policy.max_output_bytes) {
    throw tooLarge(
      `The file "${path}" takes ${answer} bytes as an answer; the policy allows ${run.policy.max_output_bytes}`,
    );
  }
  return output;
}

async function write(inputs: FileOperationsInputs, workspace: Workspace): Promise<FileOperationsOutput> {
  const path = normalizeWorkspacePath(inputs.path);
  const entry = await workspace.write(path, contentOf(inputs), ifEtagOf(inputs));
  return { operation: 'write', ...shown(entry) };
}

async function append(
  inputs: FileOperationsInputs,
  run: ToolRun,
  workspace: Workspace,
): Promise<FileOperationsOutput> {
  const path = normalizeWorkspacePath(inputs.path);
  const added = contentOf(inputs);
  const mark = markOf(run, path, added);
  for (let attempt = 1; ; attempt += 1) {
    const before = await workspace.stat(path);
    if (before?.marks?.includes(mark)) return { operation: 'append', ...shown(before) };
    if (inputs.if_etag !== undefined && (before?.etag ?? null) !== inputs.if_etag)
      throw new WriteConflictError(path);
    if ((before?.size ?? 0) + added.byteLength > MAX_FILE_BYTES) {
      throw tooLarge(`With this the file "${path}" would have more than ${MAX_FILE_BYTES} bytes`);
    }
    try {
      const existing = before === null ? new Uint8Array() : (await workspace.read(path)).bytes;
      const entry = await workspace.write(path, Buffer.concat([existing, added]), {
        // The etag of the stat, not of the read: when the file changed in between, the write must fail.
        ifEtag: before?.etag ?? null,
        marks: [...(before?.marks ?? []), mark],
      });
      return { operation: 'append', ...shown(entry) };
    } catch (error) {
      const raced = error instanceof WriteConflictError || error instanceof FileNotFoundError;
      if (!raced || attempt === APPEND_TRIES || run.signal.aborted) throw error;
    }
  }
}

async function list(
  inputs: FileOperationsInputs,
  run: ToolRun,
  workspace: Workspace,
): Promise<FileOperationsOutput> {
  const folder = normalizeWorkspaceFolder(inputs.path);
  const { pattern } = inputs;
  const start = folder === '' ? 0 : folder.length + 1;
  const files = await workspace.list(folder);
  const found =
    pattern === undefined ? files : files.filter((file) => matchesGlob(file.path.slice(start), pattern));
  const entries = withinBytes(found.slice(0, inputs.max_results).map(shown), run);
  return { operation: 'list', path: folder, entries, truncated: entries.length < found.length };
}

async function stat(inputs: FileOperationsInputs, workspace: Workspace): Promise<FileOperationsOutput> {
  const path = normalizeWorkspacePath(inputs.path);
  const entry = await workspace.stat(path);
  return entry === null
    ? { operation: 'stat', path, exists: false }
    : { operation: 'stat', exists: true, ...shown(entry) };
}

async function remove(inputs: FileOperationsInputs, workspace: Workspace): Promise<FileOperationsOutput> {
  const path = normalizeWorkspacePath(inputs.path);
  try {
    await workspace.remove(path);
    return { operation: 'delete', path, deleted: true };
  } catch (error) {
    // Gone is what was asked for, so a repeated delete has the same outcome.
    if (error instanceof FileNotFoundError) return { operation: 'delete', path, deleted: false };
    throw error;
  }
}

function contentOf(inputs: FileOperationsInputs): Buffer {
  const content = inputs.content ?? '';
  if (
    inputs.encoding === 'base64' &&
    !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(content)
  ) {
    throw new ToolFailure(
      'InvalidInputs',
      'The content is not base64; send it padded and without line breaks.',
    );
  }
  const bytes = Buffer.from(content, inputs.encoding);
  if (bytes.byteLength > MAX_FILE_BYTES) {
    throw tooLarge(`The content has ${bytes.byteLength} bytes; at most ${MAX_FILE_BYTES} can be written`);
  }
  return bytes;
}

function ifEtagOf(inputs: FileOperationsInputs): { ifEtag?: string | null } {
  return inputs.if_etag === undefined ? {} : { ifEtag: inputs.if_etag };
}

/**
 * Names one append of one step: the same for each try of it, different for every other. Part of a digest, because
 * a file's metadata holds 2 KB.
 */
function markOf(run: ToolRun, path: string, added: Buffer): string {
  const step = [run.tenant_id, run.task_id, run.subtask_id, run.step_id, run.idempotency_key];
  return createHash('sha256')
    .update(JSON.stringify([...step, path]))
    .update(added)
    .digest('hex')
    .slice(0, 32);
}

function shown({ path, size, etag, modified_at }: WorkspaceEntry) {
  return { path, size, etag, modified_at };
}

function tooLarge(what: string): ToolFailure {
  return new ToolFailure('TooLarge', `${what}.`);
}

/** Gives the workspace's errors the names a step shows. */
async function named<T>(inputs: FileOperationsInputs, work: () => Promise<T>): Promise<T> {
  // With an expected etag the same call conflicts again; without one the next try sees the new content.
  const retryable = inputs.if_etag === undefined;
  try {
    return await work();
  } catch (error) {
    if (error instanceof InvalidPathError)
      throw new ToolFailure('InvalidPath', error.message, { cause: error });
    if (error instanceof FileNotFoundError)
      throw new ToolFailure('FileNotFound', error.message, { cause: error });
    if (error instanceof WriteConflictError) {
      throw new ToolFailure('WriteConflict', error.message, { retryable, cause: error });
    }
    throw error;
  }
}
