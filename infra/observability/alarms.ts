import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { OfficeService } from '../service.ts';
import { MINUTE, taskMetric } from './signals.ts';

export interface AlarmSpec {
  /** Also its heading in the runbook. */
  readonly name: string;
  readonly means: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly below?: boolean;
  /** Minutes of which so many must be bad. Default one of one: seen within a minute. */
  readonly of?: readonly [bad: number, minutes: number];
}

/** Where a person finds what to do; relative to the repository. */
export const RUNBOOK = 'docs/runbook.md';

const sumOf = (metrics: readonly cloudwatch.IMetric[], label: string): cloudwatch.MathExpression => {
  const named = Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric]));
  const parts = Object.keys(named).map((name) => `FILL(${name}, 0)`);
  return new cloudwatch.MathExpression({
    expression: parts.join(' + '),
    usingMetrics: named,
    label,
    period: MINUTE,
  });
};

/** Every alarm of the office. The first four are its service levels. */
export function alarmsOf(service: OfficeService): readonly AlarmSpec[] {
  const { task } = service.machines;
  const { undeliverable, deadLetters, byPriority } = service.queues;
  const { receptionist, dispatcher, morgue, notifier, planner, executor } = service.roles;
  // Errors of the other roles are failures of tasks. An alarm may look at ten metrics.
  const outside = [receptionist, dispatcher, morgue, notifier].map((role) => role.function);
  const busiest = [receptionist, dispatcher, planner, executor].map((role) => role.function);
  const hour = Duration.hours(1);
  const executions = {
    failed: task.metricFailed({ period: hour, statistic: 'Sum' }),
    timed: task.metricTimedOut({ period: hour, statistic: 'Sum' }),
    succeeded: task.metricSucceeded({ period: hour, statistic: 'Sum' }),
  };
  const { api } = service.http;
  const requests = api.metricCount({ period: hour, statistic: 'Sum' });
  const serverErrors = api.metricServerError({ period: hour, statistic: 'Sum' });
  const count = (metric: cloudwatch.Metric) => metric.with({ period: MINUTE, statistic: 'Sum' });
  return [
    {
      name: 'TaskSuccess',
      means: 'Fewer than 99 % of the tasks of the last hour succeeded, of 20 or more.',
      metric: new cloudwatch.MathExpression({
        // With few tasks one failure would be the whole alarm; the dead letter alarm tells of each.
        expression:
          'IF(FILL(ok, 0) + FILL(bad, 0) + FILL(late, 0) >= 20, 100 * FILL(ok, 0) / (FILL(ok, 0) + FILL(bad, 0) + FILL(late, 0)), 100)',
        usingMetrics: { ok: executions.succeeded, bad: executions.failed, late: executions.timed },
        label: 'Successful tasks, %',
        period: hour,
      }),
      threshold: 99,
      below: true,
    },
    {
      name: 'SimpleTaskLatency',
      means: 'Half of the simple tasks took more than 10 s, in 5 of 15 minutes.',
      metric: taskMetric('duration', { kind: 'simple' }, { statistic: 'p50' }),
      threshold: 10_000,
      of: [5, 15],
    },
    {
      name: 'ComplexTaskLatency',
      means: 'Half of the tasks with several subtasks took more than 60 s, in 5 of 15 minutes.',
      metric: taskMetric('duration', { kind: 'complex' }, { statistic: 'p50' }),
      threshold: 60_000,
      of: [5, 15],
    },
    {
      name: 'Availability',
      means: 'More than 0.1 % of the requests of the last hour failed on the side of the office.',
      metric: new cloudwatch.MathExpression({
        expression: 'IF(FILL(all, 0) > 0, 100 * FILL(bad, 0) / all, 0)',
        usingMetrics: { all: requests, bad: serverErrors },
        label: 'Failed requests, %',
        period: hour,
      }),
      threshold: 0.1,
    },
    {
      name: 'ServerErrors',
      means: 'Five requests or more failed in one minute on the side of the office.',
      metric: count(api.metricServerError()),
      threshold: 4,
    },
    {
      name: 'DeadLetters',
      means: 'A task failed: its message is in the dead letter queue.',
      metric: deadLetters.metricNumberOfMessagesSent({ period: MINUTE, statistic: 'Sum' }),
      threshold: 0,
    },
    {
      name: 'UndeliverableTasks',
      means: 'The dispatcher failed five times on a message.',
      metric: undeliverable.metricApproximateNumberOfMessagesVisible({
        period: MINUTE,
        statistic: 'Maximum',
      }),
      threshold: 0,
    },
    ...Object.entries(byPriority).map(([priority, queue]) => ({
      name: `Waiting${priority.charAt(0).toUpperCase()}${priority.slice(1)}`,
      means: `An accepted task of ${priority} priority waits in the queue for longer than its priority allows.`,
      metric: queue.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: 'Maximum' }),
      threshold: { high: 60, normal: 300, low: 3_600 }[priority] ?? 300,
      of: [2, 3] as const,
    })),
    {
      name: 'FunctionErrors',
      means:
        'The functions outside of the state machines threw five errors or more in a minute, in 3 of 5 minutes.',
      metric: sumOf(
        outside.map((each) => each.metricErrors({ period: MINUTE })),
        'Errors',
      ),
      threshold: 4,
      of: [3, 5],
    },
    {
      name: 'Throttling',
      means: 'Lambda, DynamoDB or Step Functions turn calls away for want of capacity.',
      metric: sumOf(
        [
          ...busiest.map((each) => each.metricThrottles({ period: MINUTE })),
          task.metricThrottled({ period: MINUTE }),
          service.stores.tables.tasks.metric('ReadThrottleEvents', { period: MINUTE, statistic: 'Sum' }),
          service.stores.tables.tasks.metric('WriteThrottleEvents', { period: MINUTE, statistic: 'Sum' }),
        ],
        'Calls turned away',
      ),
      threshold: 0,
      of: [3, 5],
    },
    {
      name: 'BudgetHolds',
      means: 'A task waits because the budget of its tenant is exhausted.',
      metric: taskMetric('budgetHolds'),
      threshold: 0,
    },
    {
      name: 'DispatcherSilent',
      means: 'The dispatcher was not invoked for ten minutes, although a clock wakes it every minute.',
      metric: service.roles.dispatcher.function.metricInvocations({ period: MINUTE, statistic: 'Sum' }),
      threshold: 1,
      below: true,
      of: [10, 10],
    },
  ];
}

export interface AlarmsProps {
  readonly officeName: string;
  readonly service: OfficeService;
  readonly topic: sns.Topic;
  /** False: only alarms over one metric. */
  readonly full: boolean;
}

/** Alarms that go to the topic, each with its page of the runbook. */
export class Alarms extends Construct {
  readonly all: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, { officeName, service, topic, full }: AlarmsProps) {
    super(scope, id);
    const wanted = alarmsOf(service).filter(({ metric }) => full || metric instanceof cloudwatch.Metric);
    this.all = wanted.map((spec) => {
      const [bad, minutes] = spec.of ?? [1, 1];
      const alarm = new cloudwatch.Alarm(this, spec.name, {
        alarmName: `${officeName}-${spec.name}`,
        alarmDescription: `${spec.means} What to do: ${RUNBOOK}#${spec.name.toLowerCase()}`,
        metric: spec.metric,
        threshold: spec.threshold,
        comparisonOperator: spec.below
          ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
          : cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: minutes,
        datapointsToAlarm: bad,
        // Silence is good news, but for the one that listens for it.
        treatMissingData:
          spec.name === 'DispatcherSilent'
            ? cloudwatch.TreatMissingData.BREACHING
            : cloudwatch.TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new actions.SnsAction(topic));
      return alarm;
    });
  }
}
