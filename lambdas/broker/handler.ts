import { z } from 'zod';
import { brokerEventSchema } from '../../schemas/roles.ts';
import { createAnnouncer } from '../notifier/announcer.ts';
import { remindFromEnvironment } from '../notifier/remind.ts';
import { readEnvironment } from '../shared/environment.ts';
import { describeError } from '../shared/errors.ts';
import { refusedAmount } from '../shared/llm/budget.ts';
import { modelRouterFromEnvironment } from '../shared/llm/from-environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { createApprovalStore } from '../shared/stores/approval-store.ts';
import { createHoldStore } from '../shared/stores/hold-store.ts';
import { createWebhookStore } from '../shared/stores/webhook-store.ts';
import { logger } from '../shared/telemetry.ts';
import { toolRegistryFromEnvironment } from '../shared/tools/registry.ts';
import { claimChecks, eventLog, taskStore, taskTable } from '../shared/wiring.ts';
import { createBroker } from './broker.ts';
import { createHumanDesk } from './human.ts';
import { tenantPoliciesFromEnvironment } from './tenant-policies.ts';

const environment = readEnvironment([
  'REGISTRY_TABLE',
  'TOOL_FUNCTIONS',
  'OFFICE_ALLOW_HOSTS',
  'APPROVAL_TIMEOUT_SECONDS',
]);
const shared = {
  log: eventLog(),
  claims: claimChecks(),
  approvalTimeoutSeconds: environment.APPROVAL_TIMEOUT_SECONDS,
  now: () => new Date(),
};
const broker = createBroker({
  ...shared,
  router: modelRouterFromEnvironment(),
  registry: toolRegistryFromEnvironment(),
  policyOf: (tenantId) => tenantPoliciesFromEnvironment().of(tenantId),
  functions: z.record(z.string(), z.string()).parse(JSON.parse(environment.TOOL_FUNCTIONS)),
  allowHosts: environment.OFFICE_ALLOW_HOSTS.split(',').filter((host) => host !== ''),
});
const announce = createAnnouncer({
  webhooks: createWebhookStore(taskTable()),
  remind: remindFromEnvironment(),
  now: shared.now,
});
const desk = createHumanDesk({
  ...shared,
  approvals: createApprovalStore(taskTable()),
  tasks: taskStore(),
  rejectionCancelsTask: async (tenantId) =>
    (await tenantPoliciesFromEnvironment().of(tenantId)).rejectionCancelsTask,
  announce: (approval) =>
    announce(approval).catch((problem: unknown) =>
      logger.warn('Nobody could be told of a question', { problem: describeError(problem) }),
    ),
});
const holds = createHoldStore(taskTable());

export const handler = roleHandler('broker', brokerEventSchema, async (event) => {
  switch (event.action) {
    case 'authorize':
      return broker.authorize(event);
    case 'ask_human':
      return desk.ask(event);
    case 'expire':
      return desk.expire(event);
    case 'hold_budget': {
      const { tenant_id, task_id, subtask_id, place, task_token, failure } = event;
      const subtask = subtask_id === undefined ? {} : { subtask_id };
      await holds.park({
        tenant_id,
        task_id,
        ...subtask,
        place,
        task_token,
        held_at: shared.now().toISOString(),
        needed_usd: refusedAmount(failure.Cause ?? ''),
      });
      await shared.log.append(event, [
        {
          type: 'budget.exhausted',
          status: 'awaiting_budget',
          ...subtask,
          message: 'The budget is exhausted; the task waits until it is raised',
          data: { place, cause: failure.Cause ?? '' },
        },
      ]);
      return undefined;
    }
  }
});
