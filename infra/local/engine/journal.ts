import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonSchema } from '../../../schemas/json.ts';
import { atEndOfTurn } from '../end-of-turn.ts';

/** How an attempt ended: a result, or an error with its cause. */
export const outcomeSchema = z.union([
  z.strictObject({ result: jsonSchema }),
  z.strictObject({ error: z.string(), cause: z.string() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

export const executionStartSchema = z.strictObject({
  arn: z.string(),
  machine: z.string(),
  name: z.string(),
  /** The input as the caller sent it, JSON text. */
  input: z.string(),
  /** Milliseconds since the epoch. */
  started: z.number(),
  /** The execution that waits for this one. */
  parent: z.string().optional(),
});
export type ExecutionStart = z.infer<typeof executionStartSchema>;

export const issuedTokenSchema = z.strictObject({
  token: z.string(),
  /** When the token was issued, milliseconds since the epoch: its deadlines outlive a restart. */
  issued: z.number(),
});
export type IssuedToken = z.infer<typeof issuedTokenSchema>;

/** One line of an execution's journal; `key` names one attempt of one Task state of one iteration. */
const lineSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), start: executionStartSchema }),
  z.strictObject({ type: z.literal('token'), key: z.string(), token: issuedTokenSchema }),
  z.strictObject({ type: z.literal('invoked'), key: z.string() }),
  z.strictObject({ type: z.literal('child'), key: z.string(), arn: z.string() }),
  z.strictObject({ type: z.literal('outcome'), key: z.string(), outcome: outcomeSchema }),
]);
export type JournalLine = z.infer<typeof lineSchema>;

/** What an earlier process recorded about one attempt. */
export interface RecordedAttempt {
  token?: IssuedToken;
  invoked?: boolean;
  child?: string;
  outcome?: Outcome;
}

export interface UnfinishedExecution {
  readonly start: ExecutionStart;
  readonly attempts: Map<string, RecordedAttempt>;
}

/** Which execution a line is about. */
const ofSchema = z.strictObject({ of: z.string() });
const writtenSchema = z.union([
  ofSchema.extend({ line: lineSchema }),
  ofSchema.extend({ end: z.literal(true) }),
]);
type Written = z.infer<typeof writtenSchema>;

/** Below this many bytes a file isn't worth rewriting. */
const SMALLEST_REWRITE = 16 * 1024 * 1024;
/** From so many bytes on a file is emptied when nothing in it is needed, which reads nothing. */
const SMALLEST_EMPTYING = 1024 * 1024;

/**
 * The journals of the executions that haven't ended, in one append-only file of JSON lines.
 * The lines of one turn of the event loop are written together at its end, with write(2) and without fsync. Whatever a
 * function did before a line is written was asked in that same turn, and every effect that must not happen twice is
 * claimed by an answer from a store, which comes after that (`atEndOfTurn`): so a process that dies finds its effects again. A power
 * cut is not survived.
 */
export class Journals {
  readonly #path: string;
  /** Executions that haven't ended. */
  readonly #live = new Set<string>();
  #descriptor: number;
  #lines = '';
  #flushing = false;
  #closed = false;
  #size: number;
  #rewriteAt = SMALLEST_REWRITE;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#path = join(directory, 'running.jsonl');
    this.#descriptor = openSync(this.#path, 'a');
    this.#size = fstatSync(this.#descriptor).size;
  }

  /** The first line of a new journal. */
  begin(start: ExecutionStart): void {
    this.append(start, { type: 'start', start });
  }

  append(execution: Named, line: JournalLine): void {
    const of = nameOf(execution);
    this.#live.add(of);
    this.#write({ of, line });
  }

  /** An outcome whose result is there as JSON text, which is written as it is. */
  appendResult(execution: Named, key: string, text: string): void {
    if (text.includes('\n')) {
      // It would be several lines.
      this.append(execution, { type: 'outcome', key, outcome: { result: JSON.parse(text) } });
      return;
    }
    const of = nameOf(execution);
    this.#live.add(of);
    const line = `{"type":"outcome","key":${JSON.stringify(key)},"outcome":{"result":${text}}}`;
    this.#writeLine(`{"of":${JSON.stringify(of)},"line":${line}}`);
  }

  /** Forgets a journal; the execution has ended and its record is in the archive. */
  remove(execution: Named): void {
    const of = nameOf(execution);
    this.#live.delete(of);
    this.#write({ of, end: true });
  }

  /** Every journal on disk. A last line that was cut by a crash is dropped: that event didn't happen. */
  readAll(): UnfinishedExecution[] {
    interface Found {
      start?: ExecutionStart;
      readonly attempts: Map<string, RecordedAttempt>;
    }
    const found = new Map<string, Found>();
    for (const line of this.#read()) {
      const written = writtenSchema.parse(JSON.parse(line));
      if ('end' in written) {
        found.delete(written.of);
        continue;
      }
      const execution: Found = found.get(written.of) ?? { attempts: new Map() };
      found.set(written.of, execution);
      if (written.line.type === 'start') execution.start = written.line.start;
      else record(execution.attempts, written.line);
    }
    const unfinished = [...found.values()].flatMap(({ start, attempts }) =>
      start === undefined ? [] : [{ start, attempts }],
    );
    for (const { start } of unfinished) this.#live.add(nameOf(start));
    this.#rewrite();
    return unfinished.sort((a, b) => a.start.started - b.start.started);
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
    this.#closed = true;
  }

  #write(written: Written): void {
    this.#writeLine(JSON.stringify(written));
  }

  #writeLine(line: string): void {
    this.#lines += `${line}\n`;
    if (this.#flushing) return;
    this.#flushing = true;
    atEndOfTurn('journals', () => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#lines === '' || this.#closed) return;
    this.#size += writeSync(this.#descriptor, this.#lines);
    this.#lines = '';
    const nothingLeft = this.#live.size === 0 && this.#size > SMALLEST_EMPTYING;
    if (nothingLeft || this.#size > this.#rewriteAt) this.#rewrite();
  }

  /** The whole lines on disk, as text. */
  #read(): string[] {
    const text = readFileSync(this.#path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole.split('\n').filter((line) => line !== '');
  }

  /** Leaves out what has ended. Lines stay text: to parse megabytes of them would hold up every execution. */
  #rewrite(): void {
    const next = `${this.#path}.next`;
    const kept = this.#live.size === 0 ? [] : this.#read().filter((line) => this.#live.has(subjectOf(line)));
    writeFileSync(next, kept.map((line) => `${line}\n`).join(''));
    closeSync(this.#descriptor);
    renameSync(next, this.#path);
    this.#descriptor = openSync(this.#path, 'a');
    this.#size = fstatSync(this.#descriptor).size;
    // Twice what is needed, so that rewriting stays a small share of writing.
    this.#rewriteAt = Math.max(SMALLEST_REWRITE, 2 * this.#size);
  }
}

const LINE_START = '{"of":"';
/** Which execution a line is about: its first member, written by this class from names without quotes. */
const subjectOf = (line: string): string =>
  line.slice(LINE_START.length, line.indexOf('"', LINE_START.length));

type Named = Pick<ExecutionStart, 'machine' | 'name'>;
const nameOf = ({ machine, name }: Named): string => `${machine}:${name}`;

function record(attempts: Map<string, RecordedAttempt>, line: Exclude<JournalLine, { type: 'start' }>): void {
  const attempt = attempts.get(line.key) ?? {};
  attempts.set(line.key, attempt);
  if (line.type === 'token') attempt.token = line.token;
  else if (line.type === 'invoked') attempt.invoked = true;
  else if (line.type === 'child') attempt.child = line.arn;
  else attempt.outcome = line.outcome;
}
