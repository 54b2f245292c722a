import { type Arguments, positionalOnly, spreadInto } from './arguments.ts';
import type { Body } from './body.ts';
import { applyToEach } from './builtin-collections.ts';
import { callValues } from './calls.ts';
import { awaitValues, iterate, makeContainer, writeElement } from './containers.ts';
import type { ValueSet, WrappedThing } from './things.ts';

/** Methods of executors and event loops that call the function they are given, later. */
const SCHEDULERS = new Set([
  'submit',
  'apply',
  'apply_async',
  'run_in_executor',
  'call_soon',
  'call_soon_threadsafe',
  'call_later',
  'call_at',
  'add_done_callback',
  'add_signal_handler',
  'start_new_thread',
  'to_thread',
]);

const LOOP = 'asyncio.AbstractEventLoop';
const EXECUTOR = /(^|\.)(Pool|ThreadPool|ThreadPoolExecutor|ProcessPoolExecutor|Executor)\.\w+$/;
const MAPPERS = new Set(['map', 'imap', 'imap_unordered', 'map_async']);

/** Standard functions that run others, now or later, on threads, processes or an event loop; null: none of them. */
export function callConcurrent(body: Body, path: string, args: Arguments, at: number): ValueSet | null {
  const { values } = body;
  const [first = values.empty] = args.positional;
  switch (path) {
    case 'threading.Thread':
    case 'threading.Timer':
    case 'multiprocessing.Process':
      callTarget(body, path, args, at);
      return values.of(values.external(path));
    case 'asyncio.get_event_loop':
    case 'asyncio.get_running_loop':
    case 'asyncio.new_event_loop':
      return values.of(values.external(LOOP));
    case 'asyncio.run':
    case `${LOOP}.run_until_complete`:
    case 'asyncio.run_coroutine_threadsafe':
      return awaitValues(body, first, at);
    case 'asyncio.create_task':
    case 'asyncio.ensure_future':
    case 'asyncio.wait_for':
    case 'asyncio.shield':
    case 'asyncio.TaskGroup.create_task':
    case `${LOOP}.create_task`:
    case 'asyncio.as_completed':
    case 'concurrent.futures.as_completed':
      return first;
    case 'asyncio.gather': {
      const results = makeContainer(body, 'list', at, 'gather');
      const awaited = values.union(values.unionAll(args.positional), args.spread ?? values.empty);
      writeElement(body, results, null, awaitValues(body, awaited, at), false);
      return values.of(results);
    }
    default:
      break;
  }
  const method = path.slice(path.lastIndexOf('.') + 1);
  if (MAPPERS.has(method) && EXECUTOR.test(path)) return applyToEach(body, 'map', args, at);
  if (method === 'starmap' && EXECUTOR.test(path)) {
    const spread = iterate(body, iterate(body, args.positional[1] ?? values.empty, at), at);
    const made = callValues(body, first, { ...positionalOnly(), spread }, at);
    const results = makeContainer(body, 'list', at, 'starmap');
    writeElement(body, results, null, made, false);
    return values.of(results);
  }
  if (!SCHEDULERS.has(method)) return null;
  let result = values.empty;
  for (const [index, argument] of args.positional.entries()) {
    const functions = body
      .resolve(argument)
      .items.filter((item) => ['function', 'bound', 'partial', 'wrapped'].includes(item.kind));
    if (functions.length === 0) continue;
    const given = { ...args, positional: args.positional.slice(index + 1) };
    result = values.union(result, callValues(body, values.from(functions), given, at));
    break;
  }
  return values.from(result.items.map((item) => values.wrapped('future', item)));
}

/** A method of what stands for a result that comes later. */
export function readFuture(body: Body, future: WrappedThing, name: string): ValueSet {
  const { values } = body;
  if (name === 'result' || name === 'get') return values.of(values.wrapped('result', future.inner));
  return name === 'add_done_callback'
    ? values.of(values.builtinMethod('future', name, future))
    : values.empty;
}

/** The function a thread or process is made for, called with what `args` and `kwargs` hold. */
function callTarget(body: Body, path: string, args: Arguments, at: number): void {
  const place = path.endsWith('.Timer') ? 2 : 3;
  const target = args.keywords.get('target') ?? args.keywords.get('function') ?? args.positional[1];
  if (!target) return;
  const given = args.keywords.get('args') ?? args.positional[place];
  const named = args.keywords.get('kwargs') ?? args.positional[place + 1];
  const positional: ValueSet[] = [];
  const spread = given ? spreadInto(body, positional, given, at) : null;
  callValues(body, target, { positional, spread, keywords: new Map(), mappings: named ? [named] : [] }, at);
}
