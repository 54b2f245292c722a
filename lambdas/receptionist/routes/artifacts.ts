import { z } from 'zod';
import { artifactListSchema } from '../../../schemas/http.ts';
import { InvalidPathError, normalizeWorkspacePath } from '../../shared/security/workspace-path.ts';
import { FileNotFoundError } from '../../shared/tools/workspace.ts';
import { type Endpoint, endpoint, noTask, taskKeyOf } from '../endpoint.ts';
import { notFound } from '../problem.ts';

/** A Lambda answers 6 MB at most, in base64: 4.5 MB; larger files are fetched from S3. */
const MAX_INLINE_BYTES = 4_000_000;
const LINK_SECONDS = 300;
/** To be kept, and asked about each time. */
const CACHED = 'private, no-cache';

/** Compares weakly, as RFC 9110, section 13.1.2, wants. */
const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((each) => each.trim().replace(/^W\//, ''))
    .some((each) => each === '*' || each === `"${etag}"`);

/** Types a browser may show; anything else is a download. Never a type that runs scripts. */
const types: Readonly<Record<string, string>> = {
  txt: 'text/plain; charset=utf-8',
  md: 'text/plain; charset=utf-8',
  log: 'text/plain; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  pdf: 'application/pdf',
};
const typeOf = (path: string): string =>
  types[/\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';

const list = endpoint({
  method: 'GET',
  path: '/tasks/{task_id}/artifacts',
  operation_id: 'listArtifacts',
  tag: 'Artifacts',
  summary: 'The files the task wrote or changed',
  scope: 'tasks:read',
  answers: { 200: { description: 'Artifacts', schema: artifactListSchema } },
  async handle(call) {
    const key = taskKeyOf(call);
    const record = await call.deps.tasks.get(key);
    if (record === null) throw noTask(key.task_id);
    const entries = record.stage === 'uploading' ? [] : await call.deps.workspaces.of(key).list('');
    const artifacts = entries
      .filter(({ path, etag }) => record.inputs[path] !== etag)
      .map(({ path, size, etag, modified_at }) => ({
        path,
        size,
        etag,
        modified_at,
        url: `/tasks/${key.task_id}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`,
      }));
    return { status: 200, body: { artifacts } };
  },
});

const get = endpoint({
  method: 'GET',
  path: '/tasks/{task_id}/artifacts/{path+}',
  operation_id: 'getArtifact',
  tag: 'Artifacts',
  summary: "One file of the task's workspace",
  description:
    'Large files are answered with a redirect to a presigned URL where answers cannot be streamed.',
  scope: 'tasks:read',
  headers: { 'If-None-Match': 'ETags of the file that are known: it is only sent when it has another.' },
  answers: {
    200: { description: 'The file', schema: z.string(), content_type: 'application/octet-stream' },
    303: { description: 'The file is at the Location' },
    304: { description: 'It is still the one that `If-None-Match` names' },
  },
  async handle(call) {
    const key = taskKeyOf(call);
    const asked = call.param('path');
    try {
      const path = normalizeWorkspacePath(asked);
      if ((await call.deps.tasks.get(key)) === null) throw noTask(key.task_id);
      const workspace = call.deps.workspaces.of(key);
      const entry = await workspace.stat(path);
      if (entry === null) throw new FileNotFoundError(path);
      if (isKnown(call.header('if-none-match'), entry.etag)) {
        const headers = { etag: `"${entry.etag}"`, 'cache-control': CACHED };
        return new Response(null, { status: 304, headers });
      }
      if (!call.deps.streaming && entry.size > MAX_INLINE_BYTES) {
        const location = await call.deps.workspaces.downloadUrl(key, path, LINK_SECONDS);
        return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
      }
      const { bytes, etag } = await workspace.read(path);
      const type = typeOf(path);
      const name = encodeURIComponent(path.split('/').at(-1) ?? 'file');
      return new Response(Uint8Array.from(bytes), {
        headers: {
          'content-type': type,
          'content-length': String(bytes.byteLength),
          'content-disposition': `${type === 'application/octet-stream' ? 'attachment' : 'inline'}; filename*=UTF-8''${name}`,
          'content-security-policy': "sandbox; default-src 'none'",
          etag: `"${etag}"`,
          'cache-control': CACHED,
        },
      });
    } catch (error) {
      if (error instanceof FileNotFoundError || error instanceof InvalidPathError) {
        throw notFound(`There is no file ${JSON.stringify(asked.slice(0, 120))} in the task's workspace.`);
      }
      throw error;
    }
  },
});

export const artifactRoutes: readonly Endpoint[] = [list, get];
