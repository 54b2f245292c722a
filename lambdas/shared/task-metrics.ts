import { LogLevelThreshold } from '@aws-lambda-powertools/logger';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { decodeTime } from 'ulid';
import { z } from 'zod';
import type { NewEvent } from '../../schemas/events.ts';
import type { TaskKey } from '../../schemas/task.ts';
import { logger, metrics, metricsAreRead } from './telemetry.ts';

/** Names of the metrics in the namespace `IntelligentOffice`; dashboard and alarms use the same. */
export const taskMetricNames = {
  succeeded: 'TasksSucceeded',
  failed: 'TasksFailed',
  duration: 'TaskDuration',
  cost: 'ModelCost',
  tokens: 'Tokens',
  approvals: 'ApprovalsRequested',
  budgetHolds: 'BudgetHolds',
  feedback: 'FeedbackRating',
} as const;

interface Measured {
  readonly name: string;
  readonly unit: (typeof MetricUnit)[keyof typeof MetricUnit];
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

const calledSchema = z.object({
  hops: z.array(
    z.object({
      model: z.string(),
      cost_usd: z.number(),
      input_tokens: z.number(),
      output_tokens: z.number(),
    }),
  ),
});
const endedSchema = z.object({ subtasks: z.number() });
const failedSchema = z.object({ class: z.string() });

/** Milliseconds since the task was submitted: its id is a ULID of that moment. */
function sinceSubmission(taskId: string, now: number): number | null {
  try {
    return Math.max(0, now - decodeTime(taskId));
  } catch {
    // An id of another making: then nothing is known about its age.
    return null;
  }
}

function completed(key: TaskKey, event: NewEvent, now: number): Measured[] {
  const ended = endedSchema.safeParse(event.data);
  const kind = ended.success && ended.data.subtasks > 1 ? 'complex' : 'simple';
  const duration = sinceSubmission(key.task_id, now);
  return [
    { name: taskMetricNames.succeeded, unit: MetricUnit.Count, value: 1, dimensions: { kind } },
    ...(duration === null
      ? []
      : [
          {
            name: taskMetricNames.duration,
            unit: MetricUnit.Milliseconds,
            value: duration,
            dimensions: { kind },
          },
        ]),
  ];
}

/** What an event of a task's log counts for; most count for nothing. */
export function measure(key: TaskKey, event: NewEvent, now: number): readonly Measured[] {
  const one = (name: string, dimensions: Record<string, string> = {}): Measured[] => [
    { name, unit: MetricUnit.Count, value: 1, dimensions },
  ];
  switch (event.type) {
    case 'task.completed':
      return completed(key, event, now);
    case 'task.failed': {
      const failure = failedSchema.safeParse(event.data);
      return one(taskMetricNames.failed, { class: failure.success ? failure.data.class : 'unknown' });
    }
    case 'approval.requested':
      return one(taskMetricNames.approvals);
    case 'budget.exhausted':
      return one(taskMetricNames.budgetHolds);
    case 'model.called': {
      const called = calledSchema.safeParse(event.data);
      const hops = called.success ? called.data.hops : [];
      return hops.flatMap(({ model, cost_usd, input_tokens, output_tokens }) => [
        { name: taskMetricNames.cost, unit: MetricUnit.Count, value: cost_usd, dimensions: { model } },
        {
          name: taskMetricNames.tokens,
          unit: MetricUnit.Count,
          value: input_tokens + output_tokens,
          dimensions: { model },
        },
      ]);
    }
    default:
      return [];
  }
}

/** Counts a person's rating of a task, 1 to 5. */
export function reportFeedback(rating: number): void {
  metrics.singleMetric().addMetric(taskMetricNames.feedback, MetricUnit.NoUnit, rating);
}

/** Whether the log has such lines: its level is the process's. */
let isLogged: boolean | undefined;

/** Writes an event's ids as one JSON line, and its metrics. Messages and data stay in the task's own log. */
export function report(key: TaskKey, events: readonly NewEvent[]): void {
  // Powertools reads the environment for each line, also for those that it leaves out, and for its level.
  isLogged ??= logger.level <= LogLevelThreshold.INFO;
  if (!isLogged && !metricsAreRead) return;
  for (const event of events) {
    const { type, status, subtask_id, step_id, iteration } = event;
    if (isLogged)
      logger.info(type, { ...key, status, subtask_id, step_id, iteration } as Record<string, unknown>);
    if (!metricsAreRead) continue;
    for (const { name, unit, value, dimensions } of measure(key, event, Date.now())) {
      const metric = metrics.singleMetric();
      for (const [dimension, of] of Object.entries(dimensions)) metric.addDimension(dimension, of);
      metric.addMetric(name, unit, value);
    }
  }
}
