import { type Arguments, positionalOnly } from './arguments.ts';
import type { Body } from './body.ts';
import { applyToEach } from './builtin-collections.ts';
import { callSpecial, callValues } from './calls.ts';
import { fillPositions, iterate, makeContainer, writeElement } from './containers.ts';
import type { ValueSet } from './things.ts';

/** Standard functions that take functions and iterables apart; null: not one of them. */
export function callIterating(body: Body, path: string, args: Arguments, at: number): ValueSet | null {
  const { values } = body;
  const [first = values.empty, second = values.empty] = args.positional;
  const listed = (elements: ValueSet, role = path): ValueSet => {
    const container = makeContainer(body, 'list', at, role);
    writeElement(body, container, null, elements, false);
    return values.of(container);
  };
  switch (path) {
    case 'functools.reduce':
      return applyToEach(body, 'reduce', args, at);
    case 'itertools.filterfalse':
    case 'itertools.takewhile':
    case 'itertools.dropwhile': {
      const elements = iterate(body, second, at);
      callValues(body, first, positionalOnly(elements), at);
      return listed(elements);
    }
    case 'itertools.starmap': {
      const spread = iterate(body, iterate(body, second, at), at);
      return listed(
        callValues(body, first, { positional: [], spread, keywords: new Map(), mappings: [] }, at),
      );
    }
    case 'itertools.groupby': {
      const elements = iterate(body, first, at);
      const key = args.keywords.get('key') ?? second;
      const keys = callValues(body, key, positionalOnly(elements), at);
      return listed(tupleOf(body, [keys, listed(elements, 'members')], at));
    }
    case 'itertools.product':
    case 'itertools.zip_longest':
      return listed(
        tupleOf(
          body,
          args.positional.map((each) => iterate(body, each, at)),
          at,
        ),
      );
    case 'itertools.permutations':
    case 'itertools.combinations':
    case 'itertools.combinations_with_replacement':
    case 'itertools.pairwise':
    case 'itertools.batched': {
      const elements = iterate(body, first, at);
      return listed(tupleOf(body, [elements, elements, elements], at));
    }
    case 'itertools.tee': {
      const copies = listed(iterate(body, first, at));
      return tupleOf(body, [copies, copies], at);
    }
    case 'itertools.accumulate': {
      const elements = iterate(body, first, at);
      const made = callValues(body, second, positionalOnly(elements, elements), at);
      return listed(values.union(elements, made));
    }
    case 'itertools.repeat':
      return listed(first);
    case 'heapq.nlargest':
    case 'heapq.nsmallest': {
      const elements = iterate(body, second, at);
      const key = args.keywords.get('key');
      if (key) callValues(body, key, positionalOnly(elements), at);
      else callSpecial(body, elements, '__lt__', positionalOnly(elements), at);
      return listed(elements);
    }
    case 'heapq.heappop': {
      const elements = iterate(body, first, at);
      callSpecial(body, elements, '__lt__', positionalOnly(elements), at);
      return elements;
    }
    case 'random.choice':
      return iterate(body, first, at);
    case 'heapq.heappush':
      callSpecial(body, second, '__lt__', positionalOnly(iterate(body, first, at)), at);
      for (const heap of body.resolve(first).items) {
        if (heap.kind === 'container') writeElement(body, heap, null, second, false);
      }
      return values.empty;
    case 'itertools.chain':
      return listed(values.unionAll(args.positional.map((each) => iterate(body, each, at))));
    case 'itertools.chain.from_iterable':
      return listed(iterate(body, iterate(body, first, at), at));
    case 'itertools.islice':
    case 'itertools.cycle':
      return listed(iterate(body, first, at));
    default:
      return null;
  }
}

function tupleOf(body: Body, elements: readonly ValueSet[], at: number): ValueSet {
  const tuple = makeContainer(body, 'tuple', at, 'group', elements.length);
  fillPositions(body, tuple, elements);
  return body.values.of(tuple);
}
