import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { InvalidPathError } from '../security/workspace-path.ts';
import { FileNotFoundError, type Workspace, type WorkspaceEntry, WriteConflictError } from './workspace.ts';

/** Marks kept with a file: 50 of at most 32 characters fit in S3's 2 KB of user metadata. */
export const MAX_MARKS = 50;
const MARKS = 'office-marks';
const MARK = /^[A-Za-z0-9_-]{1,32}$/;

export interface S3WorkspaceOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Key prefix of the task's workspace, ending in `/`. */
  readonly prefix: string;
}

/**
 * A task's workspace on S3, below one key prefix.
 *
 * A write is one PutObject, so no reader sees half a file. Conditional writes send `If-Match` and `If-None-Match`,
 * which AWS decides atomically. A store that ignores these headers is covered by comparing the etag first
 * and by taking turns at a key, as long as one process does all the writing. The role needs `s3:ListBucket` on
 * the prefix besides the object actions: without it S3 answers 403 where this module expects 404.
 *
 * @throws Error when the prefix is empty, does not end in `/` or holds `..`
 */
export function createS3Workspace(options: S3WorkspaceOptions): Workspace {
  const { client, bucket, prefix } = options;
  if (!/^[^/]/.test(prefix) || !prefix.endsWith('/') || prefix.split('/').includes('..')) {
    throw new Error('A workspace prefix must be a key prefix that ends in "/".');
  }

  function keyOf(path: string): string {
    // Callers normalize; this catches the caller that forgot, before a key can leave the prefix.
    if (
      path === '' ||
      path.startsWith('/') ||
      path.split('/').some((part) => part === '..' || part === '.' || part === '')
    ) {
      throw new InvalidPathError(path, 'is not normalized');
    }
    return prefix + path;
  }

  async function head(path: string): Promise<HeadObjectCommandOutput | null> {
    try {
      return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(path) }));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  async function statNow(path: string): Promise<WorkspaceEntry | null> {
    const found = await head(path);
    if (found === null) return null;
    return {
      path,
      size: found.ContentLength ?? 0,
      etag: etagOf(found.ETag),
      modified_at: (found.LastModified ?? new Date(0)).toISOString(),
      marks: marksOf(found.Metadata),
    };
  }

  async function readNow(path: string): Promise<{ bytes: Uint8Array; etag: string }> {
    try {
      const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(path) }));
      const bytes = (await found.Body?.transformToByteArray()) ?? new Uint8Array();
      return { bytes, etag: etagOf(found.ETag) };
    } catch (error) {
      if (statusOf(error) === 404) throw new FileNotFoundError(path);
      throw error;
    }
  }

  const turnOf = (path: string) => `${bucket}/${keyOf(path)}`;

  return {
    async stat(path) {
      return inTurn(turnOf(path), () => statNow(path));
    },

    async read(path) {
      return inTurn(turnOf(path), () => readNow(path));
    },

    async write(path, bytes, { ifEtag, marks } = {}) {
      return inTurn(turnOf(path), async () => {
        const before = ifEtag === undefined && marks !== undefined ? null : await statNow(path);
        if (ifEtag !== undefined && (before?.etag ?? null) !== ifEtag) throw new WriteConflictError(path);
        const kept = (marks ?? before?.marks ?? []).filter((mark) => MARK.test(mark)).slice(-MAX_MARKS);
        try {
          const written = await client.send(
            new PutObjectCommand({
              Bucket: bucket,
              Key: keyOf(path),
              Body: bytes,
              ...(kept.length === 0 ? {} : { Metadata: { [MARKS]: kept.join(' ') } }),
              ...(ifEtag === undefined
                ? {}
                : ifEtag === null
                  ? { IfNoneMatch: '*' }
                  : { IfMatch: `"${ifEtag}"` }),
            }),
          );
          return {
            path,
            size: bytes.byteLength,
            etag: etagOf(written.ETag),
            modified_at: new Date().toISOString(),
            marks: kept,
          };
        } catch (error) {
          if (ifEtag !== undefined && isConflict(error)) throw new WriteConflictError(path);
          throw error;
        }
      });
    },

    async list(folder) {
      const below = folder === '' ? prefix : `${keyOf(folder)}/`;
      const entries: WorkspaceEntry[] = [];
      // Version 1 of the listing: its marker is a plain key, while the continuation tokens of the embedded office's
      // store need a cipher that today's OpenSSL no longer has.
      let marker: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsCommand({
            Bucket: bucket,
            Prefix: below,
            ...(marker === undefined ? {} : { Marker: marker }),
          }),
        );
        const objects = page.Contents ?? [];
        for (const { Key, Size, ETag, LastModified } of objects) {
          // A key that ends in "/" is a folder marker that a console made, not a file.
          if (Key === undefined || Key.endsWith('/')) continue;
          entries.push({
            path: Key.slice(prefix.length),
            size: Size ?? 0,
            etag: etagOf(ETag),
            modified_at: (LastModified ?? new Date(0)).toISOString(),
          });
        }
        marker = page.IsTruncated ? objects.at(-1)?.Key : undefined;
      } while (marker !== undefined);
      return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    },

    async remove(path) {
      return inTurn(turnOf(path), async () => {
        if ((await head(path)) === null) throw new FileNotFoundError(path);
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(path) }));
      });
    },
  };
}

function etagOf(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

function marksOf(metadata: Record<string, string> | undefined): string[] {
  return (metadata?.[MARKS] ?? '').split(' ').filter((mark) => mark !== '');
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number } | undefined)?.httpStatusCode;
}

/** 412: the condition failed; 409: a concurrent write won; 404: If-Match on a file that is gone. */
function isConflict(error: unknown): boolean {
  return [404, 409, 412].includes(statusOf(error) ?? 0);
}

const turns = new Map<string, Promise<unknown>>();

/** Runs the works of one key one after the other, whichever workspace object they come from. */
async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const earlier = turns.get(key) ?? Promise.resolve();
  const mine = earlier.then(work, work);
  const settled = mine.catch(() => undefined);
  turns.set(key, settled);
  try {
    return await mine;
  } finally {
    if (turns.get(key) === settled) turns.delete(key);
  }
}
