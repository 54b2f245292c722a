import { OfficeError } from '../../../lambdas/shared/errors.ts';

/** The names under which Step Functions answers a refused call; the SDK turns them into its own exceptions. */
export type EngineErrorName =
  | 'ExecutionAlreadyExists'
  | 'ExecutionDoesNotExist'
  | 'StateMachineDoesNotExist'
  | 'InvalidArn'
  | 'InvalidExecutionInput'
  | 'InvalidName'
  | 'InvalidOutput'
  | 'InvalidToken'
  | 'TaskDoesNotExist'
  | 'TaskTimedOut'
  | 'ValidationException';

/** A Step Functions call that the engine refuses, named as AWS names it. */
export class EngineApiError extends OfficeError {
  override readonly name: EngineErrorName;
  constructor(name: EngineErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

/** A state machine that can't run here; found when it is loaded, never in the middle of a task. */
export class UnsupportedDefinitionError extends OfficeError {
  override readonly name = 'UnsupportedDefinitionError';
}

/** How a Task attempt failed. `name` is what Retry and Catch match, `message` becomes their `Cause`. */
export class TaskAttemptError extends Error {
  override readonly name: string;
  constructor(error: string, cause: string) {
    super(cause);
    this.name = error;
  }
}

/** Ends a run whose execution was stopped or whose engine is closing; neither Retry nor Catch sees it. */
export class RunInterruptedError extends Error {
  override readonly name = 'RunInterruptedError';
  readonly isRetryable = false;
  readonly isCatchable = false;
}

/** A state that can't do its work as it is written. Step Functions ends the execution, whatever Retry and Catch say. */
export class StateRuntimeError extends Error {
  override readonly name = 'States.Runtime';
  readonly isRetryable = false;
  readonly isCatchable = false;
}

/** A path leads nowhere. */
export class PathError extends StateRuntimeError {
  constructor(path: string) {
    super(`Path expression '${path}' does not point to a value`);
  }
}

/** A ResultPath leads into a document that is no object. */
export class ResultPathError extends Error {
  override readonly name = 'States.ResultPathMatchFailure';
  constructor() {
    super('States.ResultPathMatchFailure');
  }
}
