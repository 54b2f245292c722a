import type { Activation } from './activation.ts';
import type { ClassFrame, Expression, FunctionFrame, ModuleFrame } from './ast.ts';
import type { Cell } from './heap.ts';

/** What every abstract object has: an id and the fields (attributes, elements) written to it. */
export interface ThingBase {
  readonly id: number;
  fields: Map<string, Cell> | null;
}

export interface Constant extends ThingBase {
  readonly kind: 'constant';
  /** Python's type name: str, int, bool, None … */
  readonly type: string;
  /** Null: some value of that type. */
  readonly value: string | number | null;
  /** The field of a container that it is the key of, once it was asked for. */
  field: string | null;
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
  /** Whether an enumeration is among the bases, as of the order: asked at every look-up. */
  isEnum: boolean;
  readonly subclasses: Set<ClassThing>;
  /** Annotated attributes in order: what a generated initializer (`@dataclass`, `NamedTuple`) takes. */
  readonly annotated: string[];
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
  keywords: ReadonlyMap<string, ValueSet>;
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
