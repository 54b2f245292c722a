import { Activation } from './activation.ts';
import type { FunctionFrame, ModuleFrame, Parameter } from './ast.ts';
import { Body } from './body.ts';
import { evaluate } from './evaluate.ts';
import { execute } from './execute.ts';
import { Linker } from './linker.ts';
import { restOf } from './made-by-calls.ts';
import type { ModuleIndex } from './modules.ts';
import type { ClassThing, FunctionThing, Thing, ValueSet } from './things.ts';
import { bodyAround, typeValues } from './types.ts';
import { activateUncalled } from './uncalled.ts';

/** Bodies are interpreted inside each other at most this deep; deeper ones wait in the queue. */
const MAX_DEPTH = 24;
/** A body that is still changing after this many interpretations keeps what it has. */
const MAX_RUNS = 24;
/** All bodies together are interpreted again at most so often per body; then the result is what is known. */
const MAX_RUNS_PER_BODY = 8;

/**
 * Visits of functions that nothing calls are followed by about so many rounds of settling. Fewer rounds
 * let more values flow into a body before it is interpreted again; more rounds let more be called by then,
 * so that fewer functions are visited as if an outsider called them. Between 3 and 300 the number of
 * interpretations differs by a tenth.
 */
const SETTLINGS = 100;

/** Runs every body of a project until nothing changes, then every function nothing has called. */
export class Solver extends Linker {
  readonly classes: ClassThing[] = [];

  /** Callables followed on the way to the function that is being called. */
  indirections = 0;

  /** Texts that the program joins from others. */
  readonly joined = new Set<Thing>();

  /** While set, calls are not recorded. */
  quiet = false;
  private readonly modules: readonly ModuleFrame[];
  private readonly functions: FunctionThing[] = [];

  /** Bodies to interpret again, by how often they were. */
  private readonly queue: (Activation[] | undefined)[] = [];

  /** Files with code nested too deeply to be followed. */
  readonly overflowed = new Set<string>();

  /** Whether declared types are used: only after everything that values alone can tell. */
  typed = false;

  /** Bodies that a declared type would tell more. */
  readonly needsTypes = new Set<Activation>();
  private visited = 0;
  private depth = 0;
  private totalRuns = 0;

  constructor(project: ModuleIndex, modules: readonly ModuleFrame[]) {
    super(project);
    this.modules = modules;
  }

  /** Every activation with the calls recorded in it. */
  solve(): readonly Activation[] {
    for (const module of this.modules) this.runIfNew(this.moduleActivation(module));
    this.drain();
    this.visitUncalled();
    this.typed = true;
    for (const activation of this.needsTypes) this.wake(activation);
    for (let index = 0; index < this.activations.length; index += 1) {
      const activation = this.activations[index];
      if (activation) this.feedTypes(activation);
      this.drain();
    }
    this.visitUncalled();
    return this.activations;
  }

  /** In a small project each visit settles before the next; in a large one some are settled together. */
  private visitUncalled(): void {
    let unsettled = 0;
    for (; this.visited < this.functions.length; this.visited += 1) {
      const fn = this.functions[this.visited];
      if (!fn || fn.activations.size > 0) continue;
      activateUncalled(this, fn);
      unsettled += 1;
      if (unsettled * SETTLINGS < this.activations.length) continue;
      this.drain();
      unsettled = 0;
    }
    this.drain();
  }

  /** Where anything may flow into a parameter, its declared type says more. */
  private declared(activation: Activation, index: number): ValueSet | null {
    const { frame } = activation;
    const annotation = frame.kind === 'function' ? frame.parameters[index]?.annotation : null;
    if (!annotation || !this.typed) return null;
    const admitted = typeValues(bodyAround(activation, this), annotation);
    return admitted.id === 0 ? null : admitted;
  }

  /** Parameters nothing flows into get what their declared types admit. */
  private feedTypes(activation: Activation): void {
    if (activation.frame.kind !== 'function') return;
    for (const [index, { annotation, kind }] of activation.frame.parameters.entries()) {
      if (!annotation || kind.startsWith('rest')) continue;
      const known = activation.parameters[index] ?? this.values.empty;
      if (known === this.values.anything) this.feed(activation, index, known);
      if (known.items.some((thing) => thing.kind !== 'constant' || thing.type !== 'None')) continue;
      this.feed(activation, index, typeValues(bodyAround(activation, this), annotation));
    }
  }

  /** Wakes a body whose inputs have grown. A property, so that it can be handed to cells. */
  readonly wake = (activation: Activation): void => {
    if (activation.queued || activation.runs === 0 || activation.runs >= MAX_RUNS) return;
    this.enqueue(activation);
  };

  /** Bodies that ran least go first: what still changes often waits until more of its inputs are there. */
  private drain(): void {
    for (let runs = 0; runs < this.queue.length; runs += 1) {
      const waiting = this.queue[runs];
      const activation = waiting?.pop();
      if (!activation) continue;
      if (this.totalRuns > MAX_RUNS_PER_BODY * this.activations.length + 2_000) return;
      this.run(activation);
      runs = -1;
    }
  }

  private enqueue(activation: Activation): void {
    activation.queued = true;
    const waiting = this.queue[activation.runs];
    if (waiting) waiting.push(activation);
    else this.queue[activation.runs] = [activation];
  }

  override runIfNew(activation: Activation): void {
    if (activation.runs > 0 || activation.running || activation.queued) return;
    if (this.depth < MAX_DEPTH) this.run(activation);
    else this.enqueue(activation);
  }

  private run(activation: Activation): void {
    activation.queued = false;
    if (activation.runs >= MAX_RUNS) return;
    this.totalRuns += 1;
    activation.runs += 1;
    activation.running = true;
    this.depth += 1;
    activation.calls.clear();
    const { frame } = activation;
    const body = new Body(this, activation, frame, null, null);
    if (frame.kind === 'function') {
      for (let index = 0; index < frame.parameters.length; index += 1) {
        const parameter = frame.parameters[index] as Parameter;
        const symbol = parameter.kind.startsWith('rest') ? null : this.values.parameter(index);
        if (!symbol) activation.usedParameters[index] = true;
        const value = symbol ? this.values.of(symbol) : (activation.parameters[index] ?? this.values.empty);
        body.writeName(parameter.variable, value);
      }
    }
    const { indirections } = this;
    this.indirections = 0;
    const { depth } = this;
    try {
      execute(body, frame.body);
      body.state.dead = false;
      body.expose();
    } catch (error) {
      // Only code nested beyond what the stack holds; it is named in the result.
      if (!(error instanceof RangeError)) throw error;
      this.overflowed.add(frame.module.placeOf(frame.at).file);
    } finally {
      this.indirections = indirections;
      this.depth = depth - 1;
      activation.running = false;
    }
  }

  newActivation(fn: FunctionThing, self: Thing | null): Activation {
    const activation = new Activation(
      this.activations.length + 1,
      fn.frame,
      fn.closure,
      self,
      fn.owner,
      this.values.empty,
    );
    this.activations.push(activation);
    for (const [index, parameter] of fn.frame.parameters.entries()) {
      const fallback = parameter.defaultValue ? fn.defaults.get(parameter.defaultValue) : undefined;
      if (fallback) this.feed(activation, index, this.flowingAlways(fallback));
      if (parameter.kind === 'rest')
        this.feed(activation, index, this.values.of(restOf(this.values, activation, index, 'tuple')));
      if (parameter.kind === 'rest_keywords') {
        this.feed(activation, index, this.values.of(restOf(this.values, activation, index, 'dict')));
      }
    }
    return activation;
  }

  feed(activation: Activation, index: number, value: ValueSet): void {
    const known = activation.parameters[index] ?? this.values.empty;
    let grown = this.values.union(known, value);
    if (grown === this.values.anything) grown = this.declared(activation, index) ?? grown;
    if (grown === known) return;
    activation.parameters[index] = grown;
    if (activation.usedParameters[index]) this.wake(activation);
  }

  /**
   * A default value that can be called or has methods may be used by any call; one that is a constant, and
   * may say which key or name is meant, only by a call that leaves the parameter out.
   */
  private flowingAlways(value: ValueSet): ValueSet {
    if (value.items.every((thing) => thing.kind === 'constant')) return this.values.empty;
    return this.values.from(value.items.filter((thing) => thing.kind !== 'constant'));
  }

  /** A call that leaves a parameter out gives it its default value. */
  feedDefault(fn: FunctionThing, activation: Activation, index: number): void {
    if (activation.defaulted?.has(index)) return;
    activation.defaulted ??= new Set();
    activation.defaulted.add(index);
    const defaultValue = fn.frame.parameters[index]?.defaultValue;
    const value = defaultValue ? fn.defaults.get(defaultValue) : undefined;
    if (value) this.feed(activation, index, value);
  }

  addReturn(activation: Activation, value: ValueSet): void {
    const grown = this.values.union(activation.returned, value);
    if (grown === activation.returned) return;
    activation.returned = grown;
    for (const caller of activation.callers) this.wake(caller);
  }

  addYield(activation: Activation, value: ValueSet): void {
    const grown = this.values.union(activation.yielded, value);
    if (grown === activation.yielded) return;
    activation.yielded = grown;
    for (const caller of activation.callers) this.wake(caller);
  }

  addSent(activation: Activation, value: ValueSet): void {
    const grown = this.values.union(activation.sent, value);
    if (grown === activation.sent) return;
    activation.sent = grown;
    this.wake(activation);
  }

  /** What an activation returns, whatever it was called with. */
  returnedBy(activation: Activation): ValueSet {
    if (!activation.returned.symbolic) return activation.returned;
    let result = this.values.empty;
    for (const item of activation.returned.items) {
      const part = item.kind === 'parameter' ? activation.parameters[item.index] : this.values.of(item);
      if (part) result = this.values.union(result, part);
    }
    return result;
  }

  defineFunction(body: Body, frame: FunctionFrame): FunctionThing {
    const { values } = this;
    const { definitions } = body.activation;
    let fn = definitions.get(frame);
    if (!fn) {
      fn = {
        id: values.newId(),
        kind: 'function',
        fields: null,
        frame,
        closure: body.activation,
        owner: body.owner,
        defaults: new Map(),
        activations: new Map(),
      };
      definitions.set(frame, fn);
      this.functions.push(fn);
    }
    for (let index = 0; index < frame.parameters.length; index += 1) {
      const parameter = frame.parameters[index] as Parameter;
      if (!parameter.defaultValue) continue;
      const value = body.resolve(evaluate(body, parameter.defaultValue));
      const known = fn.defaults.get(parameter.defaultValue) ?? values.empty;
      fn.defaults.set(parameter.defaultValue, values.union(known, value));
      const always = this.flowingAlways(value);
      for (const activation of fn.activations.values()) {
        this.feed(activation, index, activation.defaulted?.has(index) ? value : always);
      }
    }
    return fn;
  }
}
