import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

/** Powertools' own switch; where nobody reads metrics, none are made. */
export const metricsAreRead = process.env['POWERTOOLS_METRICS_DISABLED'] !== 'true';
/** One logger and metrics for every function; log level and sampling by Powertools' own variables. */
export const logger = /* @__PURE__ */ new Logger({
  serviceName: process.env['POWERTOOLS_SERVICE_NAME'] ?? 'office',
});
export const metrics = /* @__PURE__ */ new Metrics({ namespace: 'IntelligentOffice', serviceName: 'office' });

/** Lambda runs one invocation at a time in a process; elsewhere lines of several tasks would mix. */
const oneAtATime = process.env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined;

/** Every line of this invocation carries the ids, besides those of Powertools: function, request, X-Ray's trace. */
export function identifyLines(ids: Readonly<Record<string, string>>): void {
  if (!oneAtATime) return;
  logger.resetKeys();
  logger.appendKeys(ids);
}
