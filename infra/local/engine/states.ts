/** Reads states of a prepared definition into what scopes.ts walks through. */
import type { Json, JsonObject } from '../../../schemas/json.ts';
import { compileChoice } from './choice.ts';
import { StateRuntimeError } from './errors.ts';
import { byLibrary, templateByLibrary } from './library.ts';
import { namesOf, put } from './paths.ts';
import { compilePath, compileTemplate } from './payload-template.ts';
import { handlingOf } from './retry.ts';
import { type Act, type Make, type Put, type Scope, type State, then, walk, walkEach } from './scopes.ts';

/** The library's and Step Functions' own number of scopes at once. */
const MOST_AT_ONCE = 40;

/** What a state has besides its own fields, already read. */
export interface Parts {
  /** A Task's call, or what a Parallel or Pass makes of its input. */
  readonly parameters?: Json | undefined;
  readonly map?: { readonly key: string; readonly scope: Scope; readonly selector: Json };
  readonly branches?: readonly Scope[];
}

export function compileState(name: string, state: JsonObject, parts: Parts): State {
  const inputPath = readPath(state.InputPath);
  const parameters = parts.parameters === undefined ? null : makeOf(parts.parameters);
  return {
    input: chain(inputPath, parameters) ?? ((input) => input),
    act: actOf(name, state, parts),
    output: outputOf(state),
    handling: handlingOf(state),
    put: putAt,
  };
}

/** Makes what a payload template says. */
function makeOf(template: Json): Make {
  return compileTemplate(template) ?? templateByLibrary(template);
}

/** What a path leads to; null for no path, which leaves things as they are. */
function readPath(path: Json | undefined): Make | null {
  if (path === undefined) return null;
  if (path === null) return () => ({});
  const plain = compilePath(path);
  if (plain !== null) return plain;
  const wrapped = templateByLibrary({ 'value.$': path });
  return async (input, context) => ((await wrapped(input, context)) as { value: Json }).value;
}

function chain(first: Make | null, second: Make | null): Make | null {
  if (first === null || second === null) return first ?? second;
  return (input, context) => then(first(input, context), (made) => second(made, context));
}

function outputOf({ ResultSelector, ResultPath, OutputPath }: JsonObject): State['output'] {
  const select = ResultSelector === undefined ? null : makeOf(ResultSelector);
  const place = putAt(ResultPath as string | null | undefined);
  const open = readPath(OutputPath);
  if (select === null && open === null) return place;
  return (document, result, context) =>
    then(select === null ? result : select(result, context), (selected) =>
      then(place(document, selected), (whole) => (open === null ? whole : open(whole, context))),
    );
}

function putAt(path: string | null | undefined): Put {
  if (path === undefined || path === '$') return (_document, result) => result;
  if (path === null) return (document) => document;
  const names = namesOf(path);
  if (names !== null) return (document, result) => put(document, names, result);
  const put_ = byLibrary({ Put: { Type: 'Pass', InputPath: '$$.Result', ResultPath: path, End: true } });
  return (document, Result) => put_(document, { Result });
}

function actOf(name: string, state: JsonObject, parts: Parts): Act {
  const next = typeof state.Next === 'string' ? state.Next : null;
  const { map, branches } = parts;
  if (map !== undefined) return mapOf(state, map, next);
  if (branches !== undefined) {
    return async (input, run) => ({
      result: await walkEach(branches.length, MOST_AT_ONCE, run.stop, (index, stop) =>
        walk(branches[index] as Scope, input, { ...run, stop }),
      ),
      next,
    });
  }
  switch (state.Type) {
    case 'Task':
      return async (call, run) => ({ result: await run.perform(name, call, run.context), next });
    case 'Choice': {
      const choose = compileChoice(state);
      return (input, { context }) =>
        then(choose(input, context), (chosen) => ({ result: input, next: chosen }));
    }
    case 'Pass':
      return state.Result === undefined
        ? (input) => ({ result: input, next })
        : () => ({ result: state.Result as Json, next });
    case 'Succeed':
      return (input) => ({ result: input, next: null });
    default: {
      // Wait and Fail.
      const { InputPath: _in, OutputPath: _out, Next: _next, ...own } = state;
      const run = byLibrary({ [name]: { ...own, ...(own.Type === 'Fail' ? {} : { End: true }) } });
      return async (input, { context, stop }) => ({ result: await run(input, context, stop), next });
    }
  }
}

function mapOf(
  state: JsonObject,
  { key, scope, selector }: NonNullable<Parts['map']>,
  next: string | null,
): Act {
  const itemsOf = readPath(state.ItemsPath);
  const atOnce = readPath(state.MaxConcurrencyPath);
  const select = selector === null ? null : makeOf(selector);
  return async (input, run) => {
    const items = itemsOf === null ? input : await itemsOf(input, run.context);
    if (!Array.isArray(items)) {
      throw new StateRuntimeError(
        itemsOf === null
          ? 'Input of Map state must be an array or ItemsPath property must point to an array'
          : `Path expression '${String(state.ItemsPath)}' evaluated to ${JSON.stringify(items)}, but expected an array`,
      );
    }
    const most = atOnce === null ? state.MaxConcurrency : await atOnce(input, run.context);
    const result = await walkEach(
      items.length,
      Number(most ?? 0) || MOST_AT_ONCE,
      run.stop,
      async (Index, stop) => {
        const Item = { Index, Value: items[Index] as Json };
        const context = { ...run.context, Item, Path: `${run.context.Path}/${key}.${Index}` };
        const made = select === null ? Item.Value : await select(input, context);
        return walk(scope, made, { ...run, context, stop });
      },
    );
    return { result, next };
  };
}
