import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { AnswerAws } from './aws-server.ts';
import type { Dynamodb } from './dynamodb/dynamodb.ts';
import type { Invocation } from './engine/execution-host.ts';
import type { OnInvocation } from './function-host.ts';
import { openLines } from './lines.ts';
import { readingSources } from './node-options.ts';

/** From the process to the office, besides the lines. */
export type FunctionsMessage =
  | { readonly type: 'ready' }
  /** A rejection that a function left unhandled. */
  | { readonly type: 'stray'; readonly reason: string };

export type InvokeQuestion = readonly [name: string, payload: string];
export type Use = Parameters<OnInvocation>;

/** What the process is started with. */
export interface FunctionsSettings {
  /** Exports `functions`. */
  readonly functionsModule: string;
  /** Modules that are imported there before the functions. */
  readonly preload: readonly string[];
  /** Functions whose handlers are imported before it is ready. */
  readonly warm: readonly string[];
  readonly logFile: string;
}

export interface FunctionsWorkerOptions extends FunctionsSettings {
  /** What its functions ask of the office's DynamoDB and engine. */
  readonly answerDynamodb: Dynamodb['answer'];
  readonly answerStates: AnswerAws;
  readonly onInvocation: OnInvocation;
  readonly onStray: (reason: string) => void;
}

/** A process that runs functions. */
export interface FunctionsWorker {
  readonly pid: number;
  isReady(): boolean;
  /** Resolves with true when it takes invocations, with false when it ended before. */
  readonly ready: Promise<boolean>;
  /** Null when the process ended before it had answered; nothing of the invocation runs any more then. */
  invoke(name: string, payload: string): Promise<Invocation | null>;
  /** Why it ended; `null` when it was stopped. */
  readonly ended: Promise<string | null>;
  stop(): Promise<void>;
}

/** Where the process finds the pipe: the place after the IPC channel's. */
export const LINES_FD = 4;

/** Requests live short: with room for more of them the collector of young objects runs seldom and finds them dead. */
const YOUNG_SPACE = '--max-semi-space-size=64';

/** Starts the process with the environment that this one has now. */
export function startFunctionsWorker(options: FunctionsWorkerOptions): FunctionsWorker {
  const { answerDynamodb, answerStates, onInvocation, onStray, ...settings } = options;
  const output = openSync(settings.logFile, 'a');
  const child = fork(
    fileURLToPath(new URL('./functions-process.ts', import.meta.url)),
    [JSON.stringify(settings)],
    {
      execArgv: [YOUNG_SPACE, ...readingSources],
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', output, output, 'ipc', 'pipe'],
    },
  );
  closeSync(output);
  let stopping = false;
  let isReady = false;
  const ended = new Promise<string | null>((resolve) => {
    const end = (reason: string): void => resolve(stopping ? null : reason);
    child.once('exit', (code, signal) => end(signal ?? `code ${code}`));
    child.once('error', (error) => end(error.message));
  });
  const pipe = child.stdio[LINES_FD] as Duplex;
  void ended.then(() => {
    isReady = false;
    // A process that it started may still hold the other end.
    pipe.destroy();
  });
  // Without the pipe it can neither ask nor answer.
  pipe.on('close', () => child.kill('SIGKILL'));
  const lines = openLines(
    pipe,
    {
      dynamodb: (question: Parameters<Dynamodb['answer']>) => answerDynamodb(...question),
      states: answerStates,
      used: async (use: Use) => onInvocation(...use),
    },
    'The process of the functions has ended.',
  );
  const ready = new Promise<boolean>((resolve) => {
    child.on('message', (message: FunctionsMessage) => {
      if (message.type === 'stray') onStray(message.reason);
      else {
        isReady = true;
        resolve(true);
      }
    });
    void ended.then(() => resolve(false));
  });
  return {
    pid: child.pid ?? 0,
    isReady: () => isReady,
    ready,
    invoke: (name, payload) =>
      lines
        .ask<Invocation>('invoke', [name, payload] satisfies InvokeQuestion)
        // Not before the end: what is lost is tried again, when nothing of the first try may still run.
        .catch(() => ended.then(() => null)),
    ended,
    stop: async () => {
      stopping = true;
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
