import {
  InvalidToken,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';

/** False when nobody waits on the token any more: it was answered before, timed out, or its execution ended. */
export type SendSuccess = (token: string, output: unknown) => Promise<boolean>;

export function createSendSuccess(client: () => SFNClient): SendSuccess {
  return async (token, output) => {
    try {
      await client().send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output) }));
      return true;
    } catch (error) {
      // Single use by Step Functions' own rule: whoever came first has answered.
      if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken)
        return false;
      throw error;
    }
  };
}
