import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';

/** One logger, metrics and tracer for every function; log level and sampling by Powertools' own variables. */
export const logger = new Logger({ serviceName: 'office' });
export const metrics = new Metrics({ namespace: 'IntelligentOffice', serviceName: 'office' });
export const tracer = new Tracer({ serviceName: 'office' });
