import type { Constant, Thing } from './things.ts';

/** Sets wider than this stop growing: the call site is as dynamic as analysis can tell. */
const MAX_ITEMS = 200;
/** More literals of one type than this become "some value of the type". */
const MAX_LITERALS = 12;
/** More objects of a kind than this in one set are data whose contents are not told apart. */
const LIMITS: Readonly<Partial<Record<Thing['kind'], number>>> = {
  container: 8,
  generator: 8,
  external: 8,
  builtin_method: 8,
  builtin: 16,
  module: 32,
  instance: 96,
  bound: 144,
  class: 64,
  wrapped: 16,
  partial: 8,
  super: 8,
};
/** From this size on, a set of classes, their instances and functions together says nothing. */
const MIXED_ITEMS = 40;
const MIXED_EACH = 4;

/** Whether a set is so large and so mixed that it stands for anything. */
export function saysNothing(things: readonly Thing[]): boolean {
  if (things.length <= MIXED_ITEMS) return false;
  let classes = 0;
  let instances = 0;
  let others = 0;
  for (const { kind } of things) {
    if (kind === 'class') classes += 1;
    else if (kind === 'instance') instances += 1;
    else others += 1;
  }
  const groups = [classes, instances, others].filter((count) => count >= MIXED_EACH).length;
  return groups >= 2 && (instances >= MIXED_EACH || others >= MIXED_ITEMS);
}

/** A set with things in order, without what makes it large; `anyOf` is any value of a type. */
export function bounded(sorted: Thing[], anyOf: (type: string) => Constant): Thing[] {
  if (sorted.length > MAX_LITERALS) return widen(sorted, anyOf);
  return sorted.length > 1 ? absorb(sorted) : sorted;
}

/** Any value of a type stands for all its literals. */
function absorb(sorted: Thing[]): Thing[] {
  const any = new Set<string>();
  for (const thing of sorted) if (thing.kind === 'constant' && thing.value === null) any.add(thing.type);
  if (any.size === 0) return sorted;
  return sorted.filter((thing) => thing.kind !== 'constant' || thing.value === null || !any.has(thing.type));
}

/**
 * Drops what makes sets large without saying more about what is called. What has the smallest id
 * stays, whatever the order things came in, so that sets that keep growing settle.
 */
function widen(sorted: Thing[], anyOf: (type: string) => Constant): Thing[] {
  const literals = new Map<string, number>();
  for (const thing of sorted) {
    if (thing.kind === 'constant') literals.set(thing.type, (literals.get(thing.type) ?? 0) + 1);
  }
  const extra: Thing[] = [];
  for (const [type, count] of literals) if (count > MAX_LITERALS) extra.push(anyOf(type));
  const all = extra.length > 0 ? [...new Set([...sorted, ...extra])].sort((a, b) => a.id - b.id) : sorted;
  const counts = new Map<string, number>();
  const kept = absorb(all).filter((thing) => {
    const limit = LIMITS[thing.kind];
    if (limit === undefined) return true;
    const group = thing.kind === 'container' ? thing.type : thing.kind;
    const count = (counts.get(group) ?? 0) + 1;
    counts.set(group, count);
    return count <= limit;
  });
  return kept.length > MAX_ITEMS ? kept.slice(0, MAX_ITEMS) : kept;
}
