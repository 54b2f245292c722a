import type {
  BoundMethod,
  BuiltinMethod,
  BuiltinThing,
  ClassThing,
  Constant,
  ExternalThing,
  ParameterThing,
  SuperThing,
  Thing,
  ValueSet,
  WrappedThing,
} from './things.ts';
import { bounded, saysNothing } from './widening.ts';

const MAX_PARAMETERS = 24;

/** Up to this size a set is compared item by item, which costs less than remembering the pair. */
const FEW = 4;

/** Whether all of some things, in the order of their ids, are among others in that order. */
function holdsAll(things: readonly Thing[], some: readonly Thing[]): boolean {
  if (some.length > things.length) return false;
  let index = 0;
  for (const thing of some) {
    while (index < things.length && (things[index] as Thing).id < thing.id) index += 1;
    if (things[index] !== thing) return false;
    index += 1;
  }
  return true;
}

function inOrder(things: ReadonlyMap<number, Thing>): Thing[] {
  return [...things.values()].sort((a, b) => a.id - b.id);
}

/** Makes and interns abstract objects and sets; one per analysis. */
export class Values {
  private nextId = 1;
  private nextSet = 2;
  private readonly sets = new Map<string, ValueSet>();
  private readonly singles: (ValueSet | undefined)[] = [];
  private readonly unions = new Map<number, ValueSet>();
  private readonly interned = new Map<string, Thing>();
  private readonly constants = new Map<string, Map<string | number | null, Constant>>();
  private readonly pairs = new Map<number, BoundMethod>();
  private readonly methods = new Map<number, Map<string, BuiltinMethod>>();
  private readonly members = new Map<ExternalThing, Map<string, ExternalThing>>();
  private readonly parameters: ParameterThing[] = [];
  readonly empty: ValueSet = { id: 0, items: [], symbolic: false };
  /** Could be anything: what flows through code that handles all kinds of data alike. Calls nothing known. */
  readonly anything: ValueSet = { id: 1, items: [], symbolic: false };

  newId(): number {
    this.nextId += 1;
    return this.nextId;
  }

  /** The one object of this key, made the first time. */
  once<T extends Thing>(key: string, make: (id: number) => T): T {
    let thing = this.interned.get(key);
    if (!thing) {
      thing = make(this.newId());
      this.interned.set(key, thing);
    }
    return thing as T;
  }

  constant(type: string, value: string | number | null): Constant {
    let ofType = this.constants.get(type);
    if (!ofType) {
      ofType = new Map();
      this.constants.set(type, ofType);
    }
    let constant = ofType.get(value);
    if (!constant) {
      constant = { id: this.newId(), kind: 'constant', fields: null, type, value, field: null };
      ofType.set(value, constant);
    }
    return constant;
  }

  external(path: string): ExternalThing {
    return this.once(`e:${path}`, (id) => ({ id, kind: 'external', fields: null, path }));
  }

  /** `owner.name` of something outside the project. */
  member(owner: ExternalThing, name: string): ExternalThing {
    let members = this.members.get(owner);
    if (!members) {
      members = new Map();
      this.members.set(owner, members);
    }
    let member = members.get(name);
    if (!member) {
      member = this.external(`${owner.path}.${name}`);
      members.set(name, member);
    }
    return member;
  }

  builtin(name: string): BuiltinThing {
    return this.once(`b:${name}`, (id) => ({ id, kind: 'builtin', fields: null, name }));
  }

  builtinMethod(type: string, name: string, owner: Thing): BuiltinMethod {
    // Every text has the same methods.
    const self = owner.kind === 'constant' ? this.constant(owner.type, null) : owner;
    let methods = this.methods.get(self.id);
    if (!methods) {
      methods = new Map();
      this.methods.set(self.id, methods);
    }
    let method = methods.get(name);
    if (!method) {
      method = { id: this.newId(), kind: 'builtin_method', fields: null, type, name, self };
      methods.set(name, method);
    }
    return method;
  }

  bound(callee: Thing, self: Thing): BoundMethod {
    const key = callee.id * 0x4000000 + self.id;
    let bound = this.pairs.get(key);
    if (!bound) {
      bound = { id: this.newId(), kind: 'bound', fields: null, callee, self };
      this.pairs.set(key, bound);
    }
    return bound;
  }

  wrapped(wrapper: string, inner: Thing): WrappedThing {
    return this.once(`w:${wrapper}:${inner.id}`, (id) => ({
      id,
      kind: 'wrapped',
      fields: null,
      wrapper,
      inner,
    }));
  }

  superOf(type: ClassThing, self: Thing): SuperThing {
    return this.once(`s:${type.id}:${self.id}`, (id) => ({ id, kind: 'super', fields: null, type, self }));
  }

  /** Null past the number of parameters that are followed symbolically. */
  parameter(index: number): ParameterThing | null {
    if (index >= MAX_PARAMETERS) return null;
    let thing = this.parameters[index];
    if (!thing) {
      thing = { id: this.newId(), kind: 'parameter', fields: null, index };
      this.parameters[index] = thing;
    }
    return thing;
  }

  of(thing: Thing): ValueSet {
    let set = this.singles[thing.id];
    if (!set) {
      set = { id: this.nextSet++, items: [thing], symbolic: thing.kind === 'parameter' };
      this.singles[thing.id] = set;
    }
    return set;
  }

  from(things: readonly Thing[]): ValueSet {
    if (things.length === 0) return this.empty;
    const [only] = things;
    if (only && things.length === 1) return this.of(only);
    const items = new Map<number, Thing>();
    for (const thing of things) items.set(thing.id, thing);
    return this.intern(inOrder(items));
  }

  union(left: ValueSet, right: ValueSet): ValueSet {
    if (left === right || right.id === 0 || left === this.anything) return left;
    if (left.id === 0 || right === this.anything) return right;
    if (right.items.length <= FEW && holdsAll(left.items, right.items)) return left;
    const [first, second] = left.id < right.id ? [left, right] : [right, left];
    const key = first.id * 0x4000000 + second.id;
    const known = this.unions.get(key);
    if (known) return known;
    const result = this.merge(left, right);
    this.unions.set(key, result);
    return result;
  }

  unionAll(sets: readonly ValueSet[]): ValueSet {
    if (sets.length <= 2) return this.union(sets[0] ?? this.empty, sets[1] ?? this.empty);
    const items = new Map<number, Thing>();
    for (const set of sets) {
      if (set === this.anything) return set;
      for (const thing of set.items) items.set(thing.id, thing);
    }
    return items.size === 0 ? this.empty : this.intern(inOrder(items));
  }

  /** Both sides are in the order of their ids. */
  private merge(left: ValueSet, right: ValueSet): ValueSet {
    const merged: Thing[] = [];
    const mine = left.items;
    const theirs = right.items;
    let index = 0;
    for (const thing of mine) {
      for (; index < theirs.length && (theirs[index] as Thing).id < thing.id; index += 1)
        merged.push(theirs[index] as Thing);
      if (theirs[index] === thing) index += 1;
      merged.push(thing);
    }
    for (; index < theirs.length; index += 1) merged.push(theirs[index] as Thing);
    if (merged.length === mine.length) return left;
    return merged.length === theirs.length ? right : this.intern(merged);
  }

  private intern(things: Thing[]): ValueSet {
    if (saysNothing(things)) return this.anything;
    const sorted = bounded(things, (type) => this.constant(type, null));
    const [only] = sorted;
    if (sorted.length === 1 && only) return this.of(only);
    let key = '';
    for (const thing of sorted) key += String.fromCharCode(thing.id & 0xffff, thing.id >>> 16);
    let set = this.sets.get(key);
    if (!set) {
      set = {
        id: this.nextSet++,
        items: sorted,
        symbolic: sorted.some((thing) => thing.kind === 'parameter'),
      };
      this.sets.set(key, set);
    }
    return set;
  }
}
