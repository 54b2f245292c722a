import { z } from 'zod';
import { OfficeError } from './errors.ts';

/**
 * Every environment variable a function may read, in one place shared by the constructs that set them
 * and the functions that read them. A role reads only the groups it needs.
 */
export const environmentSchema = z.object({
  OFFICE_NAME: z.string().default('office'),
  OFFICE_VERSION: z.string().default('0.1.0'),
  /** Shown by `GET /health`: `embedded` or `step-functions`. */
  OFFICE_ENGINE: z.string().default('step-functions'),

  TASKS_TABLE: z.string(),
  ACCOUNTS_TABLE: z.string(),
  REGISTRY_TABLE: z.string(),
  MEMORY_TABLE: z.string(),
  WORKSPACE_BUCKET: z.string(),

  QUEUE_HIGH_URL: z.string(),
  QUEUE_NORMAL_URL: z.string(),
  QUEUE_LOW_URL: z.string(),
  DEAD_LETTER_QUEUE_URL: z.string(),
  /** Reminders of webhooks that are to be told of a task's end. */
  WEBHOOK_QUEUE_URL: z.string(),
  /** An SNS topic for questions to people; without one only a task's own webhook hears of them. */
  APPROVAL_TOPIC_ARN: z.string().optional(),

  TASK_STATE_MACHINE_ARN: z.string(),

  /** JSON object: tool name to Lambda function name or ARN. */
  TOOL_FUNCTIONS: z.string().default('{}'),

  /** Functions, separated by commas, that run each tenant in environments of its own: their calls name the tenant. */
  TENANT_ISOLATED_FUNCTIONS: z.string().default(''),
  /** The function that tells whoever asked how a task ended. */
  NOTIFIER_FUNCTION: z.string().default('notifier'),
  /** Assumed for each run of a tool that works on files, narrowed to the task's prefix. */
  WORKSPACE_ROLE_ARN: z.string().optional(),

  /** Executions running at once, over all tenants and per tenant. */
  MAX_CONCURRENT_TASKS: z.coerce.number().int().min(1).default(1000),
  MAX_CONCURRENT_TASKS_PER_TENANT: z.coerce.number().int().min(1).default(100),
  REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).default(600),
  DEFAULT_MAX_ITERATIONS: z.coerce.number().int().min(1).max(10).default(3),
  DEFAULT_MAX_DURATION_SECONDS: z.coerce.number().int().min(1).default(3600),
  APPROVAL_TIMEOUT_SECONDS: z.coerce.number().int().min(1).default(86_400),
  /** `host` or `host:port`, separated by commas, that the HTTP client may reach although they are private. */
  OFFICE_ALLOW_HOSTS: z.string().default(''),
  /** An OpenID Connect issuer whose tokens are accepted besides API keys, as their `iss` spells it. */
  OIDC_ISSUER: z.url({ protocol: /^https$/ }).optional(),
  /** The API's identifier at the issuer, or the client's id: tokens for others are refused. */
  OIDC_AUDIENCE: z.string().optional(),
  /** The claim that names the tenant, `tenant_id` or `custom:tenant_id` by default. */
  OIDC_TENANT_CLAIM: z.string().optional(),
  /** Another model file instead of the built-in one. */
  OFFICE_MODELS_FILE: z.string().optional(),

  /** `comprehend` to have Amazon Comprehend look at prompts too before they leave. */
  OFFICE_PII_SERVICE: z.enum(['off', 'comprehend']).default('off'),
  /** The language that Comprehend reads. */
  OFFICE_PII_LANGUAGE: z.enum(['en', 'es']).default('en'),

  /** `off` for an office that neither remembers nor recalls. */
  OFFICE_MEMORY: z.enum(['on', 'off']).default('on'),
  /** `on` to share plans of tasks that are marked as shareable between tenants. */
  OFFICE_SHARED_MEMORY: z.enum(['on', 'off']).default('off'),
  /** What turns tasks into vectors; without it the first that is there. */
  OFFICE_ENCODER: z.enum(['minilm', 'models', 'lexical']).optional(),
  /** The local encoder's folder, e.g. of a Lambda layer. */
  OFFICE_ENCODER_DIR: z.string().optional(),
  /** A vector bucket of Amazon S3 Vectors; without it vectors are compared in memory. */
  MEMORY_VECTOR_BUCKET: z.string().optional(),
});
export type Environment = z.infer<typeof environmentSchema>;
export type EnvironmentName = keyof Environment;

export class EnvironmentError extends OfficeError {
  override readonly name = 'EnvironmentError';
}

/**
 * Reads the named variables, so that a function fails at its cold start with the missing name, and not later.
 * @throws EnvironmentError naming every missing or malformed variable
 */
export function readEnvironment<Name extends EnvironmentName>(
  names: readonly Name[],
  source: NodeJS.ProcessEnv = process.env,
): Pick<Environment, Name> {
  const values: Partial<Record<EnvironmentName, unknown>> = {};
  const problems: string[] = [];
  for (const name of names) {
    const raw = source[name];
    const parsed = environmentSchema.shape[name].safeParse(raw === '' ? undefined : raw);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues[0]?.message ?? 'invalid'}`);
  }
  if (problems.length > 0)
    throw new EnvironmentError(`The environment is incomplete. ${problems.join('; ')}`);
  return values as Pick<Environment, Name>;
}
