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
const MAX_PARAMETERS = 24;

/** From this size on, a set of classes, their instances and functions together says nothing. */
const MIXED_ITEMS = 40;
const MIXED_EACH = 4;

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

function isMixed(things: readonly Thing[]): boolean {
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
      constant = { id: this.newId(), kind: 'constant', fields: null, type, value };
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
    return this.intern(items);
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
    return items.size === 0 ? this.empty : this.intern(items);
  }

  private merge(left: ValueSet, right: ValueSet): ValueSet {
    const items = new Map<number, Thing>();
    for (const thing of left.items) items.set(thing.id, thing);
    const before = items.size;
    for (const thing of right.items) items.set(thing.id, thing);
    return items.size === before ? left : this.intern(items);
  }

  private intern(items: Map<number, Thing>): ValueSet {
    let sorted = [...items.values()].sort((a, b) => a.id - b.id);
    if (sorted.length > MIXED_ITEMS && isMixed(sorted)) return this.anything;
    if (sorted.length > MAX_LITERALS) sorted = this.widen(sorted);
    else if (sorted.length > 1) sorted = this.absorb(sorted);
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

  /** Any value of a type stands for all its literals. */
  private absorb(sorted: Thing[]): Thing[] {
    const any = new Set<string>();
    for (const thing of sorted) if (thing.kind === 'constant' && thing.value === null) any.add(thing.type);
    if (any.size === 0) return sorted;
    return sorted.filter(
      (thing) => thing.kind !== 'constant' || thing.value === null || !any.has(thing.type),
    );
  }

  /**
   * Drops what makes sets large without saying more about what is called. What has the smallest id
   * stays, whatever the order things came in, so that sets that keep growing settle.
   */
  private widen(sorted: Thing[]): Thing[] {
    const literals = new Map<string, number>();
    for (const thing of sorted) {
      if (thing.kind === 'constant') literals.set(thing.type, (literals.get(thing.type) ?? 0) + 1);
    }
    const extra: Thing[] = [];
    for (const [type, count] of literals) if (count > MAX_LITERALS) extra.push(this.constant(type, null));
    const all = extra.length > 0 ? [...new Set([...sorted, ...extra])].sort((a, b) => a.id - b.id) : sorted;
    const counts = new Map<string, number>();
    const kept = this.absorb(all).filter((thing) => {
      const limit = LIMITS[thing.kind];
      if (limit === undefined) return true;
      const group = thing.kind === 'container' ? thing.type : thing.kind;
      const count = (counts.get(group) ?? 0) + 1;
      counts.set(group, count);
      return count <= limit;
    });
    return kept.length > MAX_ITEMS ? kept.slice(0, MAX_ITEMS) : kept;
  }
}
