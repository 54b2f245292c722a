import { finisherEventSchema } from '../../schemas/roles.ts';
import { placesFromEnvironment } from '../shared/places-from-environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { claimChecks, eventLog, taskStore } from '../shared/wiring.ts';
import { createFinisher } from './finisher.ts';

const finisher = createFinisher({
  log: eventLog(),
  tasks: taskStore(),
  places: placesFromEnvironment(),
  claims: claimChecks(),
});

export const handler = roleHandler('finisher', finisherEventSchema, (event) => finisher.finish(event));
