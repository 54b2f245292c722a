import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readingSources } from './node-options.ts';
import { OfficeStartError } from './office-start-error.ts';

/** From S3's process to the office. */
export type S3Message =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'counts'; readonly id: number; readonly counts: Record<string, number> };

/** From the office to S3's process. */
export interface S3Request {
  readonly type: 'counts' | 'stop';
  readonly id: number;
}

export interface S3 {
  readonly pid: number;
  /** Base URL on loopback. */
  readonly url: string;
  /** Requests by operation since the start. */
  counts(): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

export interface S3Options {
  readonly dataDir: string;
  /** The bucket to have. */
  readonly bucket: string;
  /** Called when the process ends although nobody stopped it. */
  readonly onExit: (reason: string) => void;
}

/**
 * Starts S3's process and waits until it answers.
 * @throws OfficeStartError when it can't start
 */
export async function startS3({ dataDir, bucket, onExit }: S3Options): Promise<S3> {
  const output = openSync(join(dataDir, 's3.log'), 'a');
  const child = fork(
    fileURLToPath(new URL('./s3-process.ts', import.meta.url)),
    [join(dataDir, 's3'), bucket],
    {
      execArgv: [...readingSources],
      env: { ...process.env, AWS_REGION: 'us-east-1', NODE_OPTIONS: '' },
      stdio: ['ignore', output, output, 'ipc'],
    },
  );
  closeSync(output);
  let stopping = false;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });

  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: S3Message) => {
      if (message.type === 'ready') resolve(message.port);
      else if (message.type === 'failed') {
        stopping = true;
        child.disconnect();
        reject(new OfficeStartError(`The file store in ${dataDir} can't start: ${message.message}`));
      }
    });
    void exited.then((reason) => {
      reject(
        new OfficeStartError(`The file store in ${dataDir} ended at once (${reason}); see s3.log there.`),
      );
    });
  });

  let nextId = 0;
  const asked = new Map<number, (counts: Record<string, number>) => void>();
  child.on('message', (message: S3Message) => {
    if (message.type !== 'counts') return;
    asked.get(message.id)?.(message.counts);
    asked.delete(message.id);
  });
  void exited.then((reason) => {
    if (!stopping) onExit(reason);
  });
  const send = (type: S3Request['type']): number => {
    const id = nextId++;
    child.send({ type, id } satisfies S3Request);
    return id;
  };
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    counts: () => new Promise((resolve) => asked.set(send('counts'), resolve)),
    stop: async () => {
      stopping = true;
      if (child.connected) send('stop');
      await exited;
    },
  };
}
