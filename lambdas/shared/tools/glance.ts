import type { FileGlance } from '../../../schemas/briefs.ts';
import type { Workspace } from './workspace.ts';

const MAX_GLANCES = 200;
const MAX_HEADS = 20;
const HEAD_BYTES = 400;
/** A head of a larger file would mean reading it whole. */
const MAX_HEAD_FILE_BYTES = 262_144;

/** What a model should know of the workspace before it plans: names, sizes, and how the first text files begin. */
export async function glanceAt(workspace: Workspace): Promise<FileGlance[]> {
  const entries = (await workspace.list('')).slice(0, MAX_GLANCES);
  let heads = 0;
  return Promise.all(
    entries.map(async ({ path, size }): Promise<FileGlance> => {
      if (size === 0 || size > MAX_HEAD_FILE_BYTES || heads >= MAX_HEADS) return { path, size };
      heads += 1;
      const { bytes } = await workspace.read(path);
      const head = Buffer.from(bytes).subarray(0, HEAD_BYTES).toString('utf8');
      // U+FFFD marks bytes that are not UTF-8: a binary file has no head worth reading.
      return head.includes('\u0000') || head.includes('\uFFFD') ? { path, size } : { path, size, head };
    }),
  );
}
