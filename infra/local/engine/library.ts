/**
 * Entry to aws-local-stepfunctions. The engine walks through states itself (scopes.ts) and asks the library for what is
 * seldom and has many rules: expressions with more than plain paths, most tests of a Choice, and pauses.
 */
import { ExecutionError, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { JSONPath } from 'jsonpath-plus';
import type { Json, JsonObject } from '../../../schemas/json.ts';
import { follow, namesOf } from './paths.ts';
import type { Stop } from './stop.ts';

export { StateMachine } from 'aws-local-stepfunctions';

type LibraryRun = (input: Json, context: JsonObject, stop?: Stop) => Promise<Json>;

/** Runs a few states in the library; the first one is where they start. */
export function byLibrary(States: JsonObject): LibraryRun {
  const [StartAt = ''] = Object.keys(States);
  const definition = { StartAt, States } as unknown as StateMachineDefinition;
  const machine = new StateMachine(definition, { validationOptions: { noValidate: true } });
  return async (input, context, stop) => {
    const run = machine.run(input as never, { context });
    const forget = stop?.tell(run.abort);
    try {
      return (await run.result) as Json;
    } catch (failure) {
      throw failure instanceof ExecutionError && failure.cause instanceof Error ? failure.cause : failure;
    } finally {
      forget?.();
    }
  };
}

/** Evaluates a payload template. */
export function templateByLibrary(Parameters: Json): LibraryRun {
  return byLibrary({ Make: { Type: 'Pass', Parameters, End: true } });
}

interface Evaluation {
  readonly path: string;
  readonly json: unknown;
}
type Evaluate = (this: unknown, query: Evaluation) => unknown;

/** The library follows a plain path as the engine does. It hands back every value that is no object by throwing it. */
function alignPaths(): void {
  const prototype = JSONPath.prototype as unknown as { evaluate: Evaluate };
  const { evaluate } = prototype;
  prototype.evaluate = function (query) {
    const names = typeof query?.path === 'string' ? namesOf(query.path) : null;
    const value = names === null ? evaluate.call(this, query) : follow(names, query.json);
    if (value === null || typeof value !== 'object') throw { avoidNew: true, value };
    // A copy, because States.JsonMerge puts the members of its second argument into the first.
    return Array.isArray(value) ? value : { ...value };
  };
}
alignPaths();
