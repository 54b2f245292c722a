import { NO_ARGUMENTS, positionalOnly } from './arguments.ts';
import { assign } from './assign.ts';
import type { Statement } from './ast.ts';
import type { Body } from './body.ts';
import { callSpecial } from './calls.ts';
import { defineClass } from './classes.ts';
import { iterate, writeElement } from './containers.ts';
import { catchInto, enter, raise } from './contexts.ts';
import { decorate } from './decorators.ts';
import { evaluate, truth } from './evaluate.ts';
import { exposedReads } from './exposed-reads.ts';
import { match } from './match.ts';
import { narrow } from './narrowing.ts';
import { binary } from './operators.ts';
import { State } from './state.ts';
import type { ClassThing } from './things.ts';
import { typeValues } from './types.ts';

/** Loops are interpreted until nothing new arrives, at most this often. */
const MAX_ROUNDS = 4;

/** Interprets statements in order, following every branch. */
export function execute(body: Body, statements: readonly Statement[]): void {
  for (const statement of statements) {
    if (body.state.dead) return;
    executeOne(body, statement);
  }
}

function executeOne(body: Body, statement: Statement): void {
  const { values } = body;
  switch (statement.k) {
    case 'expression':
      evaluate(body, statement.value);
      return;
    case 'assign': {
      const value = evaluate(body, statement.value);
      for (const target of statement.targets) assign(body, target, value);
      return;
    }
    case 'augment':
      augment(body, statement);
      return;
    case 'annotate':
      annotate(body, statement);
      return;
    case 'return':
      body.solver.addReturn(
        body.activation,
        statement.value ? evaluate(body, statement.value) : values.empty,
      );
      leave(body);
      return;
    case 'if':
      executeIf(body, statement);
      return;
    case 'for':
    case 'while':
      executeLoop(body, statement);
      return;
    case 'try':
      executeTry(body, statement);
      return;
    case 'with':
      for (const { context, target } of statement.items) {
        const entered = enter(body, evaluate(body, context), context.at, statement.isAsync);
        if (target) assign(body, target, entered);
      }
      executeSuppressing(body, statement.body);
      return;
    case 'function': {
      const fn = body.solver.defineFunction(body, statement.frame);
      const decorated = decorate(body, values.of(fn), statement.decorators);
      assign(body, statement.target, decorated);
      return;
    }
    case 'class': {
      const type = defineClass(body, statement);
      assign(body, statement.target, decorate(body, values.of(type), statement.decorators));
      return;
    }
    case 'import': {
      const whole = body.solver.importModule(body.activation, statement.module);
      const top = statement.module.split('.')[0] ?? statement.module;
      assign(
        body,
        statement.target,
        statement.whole ? whole : body.solver.importModule(body.activation, top),
      );
      return;
    }
    case 'import_from':
      body.solver.importNames(body, statement);
      return;
    case 'raise': {
      for (const each of [statement.value, statement.cause])
        if (each) raise(body, evaluate(body, each), each.at);
      body.raised.at(-1)?.join(body.state, values);
      leave(body);
      return;
    }
    case 'delete':
      for (const target of statement.targets) {
        if (target.k === 'subscript') {
          const key = evaluate(body, target.index);
          callSpecial(body, evaluate(body, target.object), '__delitem__', positionalOnly(key), target.at);
        } else if (target.k === 'attribute') {
          callSpecial(body, evaluate(body, target.object), '__delattr__', NO_ARGUMENTS, target.at);
        }
      }
      return;
    case 'match': {
      const subject = evaluate(body, statement.subject);
      const after = new State();
      after.dead = true;
      for (const { pattern, guard, body: block } of statement.cases) {
        const { state } = body.fork(() => {
          match(body, pattern, subject);
          if (guard) truth(body, evaluate(body, guard), guard.at);
          execute(body, block);
        });
        after.join(state, values);
      }
      body.state.join(after, values);
      return;
    }
    case 'jump': {
      const loop = body.loops.at(-1);
      if (loop) (statement.type === 'break' ? loop.breaks : loop.continues).join(body.state, values);
      leave(body);
      return;
    }
  }
}

/** The body of a `with`: where it ends in an exception, the context manager may swallow it. */
function executeSuppressing(body: Body, statements: readonly Statement[]): void {
  const raised = new State();
  raised.dead = true;
  body.raised.push(raised);
  execute(body, statements);
  body.raised.pop();
  if (body.state.dead && !raised.dead) body.state.join(raised, body.values);
}

/** A declared type says what a variable holds where its values are not known. */
function annotate(body: Body, statement: Extract<Statement, { k: 'annotate' }>): void {
  const { solver } = body;
  const value = statement.value ? evaluate(body, statement.value) : body.values.empty;
  const known = value.items.some((thing) => thing.kind !== 'constant' || thing.type !== 'None');
  if (known) assign(body, statement.target, value);
  else if (solver.typed) {
    const declared = typeValues(body, statement.annotation);
    if (body.owner && statement.target.k === 'name') {
      if (!isKnownField(body.owner, statement.target.name))
        body.writeField(body.owner.instance, statement.target.name, declared, false);
    } else assign(body, statement.target, body.values.union(value, declared));
  } else {
    solver.needsTypes.add(body.activation);
    if (statement.value) assign(body, statement.target, value);
  }
}

/** Whether values alone have told what instances hold under a name; only looked at, so that no growth wakes this body. */
function isKnownField(type: ClassThing, name: string): boolean {
  const items = type.instance.fields?.get(name)?.total.items ?? [];
  return items.some((thing) => thing.kind !== 'constant' || thing.type !== 'None');
}

/** Nothing after this point is reached; an enclosing `try` may still go on from here. */
function leave(body: Body): void {
  body.escapes.at(-1)?.join(body.state, body.values);
  body.state.dead = true;
}

function augment(body: Body, statement: Extract<Statement, { k: 'augment' }>): void {
  const { values } = body;
  const { target } = statement;
  const current = evaluate(body, target);
  const operand = evaluate(body, statement.value);
  const names: Record<string, string> = {
    '+': '__iadd__',
    '-': '__isub__',
    '*': '__imul__',
    '|': '__ior__',
    '&': '__iand__',
  };
  const special = names[statement.operator];
  const inPlace = special
    ? callSpecial(body, current, special, positionalOnly(operand), statement.at)
    : values.empty;
  for (const thing of body.resolve(current).items) {
    if (thing.kind === 'container' && statement.operator === '+') {
      writeElement(body, thing, null, iterate(body, operand, statement.at), false);
      assign(body, target, current);
      return;
    }
  }
  const result =
    inPlace.id !== 0 ? inPlace : binary(body, statement.operator, current, operand, statement.at);
  assign(body, target, result);
}

function executeIf(body: Body, statement: Extract<Statement, { k: 'if' }>): void {
  const { values } = body;
  const after = new State();
  after.dead = true;
  let current: Extract<Statement, { k: 'if' }> | null = statement;
  // A chain of `elif` may be thousands long, so it is followed in a loop.
  while (current) {
    truth(body, evaluate(body, current.test), current.at);
    const { consequence, otherwise }: { consequence: Statement[]; otherwise: Statement[] } = current;
    const { test } = current;
    const before = body.state;
    body.state = before.fork();
    narrow(body, test, true);
    execute(body, consequence);
    after.join(body.state, values);
    body.state = before;
    narrow(body, test, false);
    const [only]: Statement[] = otherwise;
    if (only?.k === 'if' && otherwise.length === 1) {
      current = only;
      continue;
    }
    execute(body, otherwise);
    current = null;
  }
  after.join(body.state, values);
  body.state = after;
}

function executeLoop(body: Body, statement: Extract<Statement, { k: 'for' | 'while' }>): void {
  const { values } = body;
  const items = statement.k === 'for' ? evaluate(body, statement.iterable) : values.empty;
  const dead = (): State => {
    const state = new State();
    state.dead = true;
    return state;
  };
  const breaks = dead();
  const exposed = exposedReads(statement, body.frame);
  body.repeats += 1;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const continues = dead();
    body.loops.push({ breaks, continues });
    const { state } = body.fork(() => {
      if (statement.k === 'for') {
        assign(body, statement.target, iterate(body, items, statement.iterable.at, statement.isAsync));
      } else {
        truth(body, evaluate(body, statement.test), statement.at);
      }
      execute(body, statement.body);
    });
    body.loops.pop();
    state.join(continues, values);
    const settled = body.state.covers(state, values, exposed);
    body.state.join(state, values);
    if (settled) break;
  }
  body.repeats -= 1;
  execute(body, statement.otherwise);
  body.state.join(breaks, values);
}

function executeTry(body: Body, statement: Extract<Statement, { k: 'try' }>): void {
  const { values } = body;
  const before = body.state.fork();
  const early = body.state.fork();
  body.escapes.push(early);
  execute(body, statement.body);
  body.escapes.pop();
  early.join(body.state, values);
  early.join(before, values);
  execute(body, statement.otherwise);
  const after = body.state;
  for (const handler of statement.handlers) {
    body.state = early.fork();
    body.state.dead = false;
    catchInto(body, handler);
    after.join(body.state, values);
  }
  body.state = after;
  if (statement.last.length === 0) return;
  if (!after.dead) {
    execute(body, statement.last);
    return;
  }
  // Leaving early still runs `finally`.
  body.state = early.fork();
  body.state.dead = false;
  execute(body, statement.last);
  body.state.dead = true;
}
