import { normalizeWorkspaceFolder } from '../../shared/security/workspace-path.ts';
import type { ToolRun } from '../../shared/tools/define-tool.ts';
import { errorCode } from '../../shared/tools/error-code.ts';
import { FileNotFoundError, type Workspace, type WorkspaceEntry } from '../../shared/tools/workspace.ts';
import { type FileOperationsInputs, type FileOperationsOutput, MAX_FILE_BYTES } from './declaration.ts';
import { plainSearch, regexSearch } from './line-search.ts';

const MAX_FILES_SEARCHED = 2_000;
const MAX_BYTES_SEARCHED = 64_000_000;
const MAX_SKIPPED_SHOWN = 100;
/** Room in the answer for everything but entries or matches. */
const ANSWER_MARGIN = 2_048;

/**
 * Searches a file, or every file below a folder, line by line, in path order. Files that are no text are named in `skipped`.
 *
 * @throws InvalidPathError; ToolFailure `InvalidPattern`, `PatternTooSlow`
 */
export async function searchFiles(
  inputs: FileOperationsInputs,
  run: ToolRun,
  workspace: Workspace,
  regexBudgetMs?: number,
): Promise<FileOperationsOutput> {
  const path = normalizeWorkspaceFolder(inputs.path);
  const pattern = inputs.pattern ?? '';
  const lines = inputs.regex
    ? regexSearch(pattern, inputs.ignore_case, regexBudgetMs)
    : plainSearch(pattern, inputs.ignore_case);
  try {
    const files = await filesUnder(path, workspace);
    const matches: { path: string; line: number; text: string }[] = [];
    const skipped: string[] = [];
    let searched = 0;
    let bytes = 0;
    let complete = true;
    for (const file of files) {
      run.signal.throwIfAborted();
      if (
        matches.length >= inputs.max_results ||
        searched >= MAX_FILES_SEARCHED ||
        bytes + file.size > MAX_BYTES_SEARCHED
      ) {
        complete = false;
        break;
      }
      const text = file.size > MAX_FILE_BYTES ? null : await readText(file.path, workspace);
      if (text === null) {
        skipped.push(file.path);
        continue;
      }
      searched += 1;
      bytes += file.size;
      // One more than wanted, so that an exactly full answer is not called truncated.
      const found = await lines.find(text, inputs.max_results - matches.length + 1);
      matches.push(...found.map((match) => ({ path: file.path, ...match })));
    }
    const kept = withinBytes(matches.slice(0, inputs.max_results), run);
    return {
      operation: 'search',
      path,
      matches: kept,
      files_searched: searched,
      skipped: skipped.slice(0, MAX_SKIPPED_SHOWN),
      truncated: !complete || kept.length < matches.length,
    };
  } finally {
    await lines.close();
  }
}

/** The file itself, or everything below the folder. */
async function filesUnder(path: string, workspace: Workspace): Promise<WorkspaceEntry[]> {
  const file = path === '' ? null : await workspace.stat(path);
  return file === null ? workspace.list(path) : [file];
}

async function readText(path: string, workspace: Workspace): Promise<string | null> {
  try {
    const text = textOf((await workspace.read(path)).bytes);
    return text?.includes('\0') ? null : text;
  } catch (error) {
    // Deleted by another step since it was listed.
    if (error instanceof FileNotFoundError) return null;
    throw error;
  }
}

/** The bytes as UTF-8 text, or null when they are not. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (errorCode(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') return null;
    throw error;
  }
}

/** As many items as fit the policy's output, so that a long listing is a cut result and not an error. */
export function withinBytes<T>(items: T[], run: ToolRun): T[] {
  let room = run.policy.max_output_bytes - ANSWER_MARGIN;
  const end = items.findIndex((item) => {
    room -= Buffer.byteLength(JSON.stringify(item)) + 1;
    return room < 0;
  });
  return end === -1 ? items : items.slice(0, end);
}
