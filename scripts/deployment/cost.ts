/** List prices of us-east-1 in US dollars, without free tiers; https://aws.amazon.com/pricing, November 2026. */
const price = {
  keyPerMonth: 1,
  alarmPerMonth: 0.1,
  customMetricPerMonth: 0.3,
  dashboardPerMonth: 3,
  transition: 0.000025,
  gigabyteSecond: 0.0000133334,
  invocation: 0.0000002,
  write: 0.00000125,
  read: 0.00000025,
  apiRequest: 0.000001,
  sqsRequest: 0.0000004,
  logGigabyte: 0.5,
} as const;

/** What one simple task uses, counted on the embedded office by `npm run bench`. */
const perTask = {
  transitions: 16,
  invocations: 14,
  gigabyteSeconds: 14 * 0.4 * 0.6,
  writes: 60,
  reads: 60,
  apiRequests: 5,
  sqsRequests: 4,
  logKilobytes: 20,
} as const;

const usd = (value: number): string => `US$ ${value < 0.01 ? value.toFixed(5) : value.toFixed(2)}`;

/** Estimated cost without models, as lines for a person. */
export function costLines(): string[] {
  const alarms = 16;
  const metrics = 12;
  const idle =
    2 * price.keyPerMonth +
    alarms * price.alarmPerMonth +
    metrics * price.customMetricPerMonth +
    price.dashboardPerMonth +
    // The clock of the sweep, once a minute, and the long polling of three queues, five pollers each.
    43_200 * price.invocation +
    3 * 5 * (2_592_000 / 20) * price.sqsRequest;
  const task =
    perTask.transitions * price.transition +
    perTask.invocations * price.invocation +
    perTask.gigabyteSeconds * price.gigabyteSecond +
    perTask.writes * price.write +
    perTask.reads * price.read +
    perTask.apiRequests * price.apiRequest +
    perTask.sqsRequests * price.sqsRequest +
    (perTask.logKilobytes / 1_000_000) * price.logGigabyte;
  return [
    `Estimated cost while idle: ${usd(idle)} a month. Per simple task without models: ${usd(task)}; what models cost is bounded by the budget.`,
  ];
}
