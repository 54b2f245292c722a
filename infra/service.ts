import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvironmentName } from '../lambdas/shared/environment.ts';
import type { Priority } from '../schemas/task.ts';
import { ApprovalTopic, approvalTopicArn } from './approval-topic.ts';
import type { Configuration } from './configuration.ts';
import { arnStart, DataStores } from './data-stores.ts';
import { type RoleName, roleNames, roles, toolFunctions } from './functions.ts';
import { HttpApi } from './http-api.ts';
import { ModelAccess } from './model-access.ts';
import { SealedNetwork } from './network.ts';
import { Observability } from './observability/observability.ts';
import { type Permission, type Place, rolePermissions, toolPermissions } from './permissions.ts';
import { Queues } from './queues.ts';
import { type FunctionDefaults, functionName, RoleFunction } from './role-function.ts';
import { executionsArn, machineArn, StateMachines } from './state-machines.ts';
import { isTenantIsolated, reachOf } from './tool-isolation.ts';
import { VectorStore } from './vector-store.ts';
import { WorkspaceRole } from './workspace-role.ts';

export interface OfficeServiceProps {
  readonly configuration: Configuration;
  /** Folder with one bundle per function. */
  readonly bundles: string;
}

/** Batches that the dispatcher works on at once: what makes one queue faster than another. Lambda asks for two or more. */
const DISPATCHERS: Readonly<Record<Priority, number>> = { high: 8, normal: 4, low: 2 };

/**
 * The office: requests come in by the HTTP interface, wait by priority in queues, and are worked on by two state
 * machines, whose states are functions with a role each and whose tools are functions apart.
 */
export class OfficeService extends Construct {
  readonly stores: DataStores;
  /** Where vectors of memories are; without it they are compared in the functions. */
  readonly vectors: VectorStore | undefined;
  readonly queues: Queues;
  readonly roles: Readonly<Record<RoleName, RoleFunction>>;
  readonly tools: Readonly<Record<string, RoleFunction>>;
  readonly machines: StateMachines;
  readonly http: HttpApi;

  constructor(scope: Construct, id: string, { configuration, bundles }: OfficeServiceProps) {
    super(scope, id);
    const { name } = configuration;
    this.stores = new DataStores(this, 'Data', { retain: configuration.retainData });
    this.vectors = configuration.keepsVectors
      ? new VectorStore(this, 'Vectors', { retain: configuration.retainData })
      : undefined;
    this.queues = new Queues(this, 'Queues', { name });
    const network = new SealedNetwork(this, 'Network', { workspaces: this.stores.workspaces });
    const defaults: FunctionDefaults = { officeName: name, bundles, logLevel: configuration.logLevel };
    const models = new ModelAccess(configuration);
    const values = this.#environment(configuration);

    const make = (
      construct: string,
      spec: (typeof roles)[RoleName],
      more: Record<string, string>,
      options: Partial<lambda.FunctionProps> = {},
    ): RoleFunction =>
      new RoleFunction(this, construct, {
        defaults,
        spec,
        environment: { ...pick(values, spec.environment), ...more },
        function: options,
      });

    this.roles = Object.fromEntries(
      roleNames.map((role) => [role, make(pascal(role), roles[role], models.environmentOf(role))]),
    ) as Record<RoleName, RoleFunction>;
    this.tools = Object.fromEntries(
      Object.entries(toolFunctions).map(([tool, spec]) => {
        const placement = network.placement(reachOf(tool));
        const tenancy = isTenantIsolated(tool) ? { tenancyConfig: lambda.TenancyConfig.PER_TENANT } : {};
        return [
          tool,
          make(`Tool${pascal(tool)}`, spec, models.environmentOfTool(tool), { ...placement, ...tenancy }),
        ];
      }),
    );
    const holders = [this.roles.executor, this.roles.receptionist];
    const workspaceRole = new WorkspaceRole(this, 'WorkspaceRole', {
      stores: this.stores,
      holders: holders.map(({ role }) => role),
    });
    for (const holder of holders) {
      holder.function.addEnvironment('WORKSPACE_ROLE_ARN', workspaceRole.role.roleArn);
    }

    this.machines = new StateMachines(this, 'Machines', {
      officeName: name,
      functions: Object.fromEntries(
        roleNames.map((role) => [pascal(role), this.roles[role].function.functionArn]),
      ),
    });
    new ApprovalTopic(this, 'Approvals', { officeName: name, key: this.stores.key });
    this.#grant(name, workspaceRole.role, models);
    this.#dispatch();
    this.http = new HttpApi(this, 'Http', {
      officeName: name,
      receptionist: this.roles.receptionist.function,
      throttle: configuration.throttle,
    });
    const observability = new Observability(this, 'Observability', {
      officeName: name,
      alarmEmail: configuration.alarmEmail,
      fullMonitoring: configuration.fullMonitoring,
      service: this,
    });
    this.#outputs(name, observability);
  }

  /** Every value that a function may ask for by name. */
  #environment(configuration: Configuration): Readonly<Partial<Record<EnvironmentName, string>>> {
    const { tables, workspaces } = this.stores;
    const { byPriority, deadLetters, webhooks } = this.queues;
    const { name } = configuration;
    const toolNames = Object.entries(toolFunctions).map(([tool, spec]) => [tool, functionName(name, spec)]);
    const isolated = toolNames.filter(([tool]) => isTenantIsolated(tool ?? '')).map(([, fn]) => fn);
    return {
      OFFICE_NAME: name,
      OFFICE_ENGINE: 'step-functions',
      TASKS_TABLE: tables.tasks.tableName,
      ACCOUNTS_TABLE: tables.accounts.tableName,
      REGISTRY_TABLE: tables.registry.tableName,
      MEMORY_TABLE: tables.memory.tableName,
      WORKSPACE_BUCKET: workspaces.bucketName,
      ...(this.vectors === undefined ? {} : { MEMORY_VECTOR_BUCKET: this.vectors.bucketName }),
      QUEUE_HIGH_URL: byPriority.high.queueUrl,
      QUEUE_NORMAL_URL: byPriority.normal.queueUrl,
      QUEUE_LOW_URL: byPriority.low.queueUrl,
      DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
      WEBHOOK_QUEUE_URL: webhooks.queueUrl,
      APPROVAL_TOPIC_ARN: approvalTopicArn(Stack.of(this), name),
      TASK_STATE_MACHINE_ARN: machineArn(Stack.of(this), name, 'task'),
      TOOL_FUNCTIONS: JSON.stringify(Object.fromEntries(toolNames)),
      TENANT_ISOLATED_FUNCTIONS: isolated.join(','),
      NOTIFIER_FUNCTION: functionName(name, roles.notifier),
      ...configuration.passedOn,
    };
  }

  #grant(name: string, workspaceRole: iam.Role, models: ModelAccess): void {
    const stack = Stack.of(this);
    const { tables, workspaces } = this.stores;
    const { byPriority, deadLetters, webhooks } = this.queues;
    const index = (index: string) => `${tables.tasks.tableArn}/index/${index}`;
    const arns: Readonly<Record<Place, readonly string[]>> = {
      tasks: [tables.tasks.tableArn],
      'tasks/by_time': [index('by_time')],
      'tasks/by_activity': [index('by_activity')],
      accounts: [tables.accounts.tableArn],
      registry: [tables.registry.tableArn],
      memory: [tables.memory.tableArn],
      'memory/by_change': [`${tables.memory.tableArn}/index/by_change`],
      vectors: this.vectors?.arns ?? [],
      workspaces: [workspaces.bucketArn],
      'workspace objects': [workspaces.arnForObjects('tenants/*')],
      'queue high': [byPriority.high.queueArn],
      'queue normal': [byPriority.normal.queueArn],
      'queue low': [byPriority.low.queueArn],
      'queue dead-letters': [deadLetters.queueArn],
      'queue webhooks': [webhooks.queueArn],
      'topic approvals': [approvalTopicArn(Stack.of(this), name)],
      'task machine': [machineArn(stack, name, 'task')],
      'any token': ['*'],
      'task executions': [executionsArn(stack, name, 'task')],
      'tool functions': [
        ...Object.values(toolFunctions).map((spec) => functionName(name, spec)),
        // Functions that tenants register as tools; the name is how their owner lets the office in.
        `${name}-tool-*`,
      ].map((fn) => `${arnStart(stack, 'lambda')}:function:${fn}`),
      'notifier function': [`${arnStart(stack, 'lambda')}:function:${functionName(name, roles.notifier)}`],
      'workspace role': [workspaceRole.roleArn],
    };
    const apply = (target: RoleFunction, permissions: readonly Permission[]): void => {
      for (const { on, actions } of permissions) {
        if (arns[on].length > 0) target.allow(actions, arns[on]);
      }
      this.#allowKey(target, permissions);
    };
    for (const role of roleNames) {
      apply(this.roles[role], rolePermissions[role]);
      models.grant(this.roles[role], role);
    }
    for (const [tool, target] of Object.entries(this.tools)) {
      apply(target, toolPermissions[tool] ?? []);
      models.grantTool(target, tool);
    }
  }

  /** DynamoDB, S3 and SNS use the key on behalf of whoever calls them, and only for that. */
  #allowKey(target: RoleFunction, permissions: readonly Permission[]): void {
    const uses = (service: string) =>
      permissions.some(({ actions }) => actions.some((action) => action.startsWith(`${service}:`)));
    const via = (service: string) => ({ StringLike: { 'kms:ViaService': `${service}.*.amazonaws.com` } });
    const key = [this.stores.key.keyArn];
    if (uses('dynamodb')) {
      target.allow(
        [
          'kms:Decrypt',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:DescribeKey',
        ],
        key,
        via('dynamodb'),
      );
    }
    for (const service of ['s3', 'sns'])
      if (uses(service)) target.allow(['kms:Decrypt', 'kms:GenerateDataKey'], key, via(service));
  }

  /** The queues feed dispatcher and notifier, and a clock wakes the dispatcher for what is stuck. */
  #dispatch(): void {
    const { dispatcher, notifier } = this.roles;
    const feed = (id: string, queue: sqs.Queue, target: RoleFunction, maxConcurrency: number): void => {
      new lambda.EventSourceMapping(this, id, {
        target: target.function,
        eventSourceArn: queue.queueArn,
        batchSize: 10,
        maxConcurrency,
        reportBatchItemFailures: true,
      });
      target.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [queue.queueArn]);
    };
    for (const [priority, queue] of Object.entries(this.queues.byPriority)) {
      feed(`Dispatch${pascal(priority)}`, queue, dispatcher, DISPATCHERS[priority as Priority]);
    }
    feed('Remind', this.queues.webhooks, notifier, 5);
    new events.Rule(this, 'Sweep', {
      description: 'Wakes the dispatcher for tasks that are stuck',
      schedule: events.Schedule.rate(Duration.minutes(1)),
      targets: [new targets.LambdaFunction(dispatcher.function, { retryAttempts: 0 })],
    });
  }

  #outputs(name: string, observability: Observability): void {
    const output = (id: string, description: string, value: string): void => {
      new CfnOutput(Stack.of(this), id, { description, value });
    };
    output('ApiUrl', 'The HTTP interface', this.http.url);
    output('ApiId', 'Its id at API Gateway', this.http.api.apiId);
    output('AccountsTable', 'ACCOUNTS_TABLE for "office keys create"', this.stores.tables.accounts.tableName);
    output('WorkspaceBucket', 'Files of tasks', this.stores.workspaces.bucketName);
    output('TaskStateMachine', 'Executions are named after tasks', this.machines.task.stateMachineArn);
    output('AlarmTopic', 'Alarms are sent to it', observability.topic.topicArn);
    output('ApprovalTopic', 'Questions to people are sent to it', approvalTopicArn(Stack.of(this), name));
  }
}

const pascal = (name: string): string =>
  name.replace(/(?:^|_)([a-z])/g, (_whole, letter: string) => letter.toUpperCase());

function pick(
  values: Readonly<Partial<Record<EnvironmentName, string>>>,
  names: readonly EnvironmentName[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
