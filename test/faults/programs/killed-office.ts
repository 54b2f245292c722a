/**
 * An office with a small state machine, for tests that kill it. Arguments: data directory, effects file (see
 * `killed-functions.ts`) and `elsewhere`, when all its functions are to run in a second process.
 * Prints `{"event":"open",...}` when it is open and `{"event":"ended",...}` when every execution has ended.
 */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { stateMachineArn } from '../../../infra/local/engine/engine.ts';
import { functionArn } from '../../../infra/local/function-host.ts';
import { startOffice } from '../../../infra/local/office.ts';
import type { OfficeParts } from '../../../infra/local/parts.ts';
import { documentClient } from '../../../lambdas/shared/aws.ts';
import type { JsonObject } from '../../../schemas/json.ts';
import { functions } from './killed-functions.ts';

const [dataDir = '', effects = '', place] = process.argv.slice(2);
const NAMES = Array.from({ length: 10 }, (_, index) => `e${index}`);

const step = (item: string): JsonObject => ({
  Type: 'Task',
  Resource: functionArn('work'),
  Parameters: { 'execution.$': '$.execution', 'state.$': '$$.State.Name', 'item.$': item },
  ResultPath: null,
});

const root = (next: string): JsonObject => ({ ...step('$.execution'), Next: next });

const child: JsonObject = {
  StartAt: 'Child',
  States: { Child: { ...step('$.item'), End: true } },
};

const task: JsonObject = {
  StartAt: 'First',
  States: {
    First: root('Each'),
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemSelector: { 'execution.$': '$.execution', 'item.$': '$$.Map.Item.Value' },
      ItemProcessor: {
        StartAt: 'Step',
        States: {
          Step: { ...step('$.item'), Next: 'Run' },
          Run: {
            Type: 'Task',
            Resource: 'arn:aws:states:::states:startExecution.sync:2',
            Parameters: { StateMachineArn: stateMachineArn('child'), 'Input.$': '$' },
            End: true,
          },
        },
      },
      ResultPath: null,
      Next: 'Last',
    },
    Last: { ...step('$.execution'), End: true },
  },
};

const parts: OfficeParts = {
  functions,
  functionsModule: new URL('killed-functions.ts', import.meta.url).href,
  machines: { task, child },
  taskMachine: 'task',
  toolFunctions: {},
  dispatcher: 'dispatcher',
  importApp: async () => () => ({ fetch: () => new Response('open') }),
  beforeRecovery: async () => undefined,
  seedKey: async () => undefined,
};

const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
const office = await startOffice(
  {
    dataDir,
    port: 0,
    apiKey: 'a-key-of-this-test',
    environment: { EFFECTS_FILE: effects, EFFECTS_OFFICE: String(process.pid) },
    ...(place === 'elsewhere' ? { secondProcess: { from: 0 } } : {}),
  },
  parts,
);
say({ event: 'open', pid: process.pid, stores: office.storesPid, recovered: office.recovered });

const known = new Set(
  office.engine.listExecutions(stateMachineArn('task')).map((execution) => execution.arn),
);
const arns = NAMES.map((name) =>
  stateMachineArn('task').replace(':stateMachine:', ':execution:').concat(`:${name}`),
);
for (const [index, name] of NAMES.entries()) {
  if (known.has(arns[index] ?? '')) continue;
  office.engine.startExecution(
    stateMachineArn('task'),
    name,
    JSON.stringify({ execution: name, items: ['a', 'b'] }),
  );
}
const records = await Promise.all(arns.map((arn) => office.engine.waitFor(arn)));
const stored = await Promise.all(
  NAMES.flatMap((name) =>
    [`First ${name}`, 'Step a', 'Step b', 'Child a', 'Child b', `Last ${name}`].map(async (sk) => {
      const found = await documentClient().send(
        new GetCommand({ TableName: process.env['TASKS_TABLE'], Key: { pk: name, sk } }),
      );
      return found.Item !== undefined;
    }),
  ),
);
say({
  event: 'ended',
  statuses: records.map((record) => record.status),
  stored: stored.filter(Boolean).length,
});
await office.stop();
