import type { Activation } from './activation.ts';
import type { Frame, Variable } from './ast.ts';
import { BUILTIN_NAMES } from './builtin-names.ts';
import { type Cell, fieldOf } from './heap.ts';
import type { Solver } from './solver.ts';
import { State } from './state.ts';
import type { ClassThing, Thing, ValueSet } from './things.ts';
import type { Values } from './values.ts';

/** Where jumps out of a loop land. */
interface LoopTargets {
  readonly breaks: State;
  readonly continues: State;
}

/**
 * One interpretation of a body (or of a class body inside it): reads and writes variables and fields,
 * and notes the calls.
 */
export class Body {
  readonly solver: Solver;
  readonly values: Values;
  readonly activation: Activation;
  readonly frame: Frame;
  readonly outer: Body | null;
  /** The body whose state keeps the exact fields. */
  readonly root: Body;
  /** The class whose body this is. */
  readonly owner: ClassThing | null;
  state = new State();
  loops: LoopTargets[] = [];
  /** States at which the innermost `try` bodies may be left early. */
  escapes: State[] = [];
  /** States at which the innermost `with` bodies raise; its context manager may go on from there. */
  raised: State[] = [];
  /** How many loops surround what is interpreted. */
  repeats = 0;

  constructor(
    solver: Solver,
    activation: Activation,
    frame: Frame,
    outer: Body | null,
    owner: ClassThing | null,
  ) {
    this.solver = solver;
    this.values = solver.values;
    this.activation = activation;
    this.frame = frame;
    this.outer = outer;
    this.root = outer ? outer.root : this;
    this.owner = owner;
  }

  /** Replaces parameters handed through by what they hold. */
  resolve(set: ValueSet): ValueSet {
    if (!set.symbolic) return set;
    const { usedParameters, parameters } = this.activation;
    let result = this.values.empty;
    for (const thing of set.items) {
      if (thing.kind === 'parameter') usedParameters[thing.index] = true;
      const part = thing.kind === 'parameter' ? parameters[thing.index] : this.values.of(thing);
      if (part) result = this.values.union(result, part);
    }
    return result;
  }

  record(callee: string, at: number): void {
    if (this.solver.quiet) return;
    const { calls } = this.activation;
    const known = calls.get(at);
    if (!known) calls.set(at, { caller: this.frame.qualified, callees: [callee] });
    else if (!known.callees.includes(callee)) known.callees.push(callee);
  }

  private stateOf(frame: Frame): State | null {
    for (let body: Body | null = this; body; body = body.outer) if (body.frame === frame) return body.state;
    return null;
  }

  private cellOf(variable: Variable): Cell | null {
    const { frame } = variable;
    if (frame.kind === 'module')
      return this.solver.moduleActivation(frame.module).cell(variable, this.values.empty);
    for (let owner: Activation | null = this.activation; owner; owner = owner.parent) {
      if (owner.frame === frame) return owner.cell(variable, this.values.empty);
    }
    return null;
  }

  readName(name: string, variable: Variable | null): ValueSet {
    let result = this.values.empty;
    if (variable) {
      const own = this.stateOf(variable.frame)?.slots[variable.slot];
      if (own) result = own;
      const cell = variable.shared ? this.cellOf(variable) : null;
      if (cell) {
        const others = own ? cell.readOthers(this.activation, this.values) : cell.read(this.activation);
        result = this.values.union(result, others);
      }
      if (result.id !== 0 || variable.frame.kind === 'function') return result;
      if (this.frame.module.language !== 'python' && variable.frame.kind === 'module') return result;
    }
    // A class body falls back to what is around it, a module to its star imports and the builtins.
    if (variable?.frame.kind === 'class') {
      const around = this.frame.module.globals.get(name);
      if (around) return this.readName(name, around);
    }
    const starred = this.solver.starName(this.activation, this.frame.module, name);
    if (starred.id !== 0) return starred;
    if (this.frame.module.language !== 'python') return this.values.of(this.values.external(name));
    if (BUILTIN_NAMES.has(name)) return this.values.of(this.values.builtin(name));
    return this.values.empty;
  }

  writeName(variable: Variable, value: ValueSet): void {
    const state = this.stateOf(variable.frame);
    if (state) {
      state.slots[variable.slot] = value;
      if (variable.shared) state.addPending(variable.slot);
      return;
    }
    const cell = this.cellOf(variable);
    cell?.write(this.activation, this.resolve(value), this.values, this.solver.wake);
  }

  /** Shows other bodies the variables and fields as they are now: something else is about to run. */
  expose(): void {
    for (let body: Body | null = this; body; body = body.outer) {
      const { state, frame } = body;
      if (!state.pending) continue;
      for (const slot of state.pending) {
        const variable = frame.variables[slot];
        const value = state.slots[slot];
        const cell = variable && value ? this.cellOf(variable) : null;
        if (cell && value) cell.write(this.activation, this.resolve(value), this.values, this.solver.wake);
      }
      state.pending = null;
    }
    const { state } = this.root;
    if (!state.pendingObjects) return;
    for (const object of state.pendingObjects) {
      for (const [field, value] of state.exact?.get(object) ?? []) {
        fieldOf(object, field, this.values.empty).write(
          this.activation,
          value,
          this.values,
          this.solver.wake,
        );
      }
    }
    state.pendingObjects = null;
  }

  /** Whether a write to this object replaces what was there: it stands for a single object. */
  private isSingle(object: Thing): boolean {
    if (object.kind === 'container') return !object.many && object.owner === this.activation;
    return object.kind === 'instance' && object === this.activation.self;
  }

  /** An attribute of a class itself, which no body knows more exactly than the heap. */
  readClassField(type: ClassThing, field: string): ValueSet {
    return fieldOf(type, field, this.values.empty).read(this.activation);
  }

  readField(object: Thing, field: string): ValueSet {
    const exact = this.root.state.exact?.get(object)?.get(field);
    const cell = fieldOf(object, field, this.values.empty);
    if (!exact) return cell.read(this.activation);
    return this.values.union(exact, cell.readOthers(this.activation, this.values));
  }

  /** Adds values to a field, or replaces its values when `replaces` and the object is a single one. */
  writeField(object: Thing, field: string, value: ValueSet, replaces: boolean): void {
    const set = this.resolve(value);
    const { state } = this.root;
    if (this.isSingle(object)) {
      const known = state.exact?.get(object)?.get(field);
      state.setExact(object, field, replaces || !known ? set : this.values.union(known, set));
      return;
    }
    fieldOf(object, field, this.values.empty).write(this.activation, set, this.values, this.solver.wake);
  }

  /** Writes many fields of an object that was just made. */
  writeFields(object: Thing, fields: ReadonlyMap<string, ValueSet>): void {
    const { state } = this.root;
    if (this.isSingle(object)) {
      const known = state.exact?.get(object);
      state.setFields(object, known ? new Map([...known, ...fields]) : fields);
      state.addPendingObject(object);
      return;
    }
    for (const [field, value] of fields) {
      fieldOf(object, field, this.values.empty).write(this.activation, value, this.values, this.solver.wake);
    }
  }

  fork<T>(work: () => T): { result: T; state: State } {
    const before = this.state;
    this.state = before.fork();
    const result = work();
    const state = this.state;
    this.state = before;
    return { result, state };
  }
}
