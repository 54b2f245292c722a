import { readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { type ModelFile, modelFileSchema } from '../../lambdas/shared/llm/models.ts';
import type { OfficeService } from '../service.ts';
import { everyTaskMetric, taskMetric } from './signals.ts';

const PERIOD = Duration.minutes(5);

function modelsByTier(): Map<string, string[]> {
  const text = readFileSync(new URL('../../lambdas/shared/llm/models.json', import.meta.url), 'utf8');
  const file: ModelFile = modelFileSchema.parse(JSON.parse(text));
  const tiers = new Map<string, string[]>();
  for (const [name, { tier }] of Object.entries(file.models)) {
    tiers.set(tier, [...(tiers.get(tier) ?? []), name]);
  }
  return tiers;
}

/** The sum over the models of each tier. */
function byTier(name: 'cost' | 'tokens'): cloudwatch.MathExpression[] {
  return [...modelsByTier()].map(([tier, models]) => {
    const metrics = models.map(
      (model, i) => [`${tier}${i}`, taskMetric(name, { model }, { period: PERIOD })] as const,
    );
    return new cloudwatch.MathExpression({
      expression: metrics.map(([id]) => `FILL(${id}, 0)`).join(' + '),
      usingMetrics: Object.fromEntries(metrics),
      label: tier,
      period: PERIOD,
    });
  });
}

/** How the office does, on one page: tasks, time, money, queues, failures, what people say, and the machinery. */
export class Dashboard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { officeName: string; service: OfficeService; alarms: readonly cloudwatch.Alarm[] },
  ) {
    super(scope, id);
    const { service } = props;
    const graph = (
      title: string,
      left: cloudwatch.IMetric[],
      more: Partial<cloudwatch.GraphWidgetProps> = {},
    ): cloudwatch.GraphWidget => new cloudwatch.GraphWidget({ title, left, width: 8, height: 6, ...more });
    const kinds = ['simple', 'complex'];
    const duration = (kind: string, statistic: string) =>
      taskMetric('duration', { kind }, { statistic, period: PERIOD, label: `${kind} ${statistic}` });
    const queues = Object.entries(service.queues.byPriority);
    const functions = [...Object.values(service.roles), ...Object.values(service.tools)];
    new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: props.officeName,
      defaultInterval: Duration.hours(3),
      widgets: [
        [
          new cloudwatch.AlarmStatusWidget({
            title: 'Alarms',
            alarms: [...props.alarms],
            width: 24,
            height: 3,
          }),
        ],
        [
          graph(
            'Tasks that succeeded, by kind',
            kinds.map((kind) => taskMetric('succeeded', { kind }, { period: PERIOD, label: kind })),
          ),
          graph('Tasks that failed, by class', [everyTaskMetric('failed', 'class', 'Sum', PERIOD)]),
          graph(
            'Time to completion, ms',
            kinds.flatMap((kind) => [duration(kind, 'p50'), duration(kind, 'p95')]),
          ),
        ],
        [
          graph('Cost of models by tier, US$', byTier('cost')),
          graph('Tokens by tier', byTier('tokens')),
          graph('Waiting for people and money', [
            taskMetric('approvals', {}, { period: PERIOD, label: 'approvals asked for' }),
            taskMetric('budgetHolds', {}, { period: PERIOD, label: 'budget holds' }),
          ]),
        ],
        [
          graph(
            'Tasks in the queues',
            queues.map(([name, queue]) => queue.metricApproximateNumberOfMessagesVisible({ label: name })),
          ),
          graph(
            'Age of the oldest, s',
            queues.map(([name, queue]) => queue.metricApproximateAgeOfOldestMessage({ label: name })),
          ),
          graph('Dead letters', [
            service.queues.deadLetters.metricApproximateNumberOfMessagesVisible({ label: 'failed tasks' }),
            service.queues.undeliverable.metricApproximateNumberOfMessagesVisible({ label: 'undeliverable' }),
          ]),
        ],
        [
          graph(
            'Feedback: ratings 1 to 5',
            [
              taskMetric(
                'feedback',
                {},
                { statistic: 'Average', period: Duration.hours(1), label: 'average of the hour' },
              ),
            ],
            {
              right: [
                taskMetric(
                  'feedback',
                  {},
                  { statistic: 'SampleCount', period: Duration.hours(1), label: 'ratings' },
                ),
              ],
            },
          ),
          graph(
            'Feedback: trend over a week',
            [
              taskMetric(
                'feedback',
                {},
                { statistic: 'Average', period: Duration.days(1), label: 'average of the day' },
              ),
            ],
            { start: '-P28D', setPeriodToTimeRange: false },
          ),
          graph(
            'Requests',
            [
              service.http.api.metricCount({ label: 'all', period: PERIOD }),
              service.http.api.metricClientError({ label: '4xx', period: PERIOD }),
              service.http.api.metricServerError({ label: '5xx', period: PERIOD }),
            ],
            {
              right: [
                service.http.api.metricLatency({
                  label: 'latency p95, ms',
                  statistic: 'p95',
                  period: PERIOD,
                }),
              ],
            },
          ),
        ],
        [
          graph(
            'Errors by function',
            functions.map(({ function: fn, name }) => fn.metricErrors({ label: name, period: PERIOD })),
            { width: 12 },
          ),
          graph(
            'Duration p95 by function, ms',
            functions.map(({ function: fn, name }) =>
              fn.metricDuration({ label: name, statistic: 'p95', period: PERIOD }),
            ),
            { width: 12 },
          ),
        ],
      ],
    });
  }
}
