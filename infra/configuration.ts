import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { OfficeError } from '../lambdas/shared/errors.ts';
import { modelFileSchema, modelRoles } from '../lambdas/shared/llm/models.ts';
import { searchSettings } from '../lambdas/tools/web-search/adapters.ts';

/** A setting of the deployment is missing or malformed. */
export class ConfigurationError extends OfficeError {
  override readonly name = 'ConfigurationError';
}

const settingsSchema = z.object({
  /** Prefix of the names that people read in the console: functions, queues, machines. */
  OFFICE_NAME: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,20}$/, 'must be 2 to 21 lower-case letters, digits and hyphens')
    .default('office'),
  /** `retain` keeps tables, buckets and keys when the stack goes; `destroy` empties and deletes them. */
  OFFICE_DATA: z.enum(['retain', 'destroy']).default('retain'),
  /** Receives the alarms. */
  OFFICE_ALARM_EMAIL: z.email().optional(),
  OFFICE_LOG_LEVEL: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  /** `basic` leaves out saved queries and alarms over several metrics, which MiniStack does not know. */
  OFFICE_MONITORING: z.enum(['full', 'basic']).default('full'),
  /** `none` for regions without Amazon S3 Vectors: then vectors of memories are compared in the functions. */
  OFFICE_VECTORS: z.enum(['s3', 'none']).default('s3'),
  /** Tokens of this OpenID Connect issuer open the office besides its own keys. */
  OIDC_ISSUER: z.url({ protocol: /^https$/, error: 'must be an https address' }).optional(),
  OIDC_AUDIENCE: z.string().min(1).optional(),
  OFFICE_THROTTLE_RATE: z.coerce.number().int().min(1).default(200),
  OFFICE_THROTTLE_BURST: z.coerce.number().int().min(1).default(400),
});

/** Settings of the functions that the deployment passes on as they are; none of them is secret. */
const PASSED_ON = [
  'MAX_CONCURRENT_TASKS_PER_TENANT',
  'REQUESTS_PER_MINUTE',
  'OIDC_TENANT_CLAIM',
  'DEFAULT_MAX_ITERATIONS',
  'DEFAULT_MAX_DURATION_SECONDS',
  'APPROVAL_TIMEOUT_SECONDS',
  'OFFICE_ALLOW_HOSTS',
  'OFFICE_MEMORY',
  'OFFICE_SHARED_MEMORY',
  'OFFICE_ENCODER',
  'OFFICE_ENCODER_DIR',
] as const;
/** The same, for functions that decide about models. */
const PASSED_ON_TO_MODELS = [
  'OFFICE_BUDGET_DAY_USD',
  'OFFICE_BUDGET_MONTH_USD',
  'OFFICE_PII_SERVICE',
  'OFFICE_PII_LANGUAGE',
  'BEDROCK_GUARDRAIL_ID',
  'BEDROCK_GUARDRAIL_VERSION',
  ...modelRoles.map((role) => `OFFICE_ROUTE_${role.toUpperCase()}`),
];

const secretArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+/, 'is not the ARN of a secret');

export interface Configuration {
  readonly name: string;
  readonly retainData: boolean;
  readonly alarmEmail: string | undefined;
  readonly logLevel: string;
  readonly fullMonitoring: boolean;
  /** Whether vectors of memories are kept in Amazon S3 Vectors. */
  readonly keepsVectors: boolean;
  readonly throttle: { readonly rate: number; readonly burst: number };
  /** For every function that names the variable. */
  readonly passedOn: Readonly<Record<string, string>>;
  /** Addresses, identifiers and switches of models and search services. */
  readonly modelSettings: Readonly<Record<string, string>>;
  readonly searchSettings: Readonly<Record<string, string>>;
  /** Secrets by the variable that names them: `GEMINI_API_KEY_SECRET_ARN`. */
  readonly modelSecrets: Readonly<Record<string, string>>;
  readonly searchSecrets: Readonly<Record<string, string>>;
  /** Whether models of Amazon Bedrock may be called. */
  readonly usesBedrock: boolean;
}

/** The variables that the model file speaks of: what is configured there is passed on here. */
function modelVariables(): { settings: string[]; keys: string[] } {
  const text = readFileSync(new URL('../lambdas/shared/llm/models.json', import.meta.url), 'utf8');
  const file = modelFileSchema.parse(JSON.parse(text));
  const providers = Object.values(file.providers);
  const of = (values: readonly (string | undefined)[]): string[] => [
    ...new Set(values.filter((value) => value !== undefined)),
  ];
  return {
    settings: of([
      ...providers.flatMap((entry) => [
        entry.base_url_env,
        entry.host_env,
        entry.enabled_env,
        entry.region_env,
      ]),
      ...Object.values(file.models).flatMap((model) => [model.id_env, model.usd_per_million_env]),
    ]),
    keys: of(providers.map((entry) => entry.api_key_env)),
  };
}

const given = (environment: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );

function secrets(environment: NodeJS.ProcessEnv, keys: readonly string[]): Record<string, string> {
  const found = given(
    environment,
    keys.map((key) => `${key}_SECRET_ARN`),
  );
  for (const [name, arn] of Object.entries(found)) {
    const parsed = secretArn.safeParse(arn);
    if (!parsed.success)
      throw new ConfigurationError(`${name} ${parsed.error.issues[0]?.message ?? 'is wrong'}.`);
  }
  // A key in a template or a function's configuration could be read by anybody who may look at them.
  const plain = keys.find((key) => environment[key] && !found[`${key}_SECRET_ARN`]);
  if (plain !== undefined) {
    throw new ConfigurationError(
      `${plain} is set, and a key is not deployed in plain text: put it into Secrets Manager (aws secretsmanager create-secret --name office/${plain} --secret-string ...), set ${plain}_SECRET_ARN to its ARN and unset ${plain}.`,
    );
  }
  return found;
}

/**
 * Reads the settings of a deployment.
 * @throws ConfigurationError naming the first setting that is wrong
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const named = given(environment, Object.keys(settingsSchema.shape));
  const parsed = settingsSchema.safeParse(named);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigurationError(`${issue?.path.join('.')} is wrong: ${issue?.message}.`);
  }
  const settings = parsed.data;
  if ((settings.OIDC_ISSUER === undefined) !== (settings.OIDC_AUDIENCE === undefined)) {
    throw new ConfigurationError('OIDC_ISSUER and OIDC_AUDIENCE belong together: set both or neither.');
  }
  const variables = modelVariables();
  const searchKeys = searchSettings.filter((name) => name.endsWith('_KEY'));
  const modelSettings = given(environment, [...variables.settings, ...PASSED_ON_TO_MODELS]);
  return {
    name: settings.OFFICE_NAME,
    retainData: settings.OFFICE_DATA === 'retain',
    alarmEmail: settings.OFFICE_ALARM_EMAIL,
    logLevel: settings.OFFICE_LOG_LEVEL,
    keepsVectors: settings.OFFICE_VECTORS === 's3',
    fullMonitoring: settings.OFFICE_MONITORING === 'full',
    throttle: { rate: settings.OFFICE_THROTTLE_RATE, burst: settings.OFFICE_THROTTLE_BURST },
    passedOn: given(environment, [...PASSED_ON, 'OIDC_ISSUER', 'OIDC_AUDIENCE']),
    modelSettings,
    searchSettings: given(environment, ['BRAVE_URL', 'TAVILY_URL', 'SEARXNG_URL']),
    modelSecrets: secrets(environment, variables.keys),
    searchSecrets: secrets(environment, searchKeys),
    usesBedrock:
      modelSettings['BEDROCK_REGION'] !== undefined || modelSettings['OFFICE_BEDROCK'] !== undefined,
  };
}
