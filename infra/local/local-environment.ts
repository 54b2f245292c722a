import { devNull } from 'node:os';
import type { EnvironmentName } from '../../lambdas/shared/environment.ts';
import type { Stores } from './stores.ts';

/**
 * What the AWS SDK and Powertools must know before they are imported: no account, no terminal.
 * s3rver knows one key pair, S3RVER; the other stores take any.
 */
export function processEnvironment(): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
    // The SDK looks for instance metadata and shared files otherwise, and warns about Node 20.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    POWERTOOLS_TRACE_ENABLED: 'false',
    // Without this the X-Ray SDK hooks every promise of the process to carry a trace nobody reads: a third
    // of the CPU time of a task.
    AWS_XRAY_MANUAL_MODE: 'true',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: process.env['POWERTOOLS_LOG_LEVEL'] ?? 'WARN',
  };
}

/** Where the stores answer. */
export function storeEndpoints(
  stores: Stores['endpoints'] & { readonly sqs: string },
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: stores.dynamodb,
    AWS_ENDPOINT_URL_S3: stores.s3,
    AWS_ENDPOINT_URL_SQS: stores.sqs,
  };
}

/** Settings of a person's AWS account that must not reach a local office, nor send its calls elsewhere. */
const FOREIGN = [
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_ENDPOINT_URL',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
] as const;

/** Sets variables for every handler of this process; one office per process. */
export function applyEnvironment(values: Readonly<Record<string, string>>): void {
  for (const name of FOREIGN) if (!(name in values)) delete process.env[name];
  Object.assign(process.env, values);
}

/** What the functions are told, checked by name. */
export type FunctionEnvironment = Partial<Record<EnvironmentName, string>>;
