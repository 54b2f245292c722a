import type { FunctionFrame, ModuleFrame, Variable } from './ast.ts';
import { Cell } from './heap.ts';
import type {
  ClassThing,
  Container,
  FunctionThing,
  GeneratorThing,
  ModuleThing,
  Thing,
  ValueSet,
} from './things.ts';

/** The callees seen at one place of a file. */
export interface RecordedCalls {
  readonly caller: string;
  readonly callees: string[];
}

/**
 * One analysed body: a module, or a function under one context. Holds what flows in (parameters),
 * what flows out (results, yields) and the calls seen the last time it was interpreted, by offset.
 */
export class Activation {
  readonly id: number;
  readonly frame: FunctionFrame | ModuleFrame;
  readonly parent: Activation | null;
  readonly self: Thing | null;
  /** The class whose method this is. */
  readonly owner: ClassThing | null;
  readonly parameters: ValueSet[];
  returned: ValueSet;
  yielded: ValueSet;
  /** What its `yield` expressions evaluate to: what is sent into the generator. */
  sent: ValueSet;
  /** Bodies that use what this one gives. */
  readonly callers = new Set<Activation>();
  /** By parameter: whether the body depends on its values, not only hands them through. */
  readonly usedParameters: boolean[] = [];
  /** Parameters that some call leaves to their default values. */
  defaulted: Set<number> | null = null;
  calls = new Map<number, RecordedCalls>();
  /** Modules this module star-imports. */
  readonly stars: (ModuleThing | { kind: 'external'; path: string })[] = [];
  /** Containers made in this body, by place and role. */
  readonly containers = new Map<number | string, Container>();
  /** Functions defined in this body. */
  readonly definitions = new Map<FunctionFrame, FunctionThing>();
  /** What calling this body gives when it is a generator or coroutine. */
  generator: GeneratorThing | null = null;
  /** The tuple or dict of `*args` and `**kwargs` parameters, by index. */
  readonly rests: (Container | undefined)[] = [];
  queued = false;
  running = false;
  runs = 0;
  private cells: (Cell | undefined)[] | null = null;

  constructor(
    id: number,
    frame: FunctionFrame | ModuleFrame,
    parent: Activation | null,
    self: Thing | null,
    owner: ClassThing | null,
    empty: ValueSet,
  ) {
    this.id = id;
    this.frame = frame;
    this.parent = parent;
    this.self = self;
    this.owner = owner;
    this.parameters = frame.kind === 'function' ? frame.parameters.map(() => empty) : [];
    this.returned = empty;
    this.yielded = empty;
    this.sent = empty;
  }

  /** The cell through which other bodies see a variable of this one. */
  cell(variable: Variable, empty: ValueSet): Cell {
    this.cells ??= [];
    let cell = this.cells[variable.slot];
    if (!cell) {
      cell = new Cell(empty);
      this.cells[variable.slot] = cell;
    }
    return cell;
  }
}
