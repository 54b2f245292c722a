import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { SQSEvent } from 'aws-lambda';
import { z } from 'zod';
import { type Priority, prioritySchema } from '../../schemas/task.ts';
import { morgueFromEnvironment } from '../morgue/from-environment.ts';
import { remindFromEnvironment } from '../notifier/remind.ts';
import { wakePayableHolds } from '../receptionist/holds.ts';
import { repeatDecisions } from '../receptionist/told-decisions.ts';
import { sfnClient, sqsClient } from '../shared/aws.ts';
import { createBurstSpread } from '../shared/burst-spread.ts';
import { readEnvironment } from '../shared/environment.ts';
import { describeError } from '../shared/errors.ts';
import { budgetStoreFromEnvironment } from '../shared/llm/budget-from-environment.ts';
import { placesFromEnvironment, slotStore } from '../shared/places-from-environment.ts';
import { createApprovalStore } from '../shared/stores/approval-store.ts';
import { createHoldStore } from '../shared/stores/hold-store.ts';
import { createWebhookStore } from '../shared/stores/webhook-store.ts';
import { taskQueuesFromEnvironment } from '../shared/task-queue.ts';
import { createSendSuccess } from '../shared/task-tokens.ts';
import { logger } from '../shared/telemetry.ts';
import { traced, traceIdsOf } from '../shared/tracing.ts';
import { eventLog, taskStore, taskTable } from '../shared/wiring.ts';
import { createWithdraw } from '../shared/withdrawal.ts';
import { createAdmission } from './admission.ts';
import { createDispatcher, type Engine, type Enqueue, queuedTaskSchema } from './dispatcher.ts';
import { createSweeper } from './sweeper.ts';

const environment = readEnvironment([
  'TASK_STATE_MACHINE_ARN',
  'MAX_CONCURRENT_TASKS',
  'MAX_CONCURRENT_TASKS_PER_TENANT',
]);
const machineArn = environment.TASK_STATE_MACHINE_ARN;

const engine: Engine = {
  async start(name, input) {
    try {
      const answer = await sfnClient().send(
        new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }),
      );
      return answer.executionArn ?? '';
    } catch (error) {
      // It ran and ended already: the name says which execution that was.
      if (error instanceof ExecutionAlreadyExists)
        return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      throw error;
    }
  },
  async state(executionArn) {
    try {
      const answer = await sfnClient().send(new DescribeExecutionCommand({ executionArn }));
      return answer.status === 'RUNNING' || answer.status === 'PENDING_REDRIVE' ? 'running' : 'ended';
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return 'gone';
      throw error;
    }
  },
  async running() {
    const arns = new Set<string>();
    let nextToken: string | undefined;
    do {
      const page = await sfnClient().send(
        new ListExecutionsCommand({
          stateMachineArn: machineArn,
          statusFilter: 'RUNNING',
          maxResults: 1_000,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      );
      for (const { executionArn } of page.executions ?? []) if (executionArn) arns.add(executionArn);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return arns;
  },
  async stop(executionArn, cause) {
    try {
      await sfnClient().send(new StopExecutionCommand({ executionArn, cause, error: 'Stopped' }));
    } catch (error) {
      if (!(error instanceof ExecutionDoesNotExist)) throw error;
    }
  },
};

const morgue = morgueFromEnvironment();
const now = () => new Date();
const enqueue: Enqueue = taskQueuesFromEnvironment(sqsClient);
/** Six thousand tasks at 50 a second; SQS delays by 15 minutes at most. */
const LONGEST_TURN_SECONDS = 120;
const places = placesFromEnvironment();
const dispatcher = createDispatcher({
  tasks: taskStore(),
  maxPerTenant: environment.MAX_CONCURRENT_TASKS_PER_TENANT,
  admission: createAdmission({
    slots: slotStore(),
    maxPerTenant: environment.MAX_CONCURRENT_TASKS_PER_TENANT,
    maxRunning: environment.MAX_CONCURRENT_TASKS,
    now,
  }),
  places,
  engine,
  enqueue,
  now,
  random: Math.random,
  spread: createBurstSpread({ places: 0, longestSeconds: LONGEST_TURN_SECONDS, now }),
});
const sweeper = createSweeper({
  tasks: taskStore(),
  engine,
  enqueue,
  bury: (event) => morgue.bury(event),
  webhooks: createWebhookStore(taskTable()),
  refill: (tenantId) => places.refill(tenantId, environment.MAX_CONCURRENT_TASKS_PER_TENANT),
  remind: remindFromEnvironment(),
  withdraw: createWithdraw({
    approvals: createApprovalStore(taskTable()),
    holds: createHoldStore(taskTable()),
    now,
  }),
  now,
  warn: (problem, { tenant_id, task_id }) =>
    logger.error('A task could not be mended; the next sweep tries again', {
      tenant_id,
      task_id,
      problem: describeError(problem),
    }),
});

/** The queue's name tells the priority, as in `…-high`. */
const priorityOrNormal = prioritySchema.catch('normal');
const priorityOf = (arn: string): Priority => priorityOrNormal.parse(arn.split('-').at(-1));

const sweepEventSchema = z.looseObject({
  source: z.literal('aws.events'),
  detail: z.looseObject({ min_age_seconds: z.number().min(0).optional() }).optional(),
});
/** A minute's worth of patience: a task that is just being dispatched is not stuck. */
const SWEEP_MIN_AGE_SECONDS = 30;

/** Queue messages one by one (a failed one comes back by itself), or the schedule's wake-up for the sweep. */
export const handler = (event: SQSEvent | Record<string, unknown>) =>
  traced('dispatcher', {}, () => work(event));

async function work(event: SQSEvent | Record<string, unknown>) {
  const sweep = sweepEventSchema.safeParse(event);
  if (sweep.success) {
    const swept = await sweeper.sweep(sweep.data.detail?.min_age_seconds ?? SWEEP_MIN_AGE_SECONDS);
    const woken = await wakePayableHolds({
      holds: createHoldStore(taskTable()),
      budget: (tenantId) => budgetStoreFromEnvironment().readBudget(tenantId),
      send: createSendSuccess(sfnClient),
      events: eventLog(),
    });
    const unheard = await repeatDecisions({
      approvals: createApprovalStore(taskTable()),
      events: eventLog(),
      answer: createSendSuccess(sfnClient),
      now,
      warn: (problem, { tenant_id, task_id }) =>
        logger.error('A decision could not be told; the next sweep tries again', {
          tenant_id,
          task_id,
          problem: describeError(problem),
        }),
    });
    return { ...swept, woken, unheard };
  }
  const results = await Promise.allSettled(
    (event as SQSEvent).Records.map(async (record) => {
      const queued = queuedTaskSchema.parse(JSON.parse(record.body));
      await traced('dispatch', traceIdsOf(queued), () =>
        dispatcher.dispatch(queued, priorityOf(record.eventSourceARN)),
      );
    }),
  );
  const batchItemFailures: { itemIdentifier: string }[] = [];
  results.forEach((result, i) => {
    if (result.status === 'fulfilled') return;
    logger.error('A queued task could not be dispatched', { problem: describeError(result.reason) });
    batchItemFailures.push({ itemIdentifier: (event as SQSEvent).Records[i]?.messageId ?? '' });
  });
  return { batchItemFailures };
}
