import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

/** Powertools' own switch; where nobody reads metrics, none are made. */
export const metricsAreRead = process.env['POWERTOOLS_METRICS_DISABLED'] !== 'true';
/** One logger and metrics for every function; log level and sampling by Powertools' own variables. */
export const logger = /* @__PURE__ */ new Logger({ serviceName: 'office' });
export const metrics = /* @__PURE__ */ new Metrics({ namespace: 'IntelligentOffice', serviceName: 'office' });
