import type { EnvironmentName } from '../lambdas/shared/environment.ts';

/**
 * Every function of the office as data, shared by the CDK and the embedded runtime:
 * folder, time limit, memory (with the reason), and which environment it reads.
 */
export interface FunctionSpec {
  /** Folder with `handler.ts`, from the repository's root. */
  readonly folder: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  /** CPU grows with memory: 1,769 MB is one vCPU. */
  readonly memoryMb: number;
  readonly environment: readonly EnvironmentName[];
}

const store: readonly EnvironmentName[] = ['TASKS_TABLE', 'WORKSPACE_BUCKET'];
const models: readonly EnvironmentName[] = [
  'ACCOUNTS_TABLE',
  'OFFICE_MODELS_FILE',
  'OFFICE_PII_SERVICE',
  'OFFICE_PII_LANGUAGE',
];

/** For whoever frees a task's place and calls the next one to it. */
const places: readonly EnvironmentName[] = [
  'ACCOUNTS_TABLE',
  'QUEUE_HIGH_URL',
  'QUEUE_NORMAL_URL',
  'QUEUE_LOW_URL',
];

const memory: readonly EnvironmentName[] = [
  'MEMORY_TABLE',
  'MEMORY_VECTOR_BUCKET',
  'OFFICE_MEMORY',
  'OFFICE_SHARED_MEMORY',
  'OFFICE_ENCODER',
  'OFFICE_ENCODER_DIR',
];

export const roleNames = [
  'receptionist',
  'dispatcher',
  'analyst',
  'gate',
  'planner',
  'validator',
  'broker',
  'executor',
  'reviewer',
  'archivist',
  'finisher',
  'morgue',
  'notifier',
] as const;
export type RoleName = (typeof roleNames)[number];

const role = (
  name: RoleName,
  description: string,
  timeoutSeconds: number,
  memoryMb: number,
  environment: readonly EnvironmentName[],
): FunctionSpec => ({ folder: `lambdas/${name}`, description, timeoutSeconds, memoryMb, environment });

/** Roles that wait for DynamoDB and little else run at 512 MB: below that the SDK's own CPU time shows as latency. */
export const roles: Readonly<Record<RoleName, FunctionSpec>> = {
  receptionist: role('receptionist', 'Serves the HTTP interface', 29, 1024, [
    ...store,
    'ACCOUNTS_TABLE',
    'REGISTRY_TABLE',
    ...memory,
    'QUEUE_HIGH_URL',
    'QUEUE_NORMAL_URL',
    'QUEUE_LOW_URL',
    'TASK_STATE_MACHINE_ARN',
    'TOOL_FUNCTIONS',
    'TENANT_ISOLATED_FUNCTIONS',
    'NOTIFIER_FUNCTION',
    'OFFICE_ALLOW_HOSTS',
    'MAX_CONCURRENT_TASKS_PER_TENANT',
    'REQUESTS_PER_MINUTE',
    'OIDC_ISSUER',
    'OIDC_AUDIENCE',
    'OIDC_TENANT_CLAIM',
    'OFFICE_ENGINE',
    'OFFICE_VERSION',
    'OFFICE_MODELS_FILE',
    'DEFAULT_MAX_DURATION_SECONDS',
  ]),
  dispatcher: role(
    'dispatcher',
    'Admits accepted tasks and starts their executions; sweeps up what is stuck',
    60,
    512,
    [
      'TASKS_TABLE',
      'ACCOUNTS_TABLE',
      'QUEUE_HIGH_URL',
      'QUEUE_NORMAL_URL',
      'QUEUE_LOW_URL',
      'DEAD_LETTER_QUEUE_URL',
      'WEBHOOK_QUEUE_URL',
      'TASK_STATE_MACHINE_ARN',
      'MAX_CONCURRENT_TASKS',
      'MAX_CONCURRENT_TASKS_PER_TENANT',
    ],
  ),
  analyst: role('analyst', 'Cuts a task into subtasks', 120, 512, [
    ...store,
    ...models,
    ...memory,
    'REGISTRY_TABLE',
    'DEFAULT_MAX_ITERATIONS',
  ]),
  gate: role('gate', 'Holds items until their prerequisites end', 30, 512, ['TASKS_TABLE']),
  planner: role('planner', 'Plans a subtask', 300, 1024, [...store, ...models, 'REGISTRY_TABLE', ...memory]),
  validator: role('validator', 'Judges a plan before it runs', 120, 512, [
    ...store,
    ...models,
    'REGISTRY_TABLE',
    ...memory,
  ]),
  broker: role('broker', 'Authorizes tools, asks humans', 120, 512, [
    ...store,
    ...models,
    'REGISTRY_TABLE',
    'TOOL_FUNCTIONS',
    'APPROVAL_TIMEOUT_SECONDS',
    'OFFICE_ALLOW_HOSTS',
    'WEBHOOK_QUEUE_URL',
  ]),
  executor: role('executor', 'Runs a step with its tool, once', 900, 1024, [
    ...store,
    'TENANT_ISOLATED_FUNCTIONS',
  ]),
  reviewer: role('reviewer', 'Judges the results', 300, 512, [...store, ...models]),
  archivist: role('archivist', 'Remembers successes and failures', 60, 1024, [
    ...store,
    ...models,
    ...memory,
  ]),
  finisher: role('finisher', 'Assembles the result of a task', 60, 512, [...store, ...places]),
  morgue: role('morgue', 'Records a failed task as a dead letter', 60, 512, [
    ...store,
    ...places,
    'DEAD_LETTER_QUEUE_URL',
  ]),
  notifier: role(
    'notifier',
    'Tells whoever asked how a task ended, and people that they are asked',
    60,
    512,
    [...store, 'OFFICE_ALLOW_HOSTS', 'WEBHOOK_QUEUE_URL', 'APPROVAL_TOPIC_ARN'],
  ),
};

const tool = (
  folder: string,
  description: string,
  timeoutSeconds: number,
  memoryMb: number,
  environment: readonly EnvironmentName[] = [],
): FunctionSpec => ({
  folder: `lambdas/tools/${folder}`,
  description,
  timeoutSeconds,
  memoryMb,
  environment,
});

/** By tool name. Time limits leave the function a few seconds more than the tool's own. */
export const toolFunctions: Readonly<Record<string, FunctionSpec>> = {
  python_exec: tool('python-exec', 'Runs Python in a WebAssembly sandbox', 310, 2048),
  web_search: tool('web-search', 'Searches the web', 40, 256),
  file_operations: tool('file-operations', 'Reads and writes the workspace', 60, 512, ['WORKSPACE_BUCKET']),
  http_client: tool('http-client', 'Makes HTTP requests behind the SSRF guard', 130, 512),
  math_calculator: tool('math-calculator', 'Calculates', 15, 512),
  code_analyzer: tool('code-analyzer', 'Traces calls through code', 130, 2048, ['WORKSPACE_BUCKET']),
  mcp: tool('mcp', 'Calls tools of MCP servers', 70, 512),
  ai_tool: tool('ai-tool', 'Asks a language model', 180, 512, [...models, 'WORKSPACE_BUCKET']),
};
