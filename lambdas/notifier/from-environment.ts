import { snsClient } from '../shared/aws.ts';
import { readEnvironment } from '../shared/environment.ts';
import { createApprovalStore } from '../shared/stores/approval-store.ts';
import { createWebhookStore } from '../shared/stores/webhook-store.ts';
import { taskStore, taskTable } from '../shared/wiring.ts';
import { publishTo } from './approval-topic.ts';
import { createHttpDelivery } from './http-delivery.ts';
import { createNotifier } from './notifier.ts';
import { remindFromEnvironment } from './remind.ts';

export function notifierFromEnvironment() {
  const { OFFICE_ALLOW_HOSTS, APPROVAL_TOPIC_ARN } = readEnvironment([
    'OFFICE_ALLOW_HOSTS',
    'APPROVAL_TOPIC_ARN',
  ]);
  const now = () => new Date();
  return createNotifier({
    tasks: taskStore(),
    webhooks: createWebhookStore(taskTable()),
    approvals: createApprovalStore(taskTable()),
    ...(APPROVAL_TOPIC_ARN === undefined ? {} : { publish: publishTo(snsClient(), APPROVAL_TOPIC_ARN) }),
    deliver: createHttpDelivery({
      allowHosts: OFFICE_ALLOW_HOSTS.split(',').filter((host) => host !== ''),
      now,
    }),
    remind: remindFromEnvironment(),
    now,
    random: Math.random,
  });
}
