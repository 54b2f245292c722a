import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { TaskKey } from '../../schemas/task.ts';
import { readEnvironment } from '../shared/environment.ts';
import { tracedClient } from '../shared/tracing.ts';

/**
 * Hands the notice of a task's end to the notifier's function and goes on: Lambda keeps the event and repeats it when
 * the function fails. The receptionist itself calls nobody outside.
 */
export function noticeFromEnvironment(): (key: TaskKey, again?: boolean) => Promise<void> {
  const { NOTIFIER_FUNCTION } = readEnvironment(['NOTIFIER_FUNCTION']);
  const client = tracedClient(new LambdaClient({}));
  return async ({ tenant_id, task_id }, again = false) => {
    await client.send(
      new InvokeCommand({
        FunctionName: NOTIFIER_FUNCTION,
        InvocationType: 'Event',
        Payload: JSON.stringify({ tenant_id, task_id, notify: true, again }),
      }),
    );
  };
}
