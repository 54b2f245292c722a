import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

/** One logger and metrics for every function; log level and sampling by Powertools' own variables. */
export const logger = /* @__PURE__ */ new Logger({ serviceName: 'office' });
export const metrics = /* @__PURE__ */ new Metrics({ namespace: 'IntelligentOffice', serviceName: 'office' });
