import { z } from 'zod';
import type { OfficeApi } from './api.ts';
import { ApiError } from './failures.ts';
import { type Submitted, submittedSchema } from './views.ts';
import type { PackedFile } from './workspace-pack.ts';

/** A body may have 5.5 MB; files that fill more than this in JSON go straight to storage. */
const INLINE_BYTES = 4_500_000;
const UPLOADS_AT_ONCE = 6;

/** Bytes of a file in a JSON body, at least: base64 adds a third, escapes at most a little for text. */
const weight = (file: PackedFile): number =>
  Buffer.byteLength(JSON.stringify(file.content)) + file.path.length + 60;

/**
 * `POST /tasks` with its workspace: in the body when it fits, else by presigned URLs and `POST .../start`.
 * @throws ApiError when the office or its storage refuses
 */
export async function handIn(
  api: OfficeApi,
  submission: object,
  files: readonly PackedFile[] | null,
  idempotencyKey?: string,
): Promise<Submitted> {
  const headers = idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': idempotencyKey } };
  const post = (workspace: object) =>
    api.request('POST', '/tasks', submittedSchema, { body: { ...submission, ...workspace }, ...headers });
  if (files === null) return post({});
  if (files.reduce((sum, file) => sum + weight(file), 0) <= INLINE_BYTES) {
    return post({
      workspace: { files: files.map(({ path, content, encoding }) => ({ path, content, encoding })) },
    });
  }
  const submitted = await post({ workspace: { upload: true, files: files.map(({ path }) => ({ path })) } });
  const { upload } = submitted;
  if (upload === undefined)
    throw new ApiError(502, 'The office gave no addresses to upload the workspace to.');
  const byPath = new Map(files.map((file) => [file.path, file]));
  const waiting = [...upload.files];
  const send = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const file = byPath.get(next.path);
      if (file === undefined) continue;
      const body = new Uint8Array(Buffer.from(file.content, file.encoding));
      const response = await fetch(next.url, { method: next.method, body });
      if (!response.ok)
        throw new ApiError(response.status, `The upload of ${next.path} was refused (${response.status}).`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, send));
  const started = await api.post(upload.start, undefined, z.looseObject({ status: z.string() }));
  return { ...submitted, status: started.status };
}
