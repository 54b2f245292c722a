import {
  ExecutionDoesNotExist,
  type SFNClient,
  StopExecutionCommand,
  ValidationException,
} from '@aws-sdk/client-sfn';
import { createSendSuccess } from '../shared/task-tokens.ts';
import type { Executions } from './ports.ts';

/** Executions as Step Functions has them. Those of subtasks are named `<task's execution>_<subtask id>`. */
export function createExecutions(deps: {
  readonly client: () => SFNClient;
  /** Absent: the service stops nested executions with their parent by itself. */
  readonly subtaskMachineArn?: string;
}): Executions {
  const send = createSendSuccess(deps.client);

  async function stop(executionArn: string, cause: string): Promise<void> {
    try {
      await deps.client().send(new StopExecutionCommand({ executionArn, error: 'TaskCancelled', cause }));
    } catch (error) {
      // Never started, or so long ago that it is forgotten; one that has ended is stopped without complaint.
      if (error instanceof ExecutionDoesNotExist || error instanceof ValidationException) return;
      throw error;
    }
  }

  return {
    async stop(executionArn, subtaskIds, cause) {
      await stop(executionArn, cause);
      const { subtaskMachineArn } = deps;
      if (subtaskMachineArn === undefined) return;
      const children = subtaskMachineArn.replace(':stateMachine:', ':execution:');
      const name = executionArn.slice(executionArn.lastIndexOf(':') + 1);
      await Promise.all(subtaskIds.map((id) => stop(`${children}:${name}_${id}`, cause)));
    },
    answer: (token, decision) => send(token, decision),
  };
}
