import { hash, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../../schemas/json.ts';
import type { FinishedExecution } from './archive.ts';
import type { PreparedMachine, TaskState } from './definition.ts';
import { RunInterruptedError, TaskAttemptError } from './errors.ts';
import type { ExecutionHost } from './execution-host.ts';
import type { ExecutionStart, IssuedToken, JournalLine, Outcome, RecordedAttempt } from './journal.ts';
import { type ScopeContext, walk } from './scopes.ts';
import { Stop } from './stop.ts';
import { performAttempt, type Settle } from './task-attempt.ts';
import { after } from './timers.ts';

/** One attempt that hasn't ended yet. */
interface Waiter {
  readonly settle: Settle;
  readonly interrupt: (error: Error) => void;
  readonly beat: () => void;
}

export type End = Pick<FinishedExecution, 'status' | 'output' | 'error' | 'cause'>;

/** One running execution: it replays what its journal knows and performs the rest. */
export class Execution {
  readonly start: ExecutionStart;
  readonly machine: PreparedMachine;
  readonly finished: Promise<FinishedExecution>;
  readonly #host: ExecutionHost;
  readonly #recorded: Map<string, RecordedAttempt>;
  readonly #visits = new Map<string, number>();
  readonly #waiters = new Map<string, Waiter>();
  #resolveFinished: (record: FinishedExecution) => void = () => undefined;
  readonly #stop = new Stop();
  #cancelDeadline: () => void = () => undefined;
  #over = false;

  constructor(
    start: ExecutionStart,
    machine: PreparedMachine,
    host: ExecutionHost,
    recorded: Map<string, RecordedAttempt> = new Map(),
  ) {
    this.start = start;
    this.machine = machine;
    this.#host = host;
    this.#recorded = recorded;
    this.finished = new Promise((resolve) => {
      this.#resolveFinished = resolve;
    });
    for (const [key, attempt] of recorded) {
      if (attempt.token !== undefined && attempt.outcome === undefined)
        host.onToken(attempt.token.token, this, key);
    }
  }

  get over(): boolean {
    return this.#over;
  }

  /** Runs the machine; what happens is told through the host's callbacks. `input` is the one that it starts with. */
  run(input: Json = JSON.parse(this.start.input)): void {
    const { timeoutSeconds } = this.machine;
    if (timeoutSeconds !== undefined) {
      const left = this.start.started + timeoutSeconds * 1000 - this.#host.now();
      this.#cancelDeadline = after(left, () => this.end({ status: 'TIMED_OUT', error: 'States.Timeout' }));
    }
    const { name, arn, scope, stateNames, tasks } = this.machine;
    const now = this.#host.now;
    const context = {
      Run: {
        Id: this.start.arn,
        Name: this.start.name,
        Input: input,
        StartTime: new Date(this.start.started).toISOString(),
        RoleArn: 'arn:aws:iam::000000000000:role/office',
      },
      Item: {},
      Path: 'r',
      Task: { Token: this.#host.tokenPlaceholder },
      StateMachine: { Id: arn, Name: name },
      StateNames: stateNames,
      Clock: {
        get now() {
          return new Date(now()).toISOString();
        },
      },
    };
    walk(scope, input, {
      context,
      stop: this.#stop,
      onEntered: (state) => this.#host.onTransition(name, state),
      perform: (task, call, within) => this.#performTask(tasks.get(task) as TaskState, call, within),
    }).then(
      (output) => this.end({ status: 'SUCCEEDED', output: JSON.stringify(output) }),
      (error: Error) => this.end({ status: 'FAILED', error: error.name, cause: error.message }),
    );
  }

  /** Ends the execution for good, whoever asks first; later ends change nothing. */
  end(end: End): void {
    if (this.#over) return;
    this.#over = true;
    const record = { ...this.start, ...end, stopped: this.#host.now() };
    this.#host.onEnd(this, record);
    this.#halt();
    this.#resolveFinished(record);
  }

  /** Leaves the execution as its journal has it, to be continued by another process. */
  suspend(): void {
    if (this.#over) return;
    this.#over = true;
    this.#halt();
  }

  /**
   * Ends the attempt that waits for a token.
   * @returns false when it has ended already
   */
  settle(key: string, outcome: Outcome): boolean {
    if (this.#over) return false;
    const waiter = this.#waiters.get(key);
    if (waiter !== undefined) waiter.settle(outcome);
    else this.#record(key, outcome);
    return true;
  }

  /** Moves the heartbeat deadline of the attempt that waits for a token. */
  beat(key: string): void {
    this.#waiters.get(key)?.beat();
  }

  #halt(): void {
    this.#cancelDeadline();
    for (const waiter of [...this.#waiters.values()]) waiter.interrupt(new RunInterruptedError());
    this.#waiters.clear();
    this.#stop.now();
  }

  async #performTask(task: TaskState, made: Json, { Path }: ScopeContext): Promise<Json> {
    if (this.#over) throw new RunInterruptedError();
    if (this.#host.draining()) await this.#park();
    const { call = null, timeout, heartbeat } = made as JsonObject;
    const text = JSON.stringify(call);
    const key = this.#attemptKey(task, Path, text);
    const recorded = this.#recorded.get(key);
    this.#recorded.delete(key);
    const outcome =
      recorded?.outcome ??
      (await this.#attempt(key, (waiter) =>
        performAttempt({
          task,
          call,
          text,
          recorded: recorded ?? {},
          timeoutSeconds: typeof timeout === 'number' ? timeout : task.timeoutSeconds,
          heartbeatSeconds: typeof heartbeat === 'number' ? heartbeat : task.heartbeatSeconds,
          execution: this,
          host: this.#host,
          note: (line) => this.#append(line(key)),
          ...waiter,
        }),
      ));
    if ('error' in outcome) throw new TaskAttemptError(outcome.error, outcome.cause);
    return outcome.result;
  }

  /** Waits for the interrupt that comes with `suspend`. */
  #park(): Promise<never> {
    return new Promise((_resolve, reject) => {
      const nothing = (): void => undefined;
      this.#waiters.set(randomUUID(), { settle: nothing, beat: nothing, interrupt: reject });
    });
  }

  /** Runs `perform` until it settles, is interrupted, or a token's holder settles it. */
  #attempt(
    key: string,
    perform: (waiter: { settle: (outcome: Outcome) => void; newToken: () => IssuedToken; key: string }) => {
      beat: () => void;
      release: () => void;
    },
  ): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      let handle = { beat: (): void => undefined, release: (): void => undefined };
      let settled = false;
      const finish = (conclude: () => void): void => {
        if (settled) return;
        settled = true;
        this.#waiters.delete(key);
        handle.release();
        conclude();
      };
      const settle: Settle = (outcome, text) =>
        finish(() => {
          this.#record(key, outcome, text);
          resolve(outcome);
        });
      this.#waiters.set(key, {
        settle,
        interrupt: (error) => finish(() => reject(error)),
        beat: () => handle.beat(),
      });
      const newToken = (): IssuedToken => {
        const token = Buffer.from(`${this.start.arn}|${randomUUID()}`).toString('base64url');
        this.#host.onToken(token, this, key);
        return { token, issued: this.#host.now() };
      };
      handle = perform({ settle, newToken, key });
      if (settled) handle.release();
    });
  }

  #record(key: string, outcome: Outcome, text?: string): void {
    if (this.#over) return;
    if (text !== undefined) this.#host.journals.appendResult(this.start, key, text);
    else this.#append({ type: 'outcome', key, outcome });
    // A token can be answered before the replay arrives at the attempt that waits for it.
    if (!this.#waiters.has(key) && this.#recorded.has(key)) this.#recorded.set(key, { outcome });
  }

  #append(line: JournalLine): boolean {
    if (this.#over) return false;
    this.#host.journals.append(this.start, line);
    return true;
  }

  #attemptKey(task: TaskState, path: string, text: string): string {
    const stable = text.replaceAll(this.#host.tokenPlaceholder, '');
    const base = `${task.key}:${path}:${hash('sha1', stable, 'base64url').slice(0, 16)}`;
    const visit = (this.#visits.get(base) ?? 0) + 1;
    this.#visits.set(base, visit);
    return `${base}:${visit}`;
  }
}
