import { type Arguments, positionalOnly, spreadInto } from './arguments.ts';
import type { Body } from './body.ts';
import { applyToEach } from './builtin-collections.ts';
import { callValues } from './calls.ts';
import { iterate, makeContainer, writeElement } from './containers.ts';
import type { ValueSet } from './things.ts';

/** Standard functions that take functions and iterables apart; null: not one of them. */
export function callIterating(body: Body, path: string, args: Arguments, at: number): ValueSet | null {
  const { values } = body;
  const [first = values.empty, second = values.empty] = args.positional;
  const listed = (elements: ValueSet): ValueSet => {
    const container = makeContainer(body, 'list', at, path);
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

/** The function a thread or process is made for, called with what `args` and `kwargs` hold. */
export function callTarget(body: Body, path: string, args: Arguments, at: number): void {
  const place = path.endsWith('.Timer') ? 2 : 3;
  const target = args.keywords.get('target') ?? args.keywords.get('function') ?? args.positional[1];
  if (!target) return;
  const given = args.keywords.get('args') ?? args.positional[place];
  const named = args.keywords.get('kwargs') ?? args.positional[place + 1];
  const positional: ValueSet[] = [];
  const spread = given ? spreadInto(body, positional, given) : null;
  callValues(body, target, { positional, spread, keywords: new Map(), mappings: named ? [named] : [] }, at);
}
