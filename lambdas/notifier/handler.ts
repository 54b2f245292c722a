import { notifierEventSchema } from '../../schemas/roles.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { notifierFromEnvironment } from './from-environment.ts';

const notifier = notifierFromEnvironment();

export const handler = roleHandler('notifier', notifierEventSchema, async (event) =>
  event.notify ? notifier.notify(event) : { notified: false },
);
