/**
 * The data stores of the embedded office, in a process of their own so that they have a CPU core of their
 * own: DynamoDB (dynalite) and S3 (s3rver), both on disk.
 * Speaks to its parent over IPC and ends when the parent does, however that ends.
 */
import { createRequire } from 'node:module';
import { type AddressInfo, type Server as NetServer, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import S3rver from 's3rver';
import { serveLines } from './dynamodb/channel.ts';
import { openDynamodb } from './dynamodb/dynamodb.ts';
import { HOST, KEEP_ALIVE_MS } from './loopback.ts';
import { countDynamodb, countDynamodbOperation, countS3, requestCounts } from './store-requests.ts';
import { LINES_FD, type StoresMessage, type StoresRequest } from './stores.ts';

const LOCK_PAUSE_MS = 50;

const [directory = '', bucket = '', lockPatienceMs = '0'] = process.argv.slice(2);
const tell = (message: StoresMessage): void => {
  process.send?.(message);
};

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent still needs its stores to stop in order.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

/** LevelDB as dynalite itself loads it. */
interface LevelModule {
  Level: new (path: string) => { open(): Promise<void>; close(): Promise<void> };
}

/** Whether another process holds the database that could not be opened. */
function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
}

/** Waits until no other process holds the database. Returns false when patience ends. */
async function lockIsFree(path: string): Promise<boolean> {
  const require = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const { Level } = require('level') as LevelModule;
  const deadline = Date.now() + Number(lockPatienceMs);
  for (;;) {
    const probe = new Level(path);
    try {
      await probe.open();
      await probe.close();
      return true;
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (Date.now() > deadline) return false;
      await pause(LOCK_PAUSE_MS);
    }
  }
}

async function start(): Promise<void> {
  const database = join(directory, 'dynamodb');
  if (!(await lockIsFree(database))) {
    tell({ type: 'locked' });
    return;
  }
  const opened = await openDynamodb(database);
  const dynamodb = opened.server;
  dynamodb.on('request', countDynamodb);
  await new Promise<void>((resolve, reject) => {
    dynamodb.once('error', reject);
    dynamodb.listen(0, HOST, resolve);
  });
  serveLines(new Socket({ fd: LINES_FD }), opened, countDynamodbOperation);

  const s3 = new S3rver({
    address: HOST,
    port: 0,
    directory: join(directory, 's3'),
    silent: true,
    vhostBuckets: false,
    configureBuckets: [{ name: bucket }],
  });
  await s3.run();
  listInKeyOrder(s3);
  s3.httpServer.on('request', countS3);

  for (const server of [dynamodb, s3.httpServer]) server.keepAliveTimeout = KEEP_ALIVE_MS;
  process.on('message', (request: StoresRequest) => {
    if (request.type === 'counts') tell({ type: 'counts', id: request.id, counts: requestCounts() });
    else
      void opened
        .settle()
        .catch((error: unknown) => process.stderr.write(`Writes stay in the log: ${String(error)}\n`))
        .then(() => stop([dynamodb, s3.httpServer]));
  });
  const portOf = (server: NetServer): number => (server.address() as AddressInfo).port;
  tell({
    type: 'ready',
    dynamodb: portOf(dynamodb),
    s3: portOf(s3.httpServer),
  });
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

async function stop(servers: NetServer[]): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  await Promise.race([Promise.all(closed), pause(2_000)]);
  process.exit(0);
}

start().catch((error: unknown) => {
  // Of two offices that open at once, the other may take the database after both found it free.
  if (isLocked(error)) tell({ type: 'locked' });
  else tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
});
