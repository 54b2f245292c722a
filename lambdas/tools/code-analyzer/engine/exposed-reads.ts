import type { Expression, Frame, FunctionFrame, Statement, Variable } from './ast.ts';

type Loop = Extract<Statement, { k: 'for' | 'while' }>;

const known = new WeakMap<Loop, ReadonlySet<number>>();

/**
 * The slots of a frame's variables whose values a loop's body may take over from an earlier round: those it
 * may read before it has surely written them. A round cannot differ from the one before it otherwise.
 */
export function exposedReads(loop: Loop, frame: Frame): ReadonlySet<number> {
  let slots = known.get(loop);
  if (!slots) {
    const reads = new ExposedReads();
    reads.round(loop);
    slots = new Set([...reads.found].flatMap((each) => (each.frame === frame ? [each.slot] : [])));
    known.set(loop, slots);
  }
  return slots;
}

class ExposedReads {
  readonly found = new Set<Variable>();
  /** What has surely been written since the round began. */
  private written = new Set<Variable>();

  round(loop: Loop): void {
    if (loop.k === 'for') this.write(loop.target);
    else this.read(loop.test);
    this.block(loop.body);
  }

  private block(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  /** What may not be run, or not to its end, has surely written nothing. */
  private maybe(work: () => void): void {
    const before = this.written;
    this.written = new Set(before);
    work();
    this.written = before;
  }

  private statement(statement: Statement): void {
    switch (statement.k) {
      case 'assign':
        this.read(statement.value);
        for (const target of statement.targets) this.write(target);
        return;
      case 'if': {
        // A chain of `elif` may be thousands long.
        let rest: readonly Statement[] = [statement];
        const before = this.written;
        this.written = new Set(before);
        for (let only = rest[0]; only?.k === 'if' && rest.length === 1; only = rest[0]) {
          const { test, consequence, otherwise }: Extract<Statement, { k: 'if' }> = only;
          this.read(test);
          this.maybe(() => this.block(consequence));
          rest = otherwise;
        }
        this.block(rest);
        this.written = before;
        return;
      }
      case 'for':
      case 'while':
        if (statement.k === 'for') this.read(statement.iterable);
        this.maybe(() => this.round(statement));
        this.maybe(() => this.block(statement.otherwise));
        return;
      case 'with':
        for (const { context, target } of statement.items) {
          this.read(context);
          if (target) this.write(target);
        }
        this.maybe(() => this.block(statement.body));
        return;
      case 'try':
        this.maybe(() => {
          this.block(statement.body);
          this.block(statement.otherwise);
        });
        for (const { types, target, body } of statement.handlers) {
          this.maybe(() => {
            this.read(types);
            // What is caught may be nothing known, and then the target keeps what it had.
            this.read(target);
            this.block(body);
          });
        }
        this.maybe(() => this.block(statement.last));
        return;
      case 'function':
        this.read(statement.decorators);
        this.defaults(statement.frame);
        this.write(statement.target);
        return;
      case 'class':
        this.read([statement.bases, statement.keywords, statement.decorators, statement.frame.body]);
        this.write(statement.target);
        return;
      default:
        this.read(statement);
    }
  }

  private write(target: Expression): void {
    if (target.k === 'name') {
      if (target.variable) this.written.add(target.variable);
    } else if (target.k === 'sequence') for (const item of target.items) this.write(item);
    else if (target.k === 'starred') this.write(target.value);
    else if (target.k === 'fields') for (const entry of target.entries) this.write(entry.target);
    else this.read(target);
  }

  private defaults(frame: FunctionFrame): void {
    for (const { defaultValue } of frame.parameters) this.read(defaultValue);
  }

  /** Every name in a part of the program, patterns included, as if all of them were read. */
  private read(part: unknown): void {
    if (typeof part !== 'object' || part === null) return;
    if (Array.isArray(part)) {
      for (const each of part) this.read(each);
      return;
    }
    const node = part as Expression | Statement;
    if (node.k === 'name') {
      if (node.variable && !this.written.has(node.variable)) this.found.add(node.variable);
    } else if (node.k === 'comprehension') {
      this.maybe(() => {
        for (const clause of node.clauses) {
          if ('test' in clause) this.read(clause.test);
          else {
            this.read(clause.iterable);
            this.write(clause.target);
          }
        }
        this.read([node.key, node.element]);
      });
    } else if (node.k === 'lambda') this.defaults(node.frame);
    else if (node.k === 'class' && 'frame' in node) this.statement(node);
    else {
      for (const [key, value] of Object.entries(node)) {
        if (key !== 'frame' && key !== 'variable') this.read(value);
      }
    }
  }
}
