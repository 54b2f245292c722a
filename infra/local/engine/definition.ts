import type { Json, JsonObject } from '../../../schemas/json.ts';
import { UnsupportedDefinitionError } from './errors.ts';
import { compileTemplate, type PayloadTemplate } from './payload-template.ts';
import { parseResource, type TaskResource } from './resources.ts';

/** The longest pause that setTimeout knows, in seconds: the engine's own deadlines always come first. */
const LONGEST_TIMER_SECONDS = 2_147_483;
/** Results of Pass states that aws-local-stepfunctions mistakes for "no Result". */
const FALSY_RESULTS: readonly Json[] = [null, false, 0, ''];

export interface TaskState {
  readonly name: string;
  /** Short and unique in its machine; part of every journal key. */
  readonly key: string;
  readonly resource: TaskResource;
  /** Makes `{call, timeout, heartbeat}` from the state's input; null when the library does. */
  readonly template: PayloadTemplate | null;
  /** Seconds, when they are constants; paths arrive with each call. */
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

export interface PreparedMachine {
  readonly name: string;
  readonly arn: string;
  /** The definition as the library runs it. */
  readonly definition: JsonObject;
  readonly tasks: ReadonlyMap<string, TaskState>;
  /** Names of members that a ResultPath reaches into. */
  readonly open: ReadonlySet<string>;
  /** Values that rewritten paths refer to; they go into the context of every run. */
  readonly constants: { readonly stateNames: JsonObject; readonly falsy: JsonObject };
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
 * Rewrites a JSONPath definition so that aws-local-stepfunctions runs it as Step Functions would.
 *
 * The library gives its task handlers nothing but the input, gives nested scopes neither the root's
 * `$$.Execution` nor `$$.Map`, and ends every Task after 60 seconds. So each scope (the machine, a Map
 * iteration, a Parallel branch) is run with an envelope as its input (scopes.ts), and paths into the context
 * object are redirected to where that keeps the values. A task's call and its deadlines are one payload
 * template. Definitions on disk stay as they are.
 *
 * @throws UnsupportedDefinitionError for a feature that would run differently here
 */
export function prepareMachine(source: JsonObject, machine: { name: string; arn: string }): PreparedMachine {
  const tasks = new Map<string, TaskState>();
  const stateNames: JsonObject = {};
  const open = new Set<string>();
  let count = 0;

  function scope(definition: JsonObject): JsonObject {
    const states: JsonObject = {};
    for (const [name, value] of Object.entries(object(definition.States, 'States'))) {
      const key = `s${count++}`;
      stateNames[key] = name;
      states[name] = state(name, key, object(value, name));
    }
    return { StartAt: string(definition.StartAt, 'StartAt'), States: states };
  }

  function state(name: string, key: string, original: JsonObject): JsonObject {
    const { ItemProcessor, Iterator, ItemSelector, Branches, ...own } = original;
    if (own.QueryLanguage === 'JSONata') throw unsupported(name, 'JSONata');
    const result = object(redirect(own, key, false), name);
    dropWholeResultPath(result);
    for (const { ResultPath } of [result, ...catchersOf(result)])
      for (const name of containersOn(ResultPath)) open.add(name);
    switch (result.Type) {
      case 'Task': {
        const resource = parseResource(string(result.Resource, `${name}.Resource`), name);
        if (tasks.has(name)) throw new UnsupportedDefinitionError(`Two Task states are called "${name}".`);
        const call: JsonObject =
          result.Parameters === undefined ? { 'call.$': '$' } : { call: result.Parameters };
        if (result.TimeoutSecondsPath !== undefined) call['timeout.$'] = result.TimeoutSecondsPath;
        if (result.HeartbeatSecondsPath !== undefined) call['heartbeat.$'] = result.HeartbeatSecondsPath;
        delete result.TimeoutSecondsPath;
        const template = compileTemplate(call);
        tasks.set(name, {
          name,
          key,
          resource,
          template,
          timeoutSeconds: seconds(result.TimeoutSeconds),
          heartbeatSeconds: seconds(result.HeartbeatSeconds),
        });
        if (template === null) result.Parameters = call;
        else delete result.Parameters;
        return { ...result, TimeoutSeconds: LONGEST_TIMER_SECONDS };
      }
      case 'Map': {
        if (original.ItemReader !== undefined) throw unsupported(name, 'ItemReader');
        const processor = object(ItemProcessor ?? Iterator ?? null, `${name}.ItemProcessor`);
        const selector = redirect(ItemSelector ?? own.Parameters ?? null, key, true);
        delete result.Parameters;
        const input: JsonObject =
          selector === null ? { 'input.$': '$$.Map.Item.Value' } : { input: selector };
        return {
          ...result,
          ItemSelector: {
            ...input,
            iteration: { map: key, 'Index.$': '$$.Map.Item.Index', 'Value.$': '$$.Map.Item.Value' },
          },
          ItemProcessor: scope(processor),
        };
      }
      case 'Parallel': {
        const input: JsonObject =
          result.Parameters === undefined ? { 'input.$': '$' } : { input: result.Parameters };
        return {
          ...result,
          Parameters: input,
          Branches: array(Branches, `${name}.Branches`).map((branch) => scope(object(branch, name))),
        };
      }
      case 'Pass': {
        const falsy = result.Result === undefined ? -1 : FALSY_RESULTS.indexOf(result.Result);
        if (falsy < 0) return result;
        delete result.Result;
        return { ...result, InputPath: `$$.Falsy.f${falsy}` };
      }
      default:
        return result;
    }
  }

  const definition = scope(source);
  const falsy = Object.fromEntries(FALSY_RESULTS.map((value, index) => [`f${index}`, value]));
  return {
    ...machine,
    definition,
    tasks,
    open,
    constants: { stateNames, falsy },
    timeoutSeconds: seconds(source.TimeoutSeconds),
  };
}

const catchersOf = ({ Catch }: JsonObject): JsonObject[] =>
  Array.isArray(Catch) ? Catch.map((catcher) => object(catcher, 'Catch')) : [];

/** The names that a path like `$.a.b` goes through before its last one. */
function containersOn(path: Json | undefined): string[] {
  return typeof path === 'string'
    ? [...path.matchAll(/[^$.[\]'"]+/g)].slice(0, -1).map(([name]) => name)
    : [];
}

/** `$` as a ResultPath means "the result is the whole output", which the library only knows as "no ResultPath". */
function dropWholeResultPath(state: JsonObject): void {
  if (state.ResultPath === '$') delete state.ResultPath;
  if (Array.isArray(state.Catch)) {
    for (const catcher of state.Catch) {
      const fields = object(catcher, 'Catch');
      if (fields.ResultPath === '$') delete fields.ResultPath;
    }
  }
}

/** A copy in which every path into the context object leads to where this engine keeps the value. */
function redirect(value: Json, stateKey: string, inItemSelector: boolean, key = ''): Json {
  if (typeof value === 'string') {
    const isExpression = key.endsWith('.$') || key.endsWith('Path') || key === 'Variable';
    return isExpression ? redirectPath(value, stateKey, inItemSelector) : value;
  }
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => redirect(item, stateKey, inItemSelector));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, redirect(item, stateKey, inItemSelector, name)]),
  );
}

function redirectPath(path: string, stateKey: string, inItemSelector: boolean): string {
  return path.replace(/\$\$(?:\.[A-Za-z]+)*/g, (reference) => {
    if (/^\$\$\.Execution(\.|$)/.test(reference)) {
      return reference.replace('$$.Execution', () => '$$.Run');
    }
    if (/^\$\$\.Map\.Item(\.|$)/.test(reference)) {
      return inItemSelector ? reference : reference.replace('$$.Map.Item', () => '$$.Item');
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
