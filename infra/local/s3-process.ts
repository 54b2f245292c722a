/**
 * The S3 of the embedded office (s3rver, on disk), in a process of its own: it writes files synchronously.
 * Speaks to its parent over IPC and ends when the parent does, however that ends.
 */
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import S3rver from 's3rver';
import { HOST, KEEP_ALIVE_MS } from './loopback.ts';
import type { S3Message, S3Request } from './s3.ts';
import { writeAtomically } from './s3-writes.ts';
import { RequestCounter } from './store-requests.ts';

const [directory = '', bucket = ''] = process.argv.slice(2);
const tell = (message: S3Message): void => {
  process.send?.(message);
};

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent still needs its S3 to stop in order.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

async function start(): Promise<void> {
  const s3 = new S3rver({
    address: HOST,
    port: 0,
    directory,
    silent: true,
    vhostBuckets: false,
    configureBuckets: [{ name: bucket }],
  });
  await writeAtomically(s3, `${directory}-arrivals`);
  await s3.run();
  listInKeyOrder(s3);
  const { httpServer } = s3;
  const requests = new RequestCounter();
  httpServer.on('request', (request) => requests.countS3(request));
  httpServer.keepAliveTimeout = KEEP_ALIVE_MS;
  process.on('message', ({ type, id }: S3Request) => {
    if (type === 'counts') tell({ type, id, counts: requests.counts.s3 });
    else void stop(s3);
  });
  tell({ type: 'ready', port: (httpServer.address() as AddressInfo).port });
}

/**
 * s3rver pages through directories in their own order and loses objects beyond a thousand. S3 pages in the order of
 * keys (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html), so pages are cut here from the whole.
 */
function listInKeyOrder(s3: S3rver): void {
  const { store } = s3;
  const listAll = store.listObjects.bind(store);
  store.listObjects = async (name, { maxKeys = Number.POSITIVE_INFINITY, startAfter = '', ...rest }) => {
    const all = await listAll(name, rest);
    const after = all.objects.filter(({ key }) => key > startAfter).sort((a, b) => (a.key < b.key ? -1 : 1));
    return { ...all, objects: after.slice(0, maxKeys), isTruncated: after.length > maxKeys };
  };
}

async function stop({ httpServer }: S3rver): Promise<void> {
  const closed = new Promise((resolve) => httpServer.close(resolve));
  await Promise.race([closed, pause(2_000)]);
  process.exit(0);
}

start().catch((error: unknown) => {
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
});
