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
  | 'workspaces'
  | 'workspace objects'
  | 'queue high'
  | 'queue normal'
  | 'queue low'
  | 'queue dead-letters'
  | 'queue webhooks'
  | 'task machine'
  | 'any token'
  | 'task executions'
  | 'tool functions'
  | 'notifier function'
  | 'workspace role';

export interface Permission {
  readonly on: Place;
  readonly actions: readonly string[];
}

const dynamodb = (on: Place, ...actions: string[]): Permission => ({
  on,
  actions: actions.map((action) => `dynamodb:${action}`),
});
const objects = (...actions: string[]): Permission => ({
  on: 'workspace objects',
  actions: actions.map((action) => `s3:${action}`),
});
const listObjects: Permission = { on: 'workspaces', actions: ['s3:ListBucket'] };
const sends = (on: Place): Permission => ({ on, actions: ['sqs:SendMessage'] });
/** Answers a state that waits. IAM knows no resource for it: the token, which nobody can guess, is the permission. */
const answers: Permission = { on: 'any token', actions: ['states:SendTaskSuccess'] };

const ALL = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
const models: readonly Permission[] = [
  dynamodb('accounts', 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
];

/** Remembered plans; whoever reads more of them than are kept deletes the worst. */
const recalls: readonly Permission[] = [
  dynamodb('memory', 'Query', 'BatchWriteItem'),
  dynamodb('memory/by_change', 'Query'),
];

/**
 * What each role may do besides writing its log and trace. A test holds it against what the black-box suite makes the
 * functions do, and against what their bundles can do: nothing less, and nothing more.
 */
export const rolePermissions: Readonly<Record<RoleName, readonly Permission[]>> = {
  receptionist: [
    dynamodb('tasks', ...ALL),
    dynamodb('tasks/by_time', 'Query'),
    dynamodb('accounts', ...ALL, 'BatchGetItem'),
    dynamodb('registry', ...ALL),
    // Ratings, and patterns of failures.
    dynamodb('memory', 'UpdateItem'),
    ...recalls,
    objects('GetObject', 'PutObject', 'DeleteObject'),
    listObjects,
    sends('queue high'),
    sends('queue normal'),
    sends('queue low'),
    answers,
    { on: 'task executions', actions: ['states:StopExecution'] },
    { on: 'tool functions', actions: ['lambda:InvokeFunction'] },
    { on: 'notifier function', actions: ['lambda:InvokeFunction'] },
    { on: 'workspace role', actions: ['sts:AssumeRole'] },
  ],
  dispatcher: [
    dynamodb('tasks', ...ALL),
    dynamodb('tasks/by_activity', 'Query'),
    // Places among the running tasks, and the budgets of tasks that wait for money.
    dynamodb('accounts', 'GetItem', 'UpdateItem'),
    answers,
    sends('queue high'),
    sends('queue normal'),
    sends('queue low'),
    sends('queue dead-letters'),
    sends('queue webhooks'),
    { on: 'task machine', actions: ['states:StartExecution'] },
    { on: 'task executions', actions: ['states:DescribeExecution', 'states:StopExecution'] },
  ],
  analyst: [
    dynamodb('tasks', ...ALL),
    dynamodb('registry', 'Query'),
    objects('GetObject', 'PutObject'),
    listObjects,
    ...models,
    ...recalls,
  ],
  gate: [dynamodb('tasks', 'UpdateItem'), answers],
  planner: [
    dynamodb('tasks', ...ALL),
    dynamodb('registry', 'Query'),
    ...recalls,
    // Marks a plan from memory that did not hold.
    dynamodb('memory', 'UpdateItem'),
    objects('GetObject', 'PutObject'),
    listObjects,
    ...models,
  ],
  validator: [
    dynamodb('tasks', ...ALL),
    dynamodb('registry', 'Query'),
    ...recalls,
    objects('GetObject', 'PutObject'),
    ...models,
  ],
  broker: [
    dynamodb('tasks', ...ALL),
    dynamodb('registry', 'Query'),
    objects('GetObject', 'PutObject'),
    ...models,
  ],
  executor: [
    dynamodb('tasks', ...ALL),
    objects('GetObject', 'PutObject', 'DeleteObject'),
    listObjects,
    answers,
    { on: 'tool functions', actions: ['lambda:InvokeFunction'] },
    { on: 'workspace role', actions: ['sts:AssumeRole'] },
  ],
  reviewer: [dynamodb('tasks', ...ALL), objects('GetObject', 'PutObject'), ...models],
  archivist: [
    dynamodb('tasks', ...ALL),
    dynamodb('memory', 'UpdateItem'),
    objects('GetObject', 'PutObject'),
    // Embeddings are billed like every model call.
    ...models,
  ],
  finisher: [
    dynamodb('tasks', ...ALL),
    dynamodb('accounts', 'UpdateItem'),
    objects('GetObject', 'PutObject'),
  ],
  morgue: [dynamodb('tasks', ...ALL), dynamodb('accounts', 'UpdateItem'), sends('queue dead-letters')],
  notifier: [
    dynamodb('tasks', ...ALL),
    dynamodb('tasks/by_time', 'Query'),
    dynamodb('tasks/by_activity', 'Query'),
    sends('queue webhooks'),
  ],
};

/** A tool reaches files only with the credentials of its run, which the executor asks for: `infra/workspace-role.ts`. */
export const toolPermissions: Readonly<Record<string, readonly Permission[]>> = {
  ai_tool: [...models],
};
