import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type AskDynamodb, askByLines } from './dynamodb/channel.ts';
import { OfficeStartError } from './office-start-error.ts';
import type { RequestCounts } from './store-requests.ts';

/** From the stores' process to the office. */
export type StoresMessage =
  | {
      readonly type: 'ready';
      readonly dynamodb: number;
      readonly s3: number;
    }
  | { readonly type: 'locked' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'counts'; readonly id: number; readonly counts: RequestCounts };

/** From the office to the stores' process. */
export type StoresRequest = { readonly type: 'counts'; readonly id: number } | { readonly type: 'stop' };

export interface Stores {
  readonly pid: number;
  /** Base URLs on loopback. */
  readonly endpoints: { readonly dynamodb: string; readonly s3: string };
  /** DynamoDB without HTTP, over a pipe that nobody else can open. */
  readonly askDynamodb: AskDynamodb;
  /** Requests since the start. */
  counts(): Promise<RequestCounts>;
  stop(): Promise<void>;
}

export interface StoresOptions {
  readonly dataDir: string;
  /** The S3 bucket to have. */
  readonly bucket: string;
  /** How long to wait for another process to let go of the data; one that is being killed needs a moment. */
  readonly lockPatienceMs?: number;
  /** Called when the process ends although nobody stopped it. */
  readonly onExit: (reason: string) => void;
}

/** Where the process finds the pipe: the place after the IPC channel's. */
export const LINES_FD = 4;
/** Makes a process read the sources as they are. */
const TYPESCRIPT = new URL('../../scripts/typescript.mjs', import.meta.url).href;
const LOCK_PATIENCE_MS = 5_000;
/** Requests live short: with room for more of them the collector of young objects runs seldom and finds them dead. */
const YOUNG_SPACE = '--max-semi-space-size=64';

/**
 * Starts the stores' process and waits until both answer.
 * @throws OfficeStartError when another process uses the same data, or the stores can't start
 */
export async function startStores(options: StoresOptions): Promise<Stores> {
  const { dataDir, bucket, lockPatienceMs = LOCK_PATIENCE_MS, onExit } = options;
  const output = openSync(join(dataDir, 'stores.log'), 'a');
  const child = fork(
    fileURLToPath(new URL('./stores-process.ts', import.meta.url)),
    [dataDir, bucket, String(lockPatienceMs)],
    {
      execArgv: [YOUNG_SPACE, '--import', TYPESCRIPT],
      env: { ...process.env, AWS_REGION: 'us-east-1', NODE_OPTIONS: '' },
      stdio: ['ignore', output, output, 'ipc', 'pipe'],
    },
  );
  closeSync(output);
  let stopping = false;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });

  const ready = await new Promise<Extract<StoresMessage, { type: 'ready' }>>((resolve, reject) => {
    const fail = (message: string): void => {
      stopping = true;
      child.disconnect();
      reject(new OfficeStartError(message));
    };
    child.once('message', (message: StoresMessage) => {
      if (message.type === 'ready') resolve(message);
      else if (message.type === 'locked') {
        fail(
          `Another office is running on ${dataDir}; stop it, or set OFFICE_DATA_DIR to another directory.`,
        );
      } else if (message.type === 'failed')
        fail(`The data stores in ${dataDir} can't start: ${message.message}`);
    });
    void exited.then((reason) => {
      reject(
        new OfficeStartError(
          `The data stores in ${dataDir} ended at once (${reason}); see stores.log there.`,
        ),
      );
    });
  });

  let nextId = 0;
  const asked = new Map<number, (counts: RequestCounts) => void>();
  child.on('message', (message: StoresMessage) => {
    if (message.type !== 'counts') return;
    asked.get(message.id)?.(message.counts);
    asked.delete(message.id);
  });
  void exited.then((reason) => {
    if (!stopping) onExit(reason);
  });
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    pid: child.pid ?? 0,
    endpoints: { dynamodb: url(ready.dynamodb), s3: url(ready.s3) },
    askDynamodb: askByLines(child.stdio[LINES_FD] as Duplex),
    counts: () =>
      new Promise((resolve) => {
        const id = nextId++;
        asked.set(id, resolve);
        child.send({ type: 'counts', id } satisfies StoresRequest);
      }),
    stop: async () => {
      stopping = true;
      if (child.connected) child.send({ type: 'stop' } satisfies StoresRequest);
      await exited;
    },
  };
}
