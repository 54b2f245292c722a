import { finisherEventSchema } from '../../schemas/roles.ts';
import { documentClient } from '../shared/aws.ts';
import { readEnvironment } from '../shared/environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { createSlotStore } from '../shared/stores/slot-store.ts';
import { claimChecks, eventLog, taskStore } from '../shared/wiring.ts';
import { createFinisher } from './finisher.ts';

const finisher = createFinisher({
  log: eventLog(),
  tasks: taskStore(),
  slots: createSlotStore({
    client: documentClient(),
    table: readEnvironment(['ACCOUNTS_TABLE']).ACCOUNTS_TABLE,
  }),
  claims: claimChecks(),
});

export const handler = roleHandler('finisher', finisherEventSchema, (event) => finisher.finish(event));
