import type { SQSEvent } from 'aws-lambda';
import { notifierEventSchema } from '../../schemas/roles.ts';
import { describeError } from '../shared/errors.ts';
import { type RoleContext, roleHandler } from '../shared/role-handler.ts';
import { logger } from '../shared/telemetry.ts';
import { traced, traceIdsOf } from '../shared/tracing.ts';
import { notifierFromEnvironment } from './from-environment.ts';
import { reminderSchema } from './notifier.ts';

const notifier = notifierFromEnvironment();

const notify = roleHandler('notifier', notifierEventSchema, async (event) =>
  event.notify
    ? notifier.notify({ tenant_id: event.tenant_id, task_id: event.task_id }, event.again)
    : { notified: false },
);

/** A state (or the receptionist) that says that a task has ended, or reminders of the webhook queue, one by one. */
export async function handler(event: unknown, context: RoleContext) {
  if (!isQueueEvent(event)) return notify(event, context);
  const results = await Promise.allSettled(
    event.Records.map(async ({ body }) => {
      const reminder = reminderSchema.parse(JSON.parse(body));
      return traced('remind', traceIdsOf(reminder), () => notifier.attempt(reminder));
    }),
  );
  const batchItemFailures: { itemIdentifier: string }[] = [];
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') return;
    logger.error('A webhook reminder could not be worked on', { problem: describeError(result.reason) });
    batchItemFailures.push({ itemIdentifier: event.Records[index]?.messageId ?? '' });
  });
  return { batchItemFailures };
}

const isQueueEvent = (event: unknown): event is SQSEvent =>
  typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);
