import { join } from 'node:path';
import { type Dynamodb, openDynamodb } from './dynamodb/dynamodb.ts';
import { isLocked, lockIsFree } from './dynamodb/lock.ts';
import { OfficeStartError } from './office-start-error.ts';
import { type S3Options, startS3 } from './s3.ts';
import { RequestCounter, type RequestCounts } from './store-requests.ts';

export interface Stores {
  /** S3's process. */
  readonly pid: number;
  /** Base URLs on loopback. */
  readonly endpoints: { readonly dynamodb: string; readonly s3: string };
  /** DynamoDB without HTTP; such requests are counted, too. */
  readonly answerDynamodb: Dynamodb['answer'];
  /** Requests since the start. */
  counts(): Promise<Pick<RequestCounts, 'dynamodb' | 's3'>>;
  stop(): Promise<void>;
}

export interface StoresOptions extends S3Options {
  /** How long to wait for another process to let go of the data; one that is being killed needs a moment. */
  readonly lockPatienceMs?: number;
  /** Receives what goes wrong later and loses nothing. */
  readonly log?: (line: string) => void;
}

const LOCK_PATIENCE_MS = 5_000;

/**
 * Opens the data stores of the embedded office, both on disk: DynamoDB (dynalite) in this process, which a task asks
 * forty times, and S3 (s3rver) in one of its own.
 * @throws OfficeStartError when another process uses the same data, or the stores can't start
 */
export async function startStores(options: StoresOptions): Promise<Stores> {
  const requests = new RequestCounter();
  const starting = startS3(options);
  starting.catch(() => undefined);
  const undo: (() => Promise<void>)[] = [async () => (await starting).stop()];
  try {
    const dynamodb = await openTables(options);
    undo.push(() => dynamodb.close());
    dynamodb.server.on('request', (request) => requests.countJson('dynamodb', request));
    const [s3, url] = await Promise.all([starting, dynamodb.listen()]);
    return {
      pid: s3.pid,
      endpoints: { dynamodb: url, s3: s3.url },
      answerDynamodb(operation, input) {
        requests.count('dynamodb', operation);
        return dynamodb.answer(operation, input);
      },
      counts: async () => ({ dynamodb: requests.counts.dynamodb, s3: await s3.counts() }),
      stop: async () => {
        await Promise.all(undo.map((end) => end()));
      },
    };
  } catch (error) {
    await Promise.allSettled(undo.map((end) => end()));
    throw error;
  }
}

async function openTables(options: StoresOptions): Promise<Dynamodb> {
  const { dataDir, lockPatienceMs = LOCK_PATIENCE_MS, log = () => undefined } = options;
  const path = join(dataDir, 'dynamodb');
  try {
    if (await lockIsFree(path, lockPatienceMs)) return await openDynamodb(path, log);
  } catch (error) {
    // Of two offices that open at once, the other may take the database after both found it free.
    if (!isLocked(error)) {
      const message = error instanceof Error ? error.message : String(error);
      throw new OfficeStartError(`The tables in ${dataDir} can't be opened: ${message}`, { cause: error });
    }
  }
  throw new OfficeStartError(
    `Another office is running on ${dataDir}; stop it, or set OFFICE_DATA_DIR to another directory.`,
  );
}
