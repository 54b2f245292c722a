import type { Json, JsonObject } from '../../../schemas/json.ts';
import { UnsupportedDefinitionError } from './errors.ts';
import { parseResource, type TaskResource } from './resources.ts';
import type { Scope, State } from './scopes.ts';
import { compileState } from './states.ts';

export interface TaskState {
  readonly name: string;
  /** Short and unique in its machine; part of every journal key. */
  readonly key: string;
  readonly resource: TaskResource;
  /** Seconds, when they are constants; paths arrive with each call. */
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

export interface PreparedMachine {
  readonly name: string;
  readonly arn: string;
  readonly scope: Scope;
  readonly tasks: ReadonlyMap<string, TaskState>;
  /** What `$$.State.Name` leads to: the names by the states' keys. */
  readonly stateNames: JsonObject;
  readonly timeoutSeconds: number | undefined;
}

/**
 * Puts ARNs in the place of the quoted `${Name}` placeholders.
 * @throws UnsupportedDefinitionError naming a placeholder without a value
 */
export function substitutePlaceholders(
  text: string,
  arnFor: (placeholder: string) => string | undefined,
): string {
  return text.replace(/\$\{([A-Za-z][A-Za-z0-9]*)\}/g, (_whole, name: string) => {
    const value = arnFor(name);
    if (value === undefined) {
      throw new UnsupportedDefinitionError(
        `The state machine uses \${${name}}, which no function or machine has.`,
      );
    }
    return JSON.stringify(value).slice(1, -1);
  });
}

/**
 * Reads a JSONPath definition. Paths into the context object are redirected to where the engine keeps the values, because
 * aws-local-stepfunctions, which evaluates some of them, has an `$$.Execution` of its own. A task's call and its deadlines
 * are one payload template.
 *
 * @throws UnsupportedDefinitionError for a feature that would run differently here
 */
export function prepareMachine(source: JsonObject, machine: { name: string; arn: string }): PreparedMachine {
  const tasks = new Map<string, TaskState>();
  const stateNames: JsonObject = {};
  let count = 0;

  function scope(definition: JsonObject): Scope {
    const states = new Map<string, State>();
    for (const [name, value] of Object.entries(object(definition.States, 'States'))) {
      const key = `s${count++}`;
      stateNames[key] = name;
      states.set(name, state(name, key, object(value, name)));
    }
    return { startAt: string(definition.StartAt, 'StartAt'), states };
  }

  function state(name: string, key: string, original: JsonObject): State {
    const { ItemProcessor, Iterator, ItemSelector, Branches, ...own } = original;
    if (own.QueryLanguage === 'JSONata') throw unsupported(name, 'JSONata');
    const read = object(redirect(own, key), name);
    switch (read.Type) {
      case 'Task': {
        const resource = parseResource(string(read.Resource, `${name}.Resource`), name);
        if (tasks.has(name)) throw new UnsupportedDefinitionError(`Two Task states are called "${name}".`);
        const call: JsonObject =
          read.Parameters === undefined ? { 'call.$': '$' } : { call: read.Parameters };
        if (read.TimeoutSecondsPath !== undefined) call['timeout.$'] = read.TimeoutSecondsPath;
        if (read.HeartbeatSecondsPath !== undefined) call['heartbeat.$'] = read.HeartbeatSecondsPath;
        tasks.set(name, {
          name,
          key,
          resource,
          timeoutSeconds: seconds(read.TimeoutSeconds),
          heartbeatSeconds: seconds(read.HeartbeatSeconds),
        });
        return compileState(name, read, { parameters: call });
      }
      case 'Map': {
        if (original.ItemReader !== undefined) throw unsupported(name, 'ItemReader');
        const processor = object(ItemProcessor ?? Iterator ?? null, `${name}.ItemProcessor`);
        const selector = redirect(ItemSelector ?? own.Parameters ?? null, key);
        return compileState(name, read, { map: { key, scope: scope(processor), selector } });
      }
      case 'Parallel': {
        const branches = array(Branches, `${name}.Branches`).map((branch) => scope(object(branch, name)));
        return compileState(name, read, { parameters: read.Parameters, branches });
      }
      default:
        return compileState(name, read, { parameters: read.Parameters });
    }
  }

  return {
    ...machine,
    scope: scope(source),
    tasks,
    stateNames,
    timeoutSeconds: seconds(source.TimeoutSeconds),
  };
}

/** A copy in which every path into the context object leads to where this engine keeps the value. */
function redirect(value: Json, stateKey: string, key = ''): Json {
  if (typeof value === 'string') {
    const isExpression = key.endsWith('.$') || key.endsWith('Path') || key === 'Variable';
    return isExpression ? redirectPath(value, stateKey) : value;
  }
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => redirect(item, stateKey));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, redirect(item, stateKey, name)]),
  );
}

function redirectPath(path: string, stateKey: string): string {
  return path.replace(/\$\$(?:\.[A-Za-z]+)*/g, (reference) => {
    if (/^\$\$\.Execution(\.|$)/.test(reference)) {
      return reference.replace('$$.Execution', () => '$$.Run');
    }
    if (/^\$\$\.Map\.Item(\.|$)/.test(reference)) {
      return reference.replace('$$.Map.Item', () => '$$.Item');
    }
    if (reference === '$$.State.Name') return `$$.StateNames.${stateKey}`;
    if (reference === '$$.State.EnteredTime') return '$$.Clock.now';
    if (reference === '$$.Task.Token' || /^\$\$\.StateMachine\.(Id|Name)$/.test(reference)) return reference;
    throw new UnsupportedDefinitionError(`The context object has no "${reference}" here.`);
  });
}

function unsupported(stateName: string, feature: string): UnsupportedDefinitionError {
  return new UnsupportedDefinitionError(
    `State "${stateName}" uses ${feature}, which the embedded engine doesn't run.`,
  );
}

function seconds(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function string(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value;
  throw new UnsupportedDefinitionError(`${where} must be a string.`);
}

function array(value: Json | undefined, where: string): Json[] {
  if (Array.isArray(value)) return value;
  throw new UnsupportedDefinitionError(`${where} must be an array.`);
}

function object(value: Json | undefined, where: string): JsonObject {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  throw new UnsupportedDefinitionError(`${where} must be an object.`);
}
