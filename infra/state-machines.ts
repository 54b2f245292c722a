import { readFileSync } from 'node:fs';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { arnStart } from './data-stores.ts';

export type MachineName = 'task' | 'subtask';

/** The quoted placeholders of a definition: `"${Planner}"`. */
export const placeholdersOf = (definition: string): string[] => [
  ...new Set([...definition.matchAll(/\$\{([A-Za-z][A-Za-z0-9]*)\}/g)].map(([, name]) => name ?? '')),
];

export const definitionOf = (machine: MachineName): string =>
  readFileSync(new URL(`../statemachines/${machine}.asl.json`, import.meta.url), 'utf8');

/** Longer than any task may take with its waits for people (a day) and budgets (a year, the service's own limit). */
const descriptions: Readonly<Record<MachineName, string>> = {
  task: 'A task from its decomposition to its answer; the execution has the name of the task',
  subtask: 'Plan, validate, authorize, execute, review; the execution is named after task and subtask',
};

export interface StateMachinesProps {
  readonly officeName: string;
  /** Function ARNs by placeholder. */
  readonly functions: Readonly<Record<string, string>>;
}

/** ARN of a machine or of all its executions, known before it exists. */
export function machineArn(stack: Stack, officeName: string, machine: MachineName): string {
  return `${arnStart(stack, 'states')}:stateMachine:${officeName}-${machine}`;
}
export function executionsArn(stack: Stack, officeName: string, machine: MachineName): string {
  return `${arnStart(stack, 'states')}:execution:${officeName}-${machine}:*`;
}

/**
 * Both machines as Standard workflows. Everything is logged except what travels between the states: tasks are
 * people's words.
 */
export class StateMachines extends Construct {
  readonly task: sfn.StateMachine;
  readonly subtask: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: StateMachinesProps) {
    super(scope, id);
    this.subtask = this.#machine('subtask', props, {});
    this.task = this.#machine('task', props, { SubtaskStateMachine: this.subtask.stateMachineArn });
    const stack = Stack.of(this);
    this.#allow(this.task, ['states:StartExecution'], [this.subtask.stateMachineArn]);
    this.#allow(
      this.task,
      ['states:DescribeExecution', 'states:StopExecution'],
      [executionsArn(stack, props.officeName, 'subtask')],
    );
    // How startExecution.sync learns that the child has ended.
    this.#allow(
      this.task,
      ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      [`${arnStart(stack, 'events')}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`],
    );
  }

  #machine(
    machine: MachineName,
    props: StateMachinesProps,
    more: Readonly<Record<string, string>>,
  ): sfn.StateMachine {
    const definition = definitionOf(machine);
    const known = { ...props.functions, ...more };
    const wanted = Object.entries(known).filter(([name]) => placeholdersOf(definition).includes(name));
    const name = `${props.officeName}-${machine}`;
    const title = machine === 'task' ? 'Task' : 'Subtask';
    const role = new iam.Role(this, `${title}Role`, {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
      description: `What the state machine ${name} may do`,
    });
    const made = new sfn.StateMachine(this, title, {
      stateMachineName: name,
      comment: descriptions[machine],
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromString(definition),
      definitionSubstitutions: Object.fromEntries(wanted),
      role,
      tracingEnabled: true,
      logs: {
        destination: new logs.LogGroup(this, `${title}Log`, {
          // The prefix that Step Functions may always write to, however long its resource policy.
          logGroupName: `/aws/vendedlogs/states/${name}`,
          retention: logs.RetentionDays.THREE_MONTHS,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: sfn.LogLevel.ALL,
        includeExecutionData: false,
      },
      timeout: Duration.days(365),
    });
    const functions = wanted.map(([, arn]) => arn).filter((arn) => arn !== more['SubtaskStateMachine']);
    this.#allow(made, ['lambda:InvokeFunction'], functions);
    return made;
  }

  #allow(machine: sfn.StateMachine, actions: string[], resources: string[]): void {
    machine.addToRolePolicy(new iam.PolicyStatement({ actions, resources }));
  }
}
