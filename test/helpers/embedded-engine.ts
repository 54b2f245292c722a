import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine, stateMachineArn } from '../../infra/local/engine/engine.ts';
import { functionArn } from '../../infra/local/function-host.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';

export type Functions = Record<string, (event: JsonObject, attempt: number) => unknown>;

export interface TestEngine {
  readonly engine: Engine;
  readonly directory: string;
  /** Every invocation, in order. */
  readonly calls: { name: string; event: JsonObject }[];
  readonly transitions: string[];
  /** Runs the machine `main` to its end. */
  run(input?: Json, name?: string): ReturnType<Engine['waitFor']>;
  /** Ends the engine as a crash would, and continues on the same directory. */
  restart(): Promise<TestEngine>;
  remove(): Promise<void>;
}

/** A Task state that calls a function. */
export const task = (name: string, more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: functionArn(name),
  ...(more['Next'] === undefined ? { End: true } : {}),
  ...more,
});

/** A Task state that waits until its token is answered; the function gets `{token, ...payload}`. */
export const waitingTask = (name: string, payload: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: functionArn(name), Payload: { 'token.$': '$$.Task.Token', ...payload } },
  ...(more['Next'] === undefined ? { End: true } : {}),
  ...more,
});

/** A Task state that runs the machine `name` and waits for it. */
export const childTask = (name: string, parameters: JsonObject, more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::states:startExecution.sync:2',
  Parameters: { StateMachineArn: stateMachineArn(name), ...parameters },
  ...(more['Next'] === undefined ? { End: true } : {}),
  ...more,
});

/** States in the order given; the first is where the machine starts. */
export const machine = (States: JsonObject, more: JsonObject = {}): JsonObject => ({
  StartAt: Object.keys(States)[0] ?? '',
  States,
  ...more,
});

/** An engine on a directory of its own, with functions given as plain functions. */
export async function startEngine(
  machines: Record<string, JsonObject>,
  functions: Functions,
  directory = mkdtempSync(join(tmpdir(), 'office-engine-')),
  now = Date.now,
): Promise<TestEngine> {
  const calls: TestEngine['calls'] = [];
  const transitions: string[] = [];
  const engine = await createEngine({
    directory,
    machines,
    now,
    onTransition: (_machine, state) => transitions.push(state),
    invoke: async (arn, payload) => {
      const name = arn.split(':').at(-1) ?? '';
      const event = JSON.parse(payload) as JsonObject;
      calls.push({ name, event });
      try {
        const attempt = calls.filter((call) => call.name === name).length;
        const result = await functions[name]?.(event, attempt);
        return { ok: true, payload: JSON.stringify(result ?? null) };
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error;
        return { ok: false, errorType, errorMessage, trace: [] };
      }
    },
  });
  return {
    engine,
    directory,
    calls,
    transitions,
    run: (input = {}, name = 'run') => {
      const { arn } = engine.startExecution(stateMachineArn('main'), name, JSON.stringify(input));
      return engine.waitFor(arn);
    },
    restart: async () => {
      await engine.close(0);
      return startEngine(machines, functions, directory);
    },
    remove: async () => {
      await engine.close(0);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export class NamedError extends Error {
  override readonly name: string;
  constructor(name: string, message = name) {
    super(message);
    this.name = name;
  }
}
