import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonSchema } from '../../../schemas/json.ts';

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

/** Files kept open at once, far below the usual limit of 1,024: parked executions give theirs up. */
const OPEN_FILES = 256;

/**
 * The journals of the executions that haven't ended: one append-only file each, one JSON line per event.
 * Lines are written before the state machine moves on, with write(2) and without fsync: they survive the
 * death of the process, which is what an embedded runtime promises, but not a power cut.
 */
export class Journals {
  readonly #directory: string;
  readonly #open = new Map<string, number>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** The first line of a new journal. */
  begin(start: ExecutionStart): void {
    this.append(start, { type: 'start', start });
  }

  append(execution: Pick<ExecutionStart, 'machine' | 'name'>, line: JournalLine): void {
    writeSync(this.#descriptor(this.#path(execution)), `${JSON.stringify(line)}\n`);
  }

  /** Forgets a journal; the execution has ended and its record is in the archive. */
  remove(execution: Pick<ExecutionStart, 'machine' | 'name'>): void {
    const path = this.#path(execution);
    this.#release(path);
    if (existsSync(path)) unlinkSync(path);
  }

  /** Every journal on disk. A last line that was cut by a crash is dropped: that event didn't happen. */
  readAll(): UnfinishedExecution[] {
    const found: UnfinishedExecution[] = [];
    for (const file of readdirSync(this.#directory)) {
      if (!file.endsWith('.jsonl')) continue;
      const execution = readJournal(join(this.#directory, file));
      if (execution !== undefined) found.push(execution);
    }
    return found.sort((a, b) => a.start.started - b.start.started);
  }

  close(): void {
    for (const path of [...this.#open.keys()]) this.#release(path);
  }

  #path(execution: Pick<ExecutionStart, 'machine' | 'name'>): string {
    return join(this.#directory, `${execution.machine}~${encodeURIComponent(execution.name)}.jsonl`);
  }

  #descriptor(path: string): number {
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    if (this.#open.size >= OPEN_FILES) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#release(oldest);
    }
    const descriptor = openSync(path, 'a');
    this.#open.set(path, descriptor);
    return descriptor;
  }

  #release(path: string): void {
    const descriptor = this.#open.get(path);
    if (descriptor === undefined) return;
    this.#open.delete(path);
    closeSync(descriptor);
  }
}

function readJournal(path: string): UnfinishedExecution | undefined {
  const text = readFileSync(path, 'utf8');
  const whole = text.lastIndexOf('\n') + 1;
  if (whole < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, whole)));
  let start: ExecutionStart | undefined;
  const attempts = new Map<string, RecordedAttempt>();
  for (const written of text.slice(0, whole).split('\n')) {
    if (written === '') continue;
    const line = lineSchema.parse(JSON.parse(written));
    if (line.type === 'start') {
      start = line.start;
      continue;
    }
    const attempt = attempts.get(line.key) ?? {};
    attempts.set(line.key, attempt);
    if (line.type === 'token') attempt.token = line.token;
    else if (line.type === 'invoked') attempt.invoked = true;
    else if (line.type === 'child') attempt.child = line.arn;
    else attempt.outcome = line.outcome;
  }
  if (start === undefined) {
    unlinkSync(path);
    return undefined;
  }
  return { start, attempts };
}
