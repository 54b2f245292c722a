import { EngineApiError } from './errors.ts';
import type { Execution } from './execution.ts';
import type { Outcome } from './journal.ts';

/** The task tokens that somebody may still answer, and the attempt that each of them belongs to. */
export class Tokens {
  readonly #open = new Map<string, { execution: Execution; key: string }>();

  add(token: string, execution: Execution, key: string): void {
    this.#open.set(token, { execution, key });
  }

  drop(token: string): void {
    this.#open.delete(token);
  }

  dropAll(execution: Execution): void {
    for (const [token, attempt] of this.#open) if (attempt.execution === execution) this.#open.delete(token);
  }

  /** Answers a token once. @throws EngineApiError InvalidToken, TaskTimedOut */
  settle(token: string, outcome: Outcome): void {
    const { execution, key } = this.#find(token);
    this.#open.delete(token);
    if (!execution.settle(key, outcome)) throw gone();
  }

  /** @throws EngineApiError InvalidToken, TaskTimedOut */
  beat(token: string): void {
    const { execution, key } = this.#find(token);
    execution.beat(key);
  }

  #find(token: string): { execution: Execution; key: string } {
    const attempt = this.#open.get(token);
    if (attempt !== undefined) return attempt;
    const isToken = Buffer.from(token, 'base64url').toString().startsWith('arn:aws:states:');
    throw isToken ? gone() : new EngineApiError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
}

function gone(): EngineApiError {
  return new EngineApiError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
}
