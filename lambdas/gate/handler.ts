import { gateEventSchema } from '../../schemas/gate.ts';
import { documentClient, sfnClient } from '../shared/aws.ts';
import { readEnvironment } from '../shared/environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { createGateStore } from '../shared/stores/gate-store.ts';
import { createSendSuccess } from '../shared/task-tokens.ts';
import { createGate } from './gate.ts';

const environment = readEnvironment(['TASKS_TABLE']);
const send = createSendSuccess(sfnClient);
const gate = createGate({
  store: createGateStore({ client: documentClient(), table: environment.TASKS_TABLE }),
  answer: async (token, decision) => void (await send(token, decision)),
});

export const handler = roleHandler('gate', gateEventSchema, async (event) => {
  const key = { tenant_id: event.tenant_id, task_id: event.task_id };
  if (event.action === 'wait') {
    await gate.wait(key, event.gate, event.item, {
      token: event.task_token,
      prerequisites: event.prerequisites,
    });
  } else if (event.has_dependents) {
    await gate.release(key, event.gate, event.item, event.outcome);
  }
  return { subtask_id: event.item, status: event.action === 'release' ? event.outcome.status : 'waiting' };
});
