import { readEnvironment } from '../shared/environment.ts';
import { taskStore } from '../shared/wiring.ts';
import { createHttpDelivery } from './http-delivery.ts';
import { createNotifier } from './notifier.ts';

export function notifierFromEnvironment() {
  const { OFFICE_ALLOW_HOSTS } = readEnvironment(['OFFICE_ALLOW_HOSTS']);
  const now = () => new Date();
  return createNotifier({
    tasks: taskStore(),
    deliver: createHttpDelivery({
      allowHosts: OFFICE_ALLOW_HOSTS.split(',').filter((host) => host !== ''),
      now,
    }),
    now,
  });
}
