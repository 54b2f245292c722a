import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type S3rver from 's3rver';
import type { S3Object } from 's3rver';

interface S3ErrorClass {
  new (code: string, message: string): Error;
}

const FORGOTTEN_MS = 3_600_000;

/**
 * s3rver writes into the file that others read and knows no conditions. Here, as in S3, an object is replaced as a whole
 * and `If-Match` and `If-None-Match: *` are decided with the write
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html): functions of several processes write.
 * What arrives is kept in the folder `arrivals` until it is whole; it must be on the file system of the objects.
 */
export async function writeAtomically({ store }: S3rver, arrivals: string): Promise<void> {
  await mkdir(arrivals, { recursive: true });
  await removeOlder(arrivals, Date.now() - FORGOTTEN_MS);
  const S3Error = createRequire(import.meta.url)('s3rver/lib/models/error') as S3ErrorClass;
  const takeTurn = turns();
  const turnOf = ({ bucket, key }: Pick<S3Object, 'bucket' | 'key'>): string => `${bucket}/${key}`;

  /** @throws S3Error */
  async function check({ bucket, key, content }: S3Object): Promise<void> {
    const { 'if-match': match, 'if-none-match': noneMatch } = 'headers' in content ? content.headers : {};
    if (match === undefined && noneMatch === undefined) return;
    const found = await store.getMetadata(bucket, key).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (match !== undefined && found === null)
      throw new S3Error('NoSuchKey', 'The specified key does not exist.');
    if ((match !== undefined && found?.etag !== match) || (noneMatch === '*' && found !== null))
      throw new S3Error(
        'PreconditionFailed',
        'At least one of the pre-conditions you specified did not hold',
      );
  }

  store.putObject = async (object) => {
    const arriving = join(arrivals, randomUUID());
    const hash = createHash('md5');
    try {
      const content = Buffer.isBuffer(object.content) ? Readable.from([object.content]) : object.content;
      await pipeline(
        content,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            yield chunk;
          }
        },
        createWriteStream(arriving),
      );
      const md5 = hash.digest('hex');
      return await takeTurn(turnOf(object), async () => {
        await check(object);
        const { size } = await stat(arriving);
        const path = store.getResourcePath(object.bucket, object.key, 'object');
        const place = async (): Promise<void> => {
          await mkdir(dirname(path), { recursive: true });
          await rename(arriving, path);
        };
        // A folder that another object's removal has emptied may go in between.
        await place().catch(place);
        await store.putMetadata(object.bucket, object.key, object.metadata, md5);
        return { size, md5 };
      });
    } finally {
      await rm(arriving, { force: true });
    }
  };

  const getObject = store.getObject.bind(store);
  store.getObject = (bucket, key, options) =>
    takeTurn(turnOf({ bucket, key }), () => getObject(bucket, key, options));
  const deleteObject = store.deleteObject.bind(store);
  store.deleteObject = (bucket, key) => takeTurn(turnOf({ bucket, key }), () => deleteObject(bucket, key));
}

/** What a process that was killed left behind. Another one may be at work on the same data until it is refused. */
async function removeOlder(folder: string, time: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && found.mtimeMs < time) await rm(path, { force: true });
  }
}

/** Runs the works of one key one after the other. */
function turns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
