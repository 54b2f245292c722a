import type { Activation } from './activation.ts';
import type { ClassFrame, Expression, FunctionFrame, ModuleFrame } from './ast.ts';
import type { Cell } from './heap.ts';

/** What every abstract object has: an id and the fields (attributes, elements) written to it. */
interface ThingBase {
  readonly id: number;
  fields: Map<string, Cell> | null;
}

export interface Constant extends ThingBase {
  readonly kind: 'constant';
  /** Python's type name: str, int, bool, None … */
  readonly type: string;
  /** Null: some value of that type. */
  readonly value: string | number | null;
}

export interface FunctionThing extends ThingBase {
  readonly kind: 'function';
  readonly frame: FunctionFrame;
  readonly closure: Activation | null;
  /** The class whose body defines it. */
  readonly owner: ClassThing | null;
  readonly defaults: Map<Expression, ValueSet>;
  readonly activations: Map<string, Activation>;
}

export interface ClassThing extends ThingBase {
  readonly kind: 'class';
  readonly frame: ClassFrame;
  readonly closure: Activation | null;
  bases: ValueSet[];
  metaclass: ValueSet | null;
  readonly instance: InstanceThing;
  /** Method resolution order, itself first; external and builtin bases included. */
  order: Thing[];
  readonly subclasses: Set<ClassThing>;
  /** Attributes that `__init__` sets: instances always have their own. */
  readonly initialized: Set<string>;
}

export interface InstanceThing extends ThingBase {
  readonly kind: 'instance';
  readonly type: ClassThing;
}

export interface BoundMethod extends ThingBase {
  readonly kind: 'bound';
  readonly callee: Thing;
  readonly self: Thing;
}

export interface ModuleThing extends ThingBase {
  readonly kind: 'module';
  readonly name: string;
  readonly module: ModuleFrame | null;
}

/** Something outside the project, known by its dotted path only. */
export interface ExternalThing extends ThingBase {
  readonly kind: 'external';
  readonly path: string;
}

export interface BuiltinThing extends ThingBase {
  readonly kind: 'builtin';
  readonly name: string;
}

/** A method of a builtin type, such as `{}.update`. */
export interface BuiltinMethod extends ThingBase {
  readonly kind: 'builtin_method';
  readonly type: string;
  readonly name: string;
  readonly self: Thing;
}

/** A list, tuple, set or dict, by the place that makes it. */
export interface Container extends ThingBase {
  readonly kind: 'container';
  readonly type: string;
  readonly owner: Activation | null;
  /** One place may stand for many objects at once (loops): writes never replace. */
  many: boolean;
}

export interface GeneratorThing extends ThingBase {
  readonly kind: 'generator';
  readonly activation: Activation;
  readonly isCoroutine: boolean;
}

export interface PropertyThing extends ThingBase {
  readonly kind: 'property';
  getter: ValueSet;
  setter: ValueSet;
  readonly cached: boolean;
}

/** `staticmethod`, `classmethod`, `contextmanager` … around something callable. */
export interface WrappedThing extends ThingBase {
  readonly kind: 'wrapped';
  readonly wrapper: string;
  readonly inner: Thing;
}

export interface SuperThing extends ThingBase {
  readonly kind: 'super';
  readonly type: ClassThing;
  readonly self: Thing;
}

export interface PartialThing extends ThingBase {
  readonly kind: 'partial';
  callee: ValueSet;
  positional: ValueSet[];
  keywords: Map<string, ValueSet>;
}

/** The whole set of values of a parameter, for results that hand it through unchanged. */
export interface ParameterThing extends ThingBase {
  readonly kind: 'parameter';
  readonly index: number;
}

export type Thing =
  | Constant
  | FunctionThing
  | ClassThing
  | InstanceThing
  | BoundMethod
  | ModuleThing
  | ExternalThing
  | BuiltinThing
  | BuiltinMethod
  | Container
  | GeneratorThing
  | PropertyThing
  | WrappedThing
  | SuperThing
  | PartialThing
  | ParameterThing;

/** An interned, immutable set of abstract objects: equal sets are the same object. */
export interface ValueSet {
  readonly id: number;
  readonly items: readonly Thing[];
  /** Whether a parameter is among the items. */
  readonly symbolic: boolean;
}

/** Sets wider than this stop growing: the call site is as dynamic as analysis can tell. */
const MAX_ITEMS = 400;
/** More literals of one type than this become "some value of the type". */
const MAX_LITERALS = 12;
const MAX_PARAMETERS = 24;

/** Makes and interns abstract objects and sets; one per analysis. */
export class Values {
  private nextId = 1;
  private nextSet = 1;
  private readonly sets = new Map<string, ValueSet>();
  private readonly singles = new Map<number, ValueSet>();
  private readonly unions = new Map<number, ValueSet>();
  private readonly interned = new Map<string, Thing>();
  private readonly parameters: ParameterThing[] = [];
  readonly empty: ValueSet = { id: 0, items: [], symbolic: false };

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
    return this.once(`c:${type}:${value}`, (id) => ({ id, kind: 'constant', fields: null, type, value }));
  }

  external(path: string): ExternalThing {
    return this.once(`e:${path}`, (id) => ({ id, kind: 'external', fields: null, path }));
  }

  builtin(name: string): BuiltinThing {
    return this.once(`b:${name}`, (id) => ({ id, kind: 'builtin', fields: null, name }));
  }

  builtinMethod(type: string, name: string, self: Thing): BuiltinMethod {
    const key = `m:${self.id}:${name}`;
    return this.once(key, (id) => ({ id, kind: 'builtin_method', fields: null, type, name, self }));
  }

  bound(callee: Thing, self: Thing): BoundMethod {
    return this.once(`o:${callee.id}:${self.id}`, (id) => ({
      id,
      kind: 'bound',
      fields: null,
      callee,
      self,
    }));
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
    let set = this.singles.get(thing.id);
    if (!set) {
      set = { id: this.nextSet++, items: [thing], symbolic: thing.kind === 'parameter' };
      this.singles.set(thing.id, set);
    }
    return set;
  }

  from(things: Iterable<Thing>): ValueSet {
    let set = this.empty;
    for (const thing of things) set = this.union(set, this.of(thing));
    return set;
  }

  union(left: ValueSet, right: ValueSet): ValueSet {
    if (left === right || right.id === 0) return left;
    if (left.id === 0) return right;
    const [first, second] = left.id < right.id ? [left, right] : [right, left];
    const key = first.id * 0x4000000 + second.id;
    const known = this.unions.get(key);
    if (known) return known;
    const result = this.merge(first, second);
    this.unions.set(key, result);
    return result;
  }

  unionAll(sets: Iterable<ValueSet>): ValueSet {
    let result = this.empty;
    for (const set of sets) result = this.union(result, set);
    return result;
  }

  private merge(left: ValueSet, right: ValueSet): ValueSet {
    const items = new Map<number, Thing>();
    for (const thing of left.items) items.set(thing.id, thing);
    for (const thing of right.items) if (items.size < MAX_ITEMS) items.set(thing.id, thing);
    if (items.size > MAX_LITERALS) this.widenLiterals(items);
    const sorted = [...items.values()].sort((a, b) => a.id - b.id);
    const [only] = sorted;
    if (sorted.length === 1 && only) return this.of(only);
    const key = sorted.map((thing) => thing.id).join();
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

  private widenLiterals(items: Map<number, Thing>): void {
    const byType = new Map<string, Constant[]>();
    for (const thing of items.values()) {
      if (thing.kind !== 'constant' || thing.value === null) continue;
      const same = byType.get(thing.type);
      if (same) same.push(thing);
      else byType.set(thing.type, [thing]);
    }
    for (const [type, literals] of byType) {
      if (literals.length <= MAX_LITERALS) continue;
      for (const literal of literals) items.delete(literal.id);
      const any = this.constant(type, null);
      items.set(any.id, any);
    }
  }
}
