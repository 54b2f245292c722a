import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { executionStartSchema } from './journal.ts';

export const finishedExecutionSchema = executionStartSchema.extend({
  status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
  /** Milliseconds since the epoch. */
  stopped: z.number(),
  /** JSON text, for SUCCEEDED only. */
  output: z.string().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
});
export type FinishedExecution = z.infer<typeof finishedExecutionSchema>;

/**
 * The executions that ended, newest last: one JSON line each in one file. The newest `limit` are kept;
 * a name is refused for a second execution for as long as its record is here.
 */
export class Archive {
  readonly #path: string;
  readonly #limit: number;
  readonly #records = new Map<string, FinishedExecution>();
  #lines = 0;
  #descriptor: number;

  constructor(path: string, limit = 10_000) {
    this.#path = path;
    this.#limit = limit;
    mkdirSync(dirname(path), { recursive: true });
    const written = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    this.#descriptor = openSync(path, 'a');
    const last = written.pop() ?? '';
    for (const line of written) {
      if (line === '') continue;
      const record = finishedExecutionSchema.parse(JSON.parse(line));
      this.#records.set(record.arn, record);
    }
    this.#lines = written.length;
    this.#prune();
    // A line cut by a crash must not swallow the next one.
    if (last !== '') this.#rewrite();
  }

  add(record: FinishedExecution): void {
    this.#records.set(record.arn, record);
    writeSync(this.#descriptor, `${JSON.stringify(record)}\n`);
    this.#lines += 1;
    this.#prune();
  }

  get(arn: string): FinishedExecution | undefined {
    return this.#records.get(arn);
  }

  /** Newest first. */
  list(): FinishedExecution[] {
    return [...this.#records.values()].reverse();
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #prune(): void {
    for (const arn of this.#records.keys()) {
      if (this.#records.size <= this.#limit) break;
      this.#records.delete(arn);
    }
    if (this.#lines > 2 * this.#limit) this.#rewrite();
  }

  #rewrite(): void {
    const next = `${this.#path}.next`;
    writeFileSync(next, [...this.#records.values()].map((record) => `${JSON.stringify(record)}\n`).join(''));
    closeSync(this.#descriptor);
    renameSync(next, this.#path);
    this.#descriptor = openSync(this.#path, 'a');
    this.#lines = this.#records.size;
  }
}
