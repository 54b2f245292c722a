/** How a state machine and the scopes inside it (an iteration of a Map, a branch of a Parallel) are walked through. */
import type { Json, JsonObject } from '../../../schemas/json.ts';
import { RunInterruptedError, StateRuntimeError } from './errors.ts';
import { catcherOf, delayBeforeRetry, type Handling } from './retry.ts';
import { Stop } from './stop.ts';
import { after } from './timers.ts';

export interface Scope {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** A state, read once. Documents are never changed, so that states and scopes share their parts. */
export interface State {
  /** InputPath and Parameters. */
  readonly input: Make;
  readonly act: Act;
  /** ResultSelector, ResultPath and OutputPath. */
  readonly output: (document: Json, result: Json, context: ScopeContext) => Json | Promise<Json>;
  readonly handling: Handling;
  /** A catcher's ResultPath. */
  readonly put: (path: string | null | undefined) => Put;
}
export type Make = (input: Json, context: ScopeContext) => Json | Promise<Json>;
export type Put = (document: Json, result: Json) => Json | Promise<Json>;
export type Act = (input: Json, run: ScopeRun) => Left | Promise<Left>;

/** What a state makes, and the state after it; null at the end. */
export interface Left {
  readonly result: Json;
  readonly next: string | null;
}

/** What rewritten paths lead to. */
export interface ScopeContext extends JsonObject {
  /** `$$.Execution` of the root. */
  readonly Run: Json;
  /** `$$.Map.Item` of the innermost iteration. */
  readonly Item: Json;
  /** Tells iterations apart, so that a journal entry belongs to one of them. */
  readonly Path: string;
}

export interface ScopeRun {
  readonly context: ScopeContext;
  readonly stop: Stop;
  readonly onEntered: (state: string) => void;
  /** Performs one attempt of a Task state. */
  readonly perform: (task: string, call: Json, context: ScopeContext) => Promise<Json>;
}

/** Goes from state to state until the end. @throws RunInterruptedError after `stop` */
export async function walk(scope: Scope, input: Json, run: ScopeRun): Promise<Json> {
  let document = input;
  let name: string | null = scope.startAt;
  while (name !== null) {
    if (run.stop.isOver) throw new RunInterruptedError();
    const state = scope.states.get(name);
    if (state === undefined) throw new StateRuntimeError(`There is no state "${name}".`);
    run.onEntered(name);
    let left: Left;
    try {
      const leaving = attempt(state, document, run);
      left = leaving instanceof Promise ? await leaving : leaving;
    } catch (error) {
      left = await recover(state, document, run, error as Error);
    }
    document = left.result;
    name = left.next;
  }
  return document;
}

function attempt({ input, act, output }: State, document: Json, run: ScopeRun): Left | Promise<Left> {
  return then(input(document, run.context), (made) =>
    then(act(made, run), ({ result, next }) =>
      then(output(document, result, run.context), (whole) => ({ result: whole, next })),
    ),
  );
}

/** Goes on at once with what is there at once: most states wait for nothing. */
export function then<A, B>(value: A | Promise<A>, next: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

async function recover(state: State, document: Json, run: ScopeRun, failure: Error): Promise<Left> {
  const { handling, put } = state;
  const tries: number[] = [];
  let error = failure;
  for (;;) {
    const delay = delayBeforeRetry(handling, tries, error);
    if (delay === null) break;
    await pause(delay, run.stop);
    try {
      return await attempt(state, document, run);
    } catch (again) {
      error = again as Error;
    }
  }
  const caught = catcherOf(handling, error);
  if (caught === null) throw error;
  const { catcher, output } = caught;
  return { result: await put(catcher.ResultPath)(document, output), next: catcher.Next };
}

/** @throws RunInterruptedError when stopped */
async function pause(milliseconds: number, stop: Stop): Promise<void> {
  if (milliseconds > 0) {
    await new Promise<void>((resolve) => {
      const cancel = after(milliseconds, () => {
        forget();
        resolve();
      });
      const forget = stop.tell(() => {
        cancel();
        resolve();
      });
    });
  }
  if (stop.isOver) throw new RunInterruptedError();
}

/** Walks through so many scopes, at most `most` of them at once; the first that fails stops the others. */
export async function walkEach(
  count: number,
  most: number,
  outer: Stop,
  one: (index: number, stop: Stop) => Promise<Json>,
): Promise<Json[]> {
  const stop = new Stop();
  const forget = outer.tell(() => stop.now());
  const results = new Array<Json>(count);
  let begun = 0;
  const work = async (): Promise<void> => {
    while (begun < count && !stop.isOver) {
      const index = begun++;
      results[index] = await one(index, stop);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(count, most) }, work));
    return results;
  } catch (error) {
    stop.now();
    throw error;
  } finally {
    forget();
  }
}
