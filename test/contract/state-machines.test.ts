import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import aslValidator from 'asl-validator';
import { roleNames, roles } from '../../infra/functions.ts';
import { officeParts } from '../../infra/local/parts.ts';
import { definitionOf, type MachineName, placeholdersOf } from '../../infra/state-machines.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const machines: readonly MachineName[] = ['task', 'subtask'];
const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

interface State {
  readonly Type: string;
  readonly Retry?: readonly { ErrorEquals: readonly string[] }[];
  readonly Catch?: readonly { ErrorEquals: readonly string[]; Next: string }[];
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
  readonly [field: string]: unknown;
}

/** Every state of a machine, those inside Maps too. */
function statesOf(states: Readonly<Record<string, State>>): [string, State][] {
  return Object.entries(states).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor.States)),
  ]);
}
const parsed = (machine: MachineName) =>
  JSON.parse(definitionOf(machine)) as { States: Record<string, State>; QueryLanguage?: string };
const all = (machine: MachineName) => statesOf(parsed(machine).States);

/** Literal names of error classes, and of errors that are made with a name, in the sources of the functions. */
function errorNames(): Map<string, { thrown: boolean }> {
  const files = readdirSync(join(root, 'lambdas'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'lambdas', file), 'utf8'));
  const text = files.join('\n');
  const names = [...text.matchAll(/export class (\w+) extends[^{]*\{\s*override readonly name = '(\w+)'/g)];
  return new Map(
    names.map(([, className, name]) => [
      name ?? '',
      { thrown: new RegExp(`new ${className}\\(`).test(text) },
    ]),
  );
}

/** Errors that Step Functions and its integrations raise by themselves. */
const SERVICE_ERRORS = new Set([
  'States.ALL',
  'States.Timeout',
  'States.TaskFailed',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'StepFunctions.ExecutionLimitExceededException',
  'StepFunctions.SdkClientException',
  'StepFunctions.ExecutionAlreadyExistsException',
]);

describe.each(machines)('statemachines/%s.asl.json', (machine) => {
  it('is valid Amazon States Language', () => {
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:office';
    const definition = definitionOf(machine).replace(/\$\{\w+\}/g, arn);
    const { isValid, errorsText } = aslValidator(JSON.parse(definition));
    expect(isValid ? '' : errorsText()).toBe('');
  });

  it('is JSON as it is, placeholders quoted and without JSONata', () => {
    expect(parsed(machine).QueryLanguage).toBeUndefined();
    expect(all(machine).every(([, state]) => state['QueryLanguage'] === undefined)).toBe(true);
  });

  it('names in Retry and Catch only errors that something throws', () => {
    const own = errorNames();
    const named = all(machine).flatMap(([, { Retry = [], Catch = [] }]) =>
      [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals),
    );
    const unknown = [...new Set(named)].filter((name) => !SERVICE_ERRORS.has(name) && !own.get(name)?.thrown);
    expect(unknown).toEqual([]);
    expect(named).not.toHaveLength(0);
  });

  it('retries what is AWS’s own fault in every state that calls a function', () => {
    const calling = all(machine).filter(([, state]) => state.Type === 'Task');
    const without = calling.filter(([, { Retry = [] }]) => Retry.length === 0).map(([name]) => name);
    expect(without).toEqual([]);
  });

  it('has a time limit on every Task', () => {
    const without = all(machine)
      .filter(([, state]) => state.Type === 'Task')
      .filter(
        ([, state]) => state['TimeoutSeconds'] === undefined && state['TimeoutSecondsPath'] === undefined,
      )
      .map(([name]) => name);
    expect(without).toEqual([]);
  });

  it('leads every failure to a Fail state', () => {
    const fails = all(machine).filter(([, state]) => state.Type === 'Fail');
    expect(fails.length).toBeGreaterThan(0);
    const targets = all(machine).flatMap(([, { Catch = [] }]) => Catch.map(({ Next }) => Next));
    const names = new Set(all(machine).map(([name]) => name));
    expect(targets.filter((target) => !names.has(target))).toEqual([]);
  });

  it('uses placeholders that are roles, and every name is a folder with a handler', () => {
    const known = new Set([...roleNames.map(pascal), 'SubtaskStateMachine']);
    expect(placeholdersOf(definitionOf(machine)).filter((name) => !known.has(name))).toEqual([]);
    for (const role of roleNames) {
      expect(basename(roles[role].folder)).toBe(role);
      expect(existsSync(join(root, roles[role].folder, 'handler.ts'))).toBe(true);
    }
  });
});

describe('both machines together', () => {
  it('use every role that works inside of an execution', () => {
    const used = new Set(machines.flatMap((machine) => placeholdersOf(definitionOf(machine))));
    const outside = new Set(['Receptionist', 'Dispatcher']);
    expect(roleNames.map(pascal).filter((name) => !used.has(name) && !outside.has(name))).toEqual([]);
  });

  it('are substituted completely in the embedded office too', () => {
    const { machines: embedded } = officeParts();
    expect(JSON.stringify(embedded)).not.toMatch(/\$\{\w+\}/);
    expect(Object.keys(embedded).sort()).toEqual(['subtask', 'task']);
  });
});
