import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { taskMetricNames } from '../../lambdas/shared/task-metrics.ts';

export const NAMESPACE = 'IntelligentOffice';
/** How often alarms look: what goes wrong is seen within a minute of its metric. */
export const MINUTE = Duration.minutes(1);

/** Powertools puts its service's name on every metric. */
const SERVICE = { service: 'office' } as const;

export const taskMetric = (
  name: keyof typeof taskMetricNames,
  dimensions: Record<string, string> = {},
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName: taskMetricNames[name],
    dimensionsMap: { ...SERVICE, ...dimensions },
    statistic: cloudwatch.Stats.SUM,
    period: MINUTE,
    ...options,
  });

/** All of one metric, whatever the dimension's value: CloudWatch finds those that there are. */
export const everyTaskMetric = (
  name: keyof typeof taskMetricNames,
  dimension: string,
  statistic: string,
  period: Duration = MINUTE,
): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    expression: `SEARCH('{${NAMESPACE},${dimension},service} MetricName="${taskMetricNames[name]}"', '${statistic}', ${period.toSeconds()})`,
    usingMetrics: {},
    label: '',
    period,
  });
