import { randomUUID } from 'node:crypto';
import type { FunctionSpec } from '../functions.ts';
import { type Around, within } from './boundaries.ts';
import type { Invocation } from './engine/execution-host.ts';

/** What a handler gets besides its event, in the shape of Lambda's own context. */
export interface FunctionContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}
export type FunctionHandler = (event: unknown, context: FunctionContext) => unknown;

export interface HostedFunction extends Pick<FunctionSpec, 'timeoutSeconds' | 'memoryMb'> {
  /** Imports the handler; called at the first invocation, as a cold start would be. */
  load(): Promise<FunctionHandler>;
}

export interface FunctionHost {
  has(nameOrArn: string): boolean;
  /** Runs a function on JSON text and gives JSON text back. Never rejects: a failure is part of the answer. */
  invoke(nameOrArn: string, payload: string): Promise<Invocation>;
  /** Imports handlers ahead of their first invocation. */
  warm(names: readonly string[]): Promise<void>;
}

export type OnInvocation = (name: string, milliseconds: number, memoryMb: number, failed: boolean) => void;

export function functionArn(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
}

export function functionName(nameOrArn: string): string {
  return /:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** Lambda in this process: own copies of event and result, the function's time limit, errors by name. */
export function createFunctionHost(
  functions: Readonly<Record<string, HostedFunction>>,
  onInvocation: OnInvocation = () => undefined,
  around?: Around,
): FunctionHost {
  const loaded = new Map<string, Promise<FunctionHandler>>();

  function load(name: string, hosted: HostedFunction): Promise<FunctionHandler> {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const loading = hosted.load();
    loaded.set(name, loading);
    // What failed is tried again, as Lambda does with a cold start.
    loading.catch(() => loaded.delete(name));
    return loading;
  }

  return {
    has: (nameOrArn) => functions[functionName(nameOrArn)] !== undefined,

    async invoke(nameOrArn, payload) {
      const name = functionName(nameOrArn);
      const hosted = functions[name];
      if (hosted === undefined) {
        return failure('Lambda.ResourceNotFoundException', `Function not found: ${functionArn(name)}`);
      }
      const began = performance.now();
      const perform = () => load(name, hosted).then((handler) => run(handler, name, hosted, payload));
      let answer: Invocation;
      try {
        answer = await (around === undefined
          ? perform()
          : around(`function ${name}`, () => within(name, perform)));
      } catch (error) {
        answer = failureOf(error);
      }
      onInvocation(name, performance.now() - began, hosted.memoryMb, !answer.ok);
      return answer;
    },

    async warm(names) {
      for (const name of names) {
        const hosted = functions[name];
        // A handler that can't be imported says so when it is invoked.
        if (hosted !== undefined) await load(name, hosted).catch(() => undefined);
      }
    },
  };
}

function run(
  handler: FunctionHandler,
  name: string,
  { timeoutSeconds, memoryMb }: HostedFunction,
  payload: string,
): Promise<Invocation> {
  const awsRequestId = randomUUID();
  const deadline = performance.now() + timeoutSeconds * 1000;
  const context: FunctionContext = {
    awsRequestId,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn(name),
    memoryLimitInMB: String(memoryMb),
    getRemainingTimeInMillis: () => Math.max(0, deadline - performance.now()),
  };
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      const message = `RequestId: ${awsRequestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
      resolve(failure('Sandbox.Timedout', message));
    }, timeoutSeconds * 1000);
    const end = (answer: Invocation): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    call(handler, payload, context).then(end, (error: unknown) => end(failureOf(error)));
  });
}

async function call(
  handler: FunctionHandler,
  payload: string,
  context: FunctionContext,
): Promise<Invocation> {
  const result = await handler(JSON.parse(payload), context);
  return { ok: true, payload: JSON.stringify(result ?? null) };
}

function failureOf(error: unknown): Invocation {
  if (!(error instanceof Error)) return failure(typeof error, String(error));
  return { ...failure(error.name, error.message), trace: (error.stack ?? '').split('\n').slice(0, 10) };
}

function failure(errorType: string, errorMessage: string): Extract<Invocation, { ok: false }> {
  return { ok: false, errorType, errorMessage, trace: [] };
}
