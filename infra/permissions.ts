import type { RoleName } from './functions.ts';

/** What a function may touch. A name stands for one ARN, or a few. */
export type Place =
  | 'tasks'
  | 'tasks/by_time'
  | 'tasks/by_activity'
  | 'accounts'
  | 'registry'
  | 'memory'
  | 'memory/by_change'
  | 'vectors'
  | 'workspaces'
  | 'workspace objects'
  | 'queue high'
  | 'queue normal'
  | 'queue low'
  | 'queue dead-letters'
  | 'queue webhooks'
  | 'topic approvals'
  | 'task machine'
  | 'any token'
  | 'task executions'
  | 'tool functions'
  | 'notifier function'
  | 'workspace role';

export interface Permission {
  readonly on: Place;
  readonly actions: readonly string[];
  /** Why the black-box suite need not make use of it, and the code has it all the same. */
  readonly unused?: string;
}

const dynamodb = (on: Place, ...actions: string[]): Permission => ({
  on,
  actions: actions.map((action) => `dynamodb:${action}`),
});
const objects = (...actions: string[]): Permission => ({
  on: 'workspace objects',
  actions: actions.map((action) => `s3:${action}`),
});
const vectors = (...actions: string[]): Permission => ({
  on: 'vectors',
  actions: actions.map((action) => `s3vectors:${action}`),
});
const listObjects: Permission = { on: 'workspaces', actions: ['s3:ListBucket'] };
const sends = (on: Place): Permission => ({ on, actions: ['sqs:SendMessage'] });
/** Answers a state that waits. IAM knows no resource for it: the token, which nobody can guess, is the permission. */
const answers: Permission = { on: 'any token', actions: ['states:SendTaskSuccess'] };
const toolRuns: Permission = { on: 'tool functions', actions: ['lambda:InvokeFunction'] };
const unused = (reason: string, ...permissions: Permission[]): Permission[] =>
  permissions.map((permission) => ({ ...permission, unused: reason }));

const NO_PRICED_MODEL =
  'Budgets, usage, breakers, cached answers and verdicts are of models that cost money; the suite has the free offline one.';
const NO_LARGE_DOCUMENT = 'Documents above 200 kB travel by S3; those of the suite are smaller in this role.';
const NO_VECTORS = 'MiniStack has no S3 Vectors: vectors are compared in memory there.';
const NO_OUTAGE =
  'Mends what an outage leaves behind; the fault tests of the embedded office make it happen.';
const NO_WAITING_PAST_LIMITS = 'The suite keeps below the limits of tenants and tries.';

/** What the model router does for whoever calls models: `lambdas/shared/llm`. */
const models: readonly Permission[] = unused(
  NO_PRICED_MODEL,
  dynamodb('accounts', 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
);
/** What freeing a task's place and calling the next one to it takes. */
const places: readonly Permission[] = [
  dynamodb('accounts', 'UpdateItem'),
  ...unused(
    NO_WAITING_PAST_LIMITS,
    dynamodb('tasks', 'Query'),
    sends('queue high'),
    sends('queue normal'),
    sends('queue low'),
  ),
];
/** The log of a task, read and written. */
const log = dynamodb('tasks', 'Query', 'BatchWriteItem');
const logWritten = dynamodb('tasks', 'BatchWriteItem');

/** Remembered plans; whoever reads more of them than are kept deletes the worst. */
const recalls: readonly Permission[] = [
  dynamodb('memory', 'Query'),
  ...unused('Memory that is warm asks for changes only.', dynamodb('memory/by_change', 'Query')),
  ...unused('A tenant has to remember more plans than are kept.', dynamodb('memory', 'BatchWriteItem')),
  ...unused(
    NO_VECTORS,
    dynamodb('memory', 'BatchGetItem'),
    vectors('QueryVectors', 'GetVectors', 'DeleteVectors'),
  ),
];

/**
 * What each role may do besides writing its log and trace. The black-box suite on a deployed office holds it against
 * every call that the functions make: nothing less, and nothing more without a reason.
 */
export const rolePermissions: Readonly<Record<RoleName, readonly Permission[]>> = {
  receptionist: [
    dynamodb('tasks', 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'BatchWriteItem'),
    dynamodb('tasks/by_time', 'Query'),
    // Questions and holds of a task that is cancelled, and keys of requests that failed.
    ...unused(NO_OUTAGE, dynamodb('tasks', 'DeleteItem')),
    dynamodb('accounts', 'GetItem', 'Query', 'PutItem', 'UpdateItem'),
    ...unused(NO_PRICED_MODEL, dynamodb('accounts', 'BatchGetItem', 'DeleteItem')),
    dynamodb('registry', 'GetItem', 'Query', 'PutItem', 'DeleteItem'),
    // Ratings, and patterns of failures.
    dynamodb('memory', 'UpdateItem'),
    ...recalls,
    objects('GetObject', 'PutObject', 'DeleteObject'),
    listObjects,
    sends('queue high'),
    sends('queue normal'),
    ...unused('Like the other two; the suite waits for nothing of low priority.', sends('queue low')),
    answers,
    { on: 'task executions', actions: ['states:StopExecution'] },
    ...unused('Any tool can be tried by itself; the suite tries some.', toolRuns),
    ...unused('Tells who asked that a task was cancelled; the suite has no server to tell.', {
      on: 'notifier function',
      actions: ['lambda:InvokeFunction'],
    }),
    { on: 'workspace role', actions: ['sts:AssumeRole'] },
  ],
  dispatcher: [
    dynamodb('tasks', 'GetItem', 'UpdateItem'),
    dynamodb('tasks/by_activity', 'Query'),
    // Withdraws the questions of late tasks, of which it reads and deletes too, and buries what can't go on.
    ...unused(NO_OUTAGE, dynamodb('tasks', 'BatchWriteItem')),
    // Places among the running tasks, and the budgets of tasks that wait for money.
    dynamodb('accounts', 'Query'),
    ...places,
    ...unused(
      NO_WAITING_PAST_LIMITS,
      dynamodb('tasks', 'PutItem', 'DeleteItem'),
      dynamodb('accounts', 'GetItem'),
    ),
    // Tells people's decisions once more, if the suite runs for that long, and tasks that there is money again.
    ...unused(NO_OUTAGE, answers, sends('queue dead-letters'), sends('queue webhooks')),
    { on: 'task machine', actions: ['states:StartExecution'] },
    ...unused(
      NO_OUTAGE,
      { on: 'task machine', actions: ['states:ListExecutions'] },
      {
        on: 'task executions',
        actions: ['states:DescribeExecution', 'states:StopExecution'],
      },
    ),
  ],
  analyst: [
    dynamodb('tasks', 'GetItem'),
    log,
    dynamodb('registry', 'Query'),
    objects('GetObject', 'PutObject'),
    listObjects,
    ...models,
    ...recalls,
  ],
  gate: [
    dynamodb('tasks', 'UpdateItem'),
    ...unused('Only items that were waiting when their prerequisites ended are answered.', answers),
  ],
  planner: [
    log,
    dynamodb('registry', 'Query'),
    ...recalls,
    ...unused(
      'Marks a plan from memory that did not hold; those of the suite do.',
      dynamodb('memory', 'UpdateItem'),
    ),
    objects('GetObject', 'PutObject'),
    listObjects,
    ...models,
  ],
  validator: [
    logWritten,
    dynamodb('registry', 'Query'),
    ...recalls,
    objects('GetObject'),
    ...unused(NO_LARGE_DOCUMENT, objects('PutObject')),
    ...models,
  ],
  broker: [
    logWritten,
    // Questions to people, of tasks that have not ended meanwhile, and tasks that wait for money.
    dynamodb('tasks', 'PutItem', 'GetItem'),
    sends('queue webhooks'),
    ...unused(
      'Reads what a task did before, when its tools reach addresses; closes questions that expired or came too late.',
      dynamodb('tasks', 'Query', 'UpdateItem'),
    ),
    dynamodb('registry', 'Query'),
    objects('GetObject'),
    ...unused(NO_LARGE_DOCUMENT, objects('PutObject')),
    ...models,
  ],
  executor: [
    logWritten,
    // Gates of steps that wait for each other.
    dynamodb('tasks', 'UpdateItem'),
    ...unused(
      'Receipts of steps that may not run twice; the suite has no server to send to.',
      dynamodb('tasks', 'GetItem', 'PutItem'),
    ),
    objects('GetObject'),
    ...unused(NO_LARGE_DOCUMENT, objects('PutObject', 'DeleteObject'), listObjects),
    answers,
    ...unused('Tools that need a network, a model or a registration have their own tests.', toolRuns),
    { on: 'workspace role', actions: ['sts:AssumeRole'] },
  ],
  reviewer: [logWritten, objects('GetObject'), ...unused(NO_LARGE_DOCUMENT, objects('PutObject')), ...models],
  archivist: [
    logWritten,
    dynamodb('memory', 'UpdateItem'),
    ...unused(NO_VECTORS, vectors('PutVectors', 'CreateIndex')),
    objects('GetObject'),
    // Embeddings are billed like every model call.
    ...models,
  ],
  finisher: [
    log,
    dynamodb('tasks', 'UpdateItem'),
    ...unused(NO_OUTAGE, dynamodb('tasks', 'GetItem')),
    ...places,
    ...unused(NO_LARGE_DOCUMENT, objects('GetObject', 'PutObject')),
  ],
  morgue: [
    log,
    dynamodb('tasks', 'GetItem', 'UpdateItem'),
    ...unused(
      'Forgets the holds of a task that waited for money when it failed.',
      dynamodb('tasks', 'DeleteItem'),
    ),
    ...places,
    sends('queue dead-letters'),
  ],
  notifier: [
    // Questions to people.
    dynamodb('tasks', 'GetItem', 'PutItem'),
    { on: 'topic approvals', actions: ['sns:Publish'] },
    ...unused(
      'The suite has no server to tell; webhooks have their own tests on the embedded office.',
      dynamodb('tasks', 'DeleteItem'),
      sends('queue webhooks'),
    ),
  ],
};

/** A tool reaches files only with the credentials of its run, which the executor asks for: `infra/workspace-role.ts`. */
export const toolPermissions: Readonly<Record<string, readonly Permission[]>> = {
  ai_tool: [...models],
};
