/** Entry to aws-local-stepfunctions, with what it needs and doesn't say. */
import './promise-with-resolvers.ts';
import { StateMachine } from 'aws-local-stepfunctions';
import { JSONPath } from 'jsonpath-plus';
import { unseal } from './seal.ts';

export {
  ExecutionAbortedError,
  ExecutionError,
  type RunOptions,
  StateMachine,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';

type ErrorClass = new () => Error;
let timeoutClass: Promise<ErrorClass> | undefined;

/**
 * The library's own `States.Timeout` class. `States.TaskFailed` in a Retry or Catch must match every error
 * but a timeout, the library decides that with `instanceof`, and it doesn't export the class: so one is
 * made to happen, once per process, in about a millisecond.
 */
export function timeoutErrorClass(): Promise<ErrorClass> {
  timeoutClass ??= catchTimeout();
  return timeoutClass;
}

async function catchTimeout(): Promise<ErrorClass> {
  const resource = 'arn:aws:lambda:us-east-1:000000000000:function:sleeper';
  const machine = new StateMachine(
    {
      StartAt: 'Sleep',
      States: { Sleep: { Type: 'Task', Resource: resource, TimeoutSeconds: 0.001, End: true } },
    },
    { validationOptions: { noValidate: true } },
  );
  const never = new Promise<null>(() => undefined);
  const run = machine.run({}, { overrides: { taskResourceLocalHandlers: { Sleep: () => never } } });
  const failure: unknown = await run.result.then(
    () => undefined,
    (error: unknown) => error,
  );
  const timeout = failure instanceof Error ? failure.cause : undefined;
  if (timeout instanceof Error) return timeout.constructor as ErrorClass;
  throw new Error('aws-local-stepfunctions ended a Task at its timeout without a States.Timeout error.');
}

interface Evaluation {
  readonly path: string;
  readonly json: unknown;
}
type Evaluate = (this: unknown, query: Evaluation) => unknown;

const simplePath = /^\$(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const segments = new Map<string, readonly string[] | null>();

/** The names of a path like `$.a.b`; null for one that needs the whole of JSONPath. */
export function namesOf(path: string): readonly string[] | null {
  let names = segments.get(path);
  if (names === undefined) {
    names = simplePath.test(path) ? path.split('.').slice(1) : null;
    segments.set(path, names);
  }
  return names;
}

/** The value at the end of a plain path, unsealed; undefined when there is none. */
export function follow(names: readonly string[], json: unknown): unknown {
  let value = json;
  // Below a seal nothing is sealed.
  let opened = false;
  for (const name of names) {
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    if (!isObject || !Object.hasOwn(value as object, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
    if (typeof value !== 'function') continue;
    value = unseal(value);
    opened = true;
  }
  return opened ? value : unseal(value);
}

/**
 * State machines ask for hundreds of plain paths a task. jsonpath-plus walks each with a general evaluator and hands
 * back every value that is no object inside an error, stack trace and all, which its own caller takes apart at once;
 * the same hand-over without the trace does as well.
 */
function quickenPaths(): void {
  const prototype = JSONPath.prototype as unknown as { evaluate: Evaluate };
  const { evaluate } = prototype;
  prototype.evaluate = function (query) {
    const names = typeof query?.path === 'string' ? namesOf(query.path) : null;
    const value =
      names === null
        ? evaluate.call(
            this,
            typeof query?.path === 'string' ? { ...query, json: unseal(query.json) } : query,
          )
        : follow(names, query.json);
    if (value === null || typeof value !== 'object') throw { avoidNew: true, value };
    // A copy, because States.JsonMerge puts the members of its second argument into the first.
    return Array.isArray(value) ? value : { ...value };
  };
}
quickenPaths();
