import type { Json } from '../../../schemas/json.ts';
import type { FinishedExecution } from './archive.ts';
import type { Execution } from './execution.ts';
import type { Journals } from './journal.ts';

/** What an invoked function answered; payloads are JSON text. */
export type Invocation =
  | { readonly ok: true; readonly payload: string }
  | {
      readonly ok: false;
      readonly errorType: string;
      readonly errorMessage: string;
      readonly trace: string[];
    };

export interface ChildRequest {
  readonly machineArn: string;
  readonly name: string;
  readonly input: Json;
  /** The same attempt started it before a restart. */
  readonly again: boolean;
}

/** What an execution needs from the engine around it. */
export interface ExecutionHost {
  readonly journals: Journals;
  /** Stands for `$$.Task.Token` until the attempt is known; different in every process. */
  readonly tokenPlaceholder: string;
  readonly now: () => number;
  /** No new attempt may begin: the engine is closing. */
  readonly draining: () => boolean;
  readonly invoke: (functionArn: string, payload: string) => Promise<Invocation>;
  readonly onTransition: (machine: string, state: string) => void;
  readonly onEnd: (execution: Execution, record: FinishedExecution) => void;
  readonly onToken: (token: string, execution: Execution, key: string) => void;
  readonly dropToken: (token: string) => void;
  /** Starts a child, or finds the one that was started before. */
  readonly startChild: (parent: Execution, child: ChildRequest) => Promise<FinishedExecution>;
  readonly stopChild: (arn: string) => void;
  readonly childArn: (stateMachineArn: string, name: string) => string;
}
