/**
 * How a state machine and the scopes inside it (an iteration of a Map, a branch of a Parallel) are run.
 *
 * aws-local-stepfunctions gives a scope a copy of its input and a log of events that its parents copy again; neither the
 * root's `$$.Execution` nor `$$.Map` reach it. Here a scope's input arrives in an envelope, what its states see of the
 * context object goes where paths were redirected to (definition.ts), and the one event that somebody reads, that a state
 * was entered, is a call.
 */
import type { Json, JsonObject } from '../../../schemas/json.ts';
import { ExecutionAbortedError, type RunOptions, StateMachine } from './library.ts';
import { sealMembers } from './seal.ts';

/** What a Map's ItemSelector or a Parallel's Parameters make for each of their scopes. */
export interface Envelope {
  readonly input: Json;
  /** A branch goes on with its parent's. */
  readonly iteration?: Iteration;
}
export interface Iteration {
  /** The Map's key in its machine. */
  readonly map: string;
  readonly Index: number;
  readonly Value: Json;
}

/** What rewritten paths lead to, besides what the library keeps there. */
export interface ScopeContext extends JsonObject {
  /** `$$.Execution` of the root. */
  readonly Run: Json;
  /** `$$.Map.Item` of the innermost iteration. */
  readonly Item: Json;
  /** Tells iterations apart, so that a journal entry belongs to one of them. */
  readonly Path: string;
}

export interface ScopeOptions {
  readonly context: ScopeContext;
  readonly events: EventLogger;
  /** Names of members that a ResultPath reaches into. */
  readonly open: ReadonlySet<string>;
  /** Performs each Task state, by name, with the context of the scope that it is in. */
  readonly tasks: ReadonlyMap<string, TaskHandler>;
}
export type TaskHandler = (input: Json, context: ScopeContext) => Promise<Json>;

export interface ScopeRun {
  readonly result: Promise<Json>;
  abort(): void;
}

/** The library's own parts of a run; `execute` walks the states. */
interface Walker {
  readonly stateMachineOptions: unknown;
  execute(input: Json, options: object, ended: () => void): Promise<Json>;
}
type LibraryOptions = ScopeOptions & { readonly _rootAbortSignal?: AbortSignal };
type Run = (this: Walker, input: Json, options?: Partial<LibraryOptions>) => object;

/** Runs a machine until its end or until `abort`, which rejects with the library's ExecutionAbortedError. */
export function runScope(
  machine: StateMachine,
  { input, iteration }: Envelope,
  { _rootAbortSignal: parent, ...options }: LibraryOptions,
): ScopeRun {
  const walker = machine as unknown as Walker;
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (): void => controller.abort();
  parent?.addEventListener('abort', abort, { once: true });
  let ended = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(new ExecutionAbortedError());
    signal.addEventListener('abort', onAbort, { once: true });
    ended = () => {
      signal.removeEventListener('abort', onAbort);
      parent?.removeEventListener('abort', abort);
    };
  });
  const context = iteration === undefined ? options.context : contextOf(iteration, options.context);
  const execution = walker.execute(
    sealMembers(input, options.open),
    {
      stateMachineOptions: walker.stateMachineOptions,
      runOptions: {
        ...options,
        context,
        overrides: overridesFor(options.tasks, context),
        _rootAbortSignal: signal,
      },
      abortSignal: signal,
      eventLogger: options.events,
    },
    ended,
  );
  return { result: Promise.race([execution, aborted]), abort };
}

const NONE: ReadonlySet<string> = new Set();

function contextOf({ map, ...item }: Iteration, outer: ScopeContext): ScopeContext {
  return { ...outer, Item: sealMembers(item, NONE), Path: `${outer.Path}/${map}.${item.Index}` };
}

function overridesFor(tasks: ScopeOptions['tasks'], context: ScopeContext): RunOptions['overrides'] {
  const taskResourceLocalHandlers: Record<string, (input: Json) => Promise<Json>> = {};
  for (const [name, perform] of tasks) taskResourceLocalHandlers[name] = (input) => perform(input, context);
  return { taskResourceLocalHandlers };
}

type EventLogger = ReturnType<typeof logEntries>;

/** The library logs every event of a run; only a state's entry is of use here. */
export function logEntries(onEntered: (state: string) => void) {
  return {
    dispatchExecutionStartedEvent: ignore,
    dispatchExecutionSucceededEvent: ignore,
    dispatchExecutionFailedEvent: ignore,
    dispatchStateEnteredEvent: onEntered,
    dispatchStateExitedEvent: ignore,
    dispatchStateFailedEvent: ignore,
    dispatchStateRetriedEvent: ignore,
    dispatchStateCaughtEvent: ignore,
  };
}

function ignore(): void {}

async function* noEvents() {}

/** A Map and a Parallel run their scopes as the library does; those within a run of `runScope` are run by it, too. */
function runInnerScopes(): void {
  const prototype = StateMachine.prototype as unknown as { run: Run };
  const { run } = prototype;
  prototype.run = function (input, options) {
    if (options?.events === undefined) return run.call(this, input, options);
    const inner = runScope(
      this as unknown as StateMachine,
      input as unknown as Envelope,
      options as LibraryOptions,
    );
    return { ...inner, eventLogs: noEvents() };
  };
}
runInnerScopes();
