/**
 * The functions of an office that a test kills. Every begun and ended invocation is a line of the file that the environment
 * names: `<office's pid> begin|end <execution> <state> <item>`; which process ran it is a file beside it.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { FunctionHandler, HostedFunction } from '../../../infra/local/function-host.ts';
import { documentClient } from '../../../lambdas/shared/aws.ts';

/** Long enough that a kill finds work under way. */
const WORK_MS = 15;

const work: FunctionHandler = async (event) => {
  const { execution, state, item } = event as Record<string, string>;
  const { EFFECTS_FILE = '', EFFECTS_OFFICE = '', TASKS_TABLE } = process.env;
  const note = (what: string): void =>
    appendFileSync(EFFECTS_FILE, `${EFFECTS_OFFICE} ${what} ${execution} ${state} ${item}\n`);
  if (String(process.pid) !== EFFECTS_OFFICE) appendFileSync(`${EFFECTS_FILE}.elsewhere`, `${process.pid}\n`);
  note('begin');
  await pause(WORK_MS);
  const Item = { pk: execution, sk: `${state} ${item}` };
  await documentClient().send(new PutCommand({ TableName: TASKS_TABLE, Item }));
  note('end');
  return { state, item };
};

const hosted = (handler: FunctionHandler): HostedFunction => ({
  timeoutSeconds: 10,
  memoryMb: 128,
  load: async () => handler,
});

export const functions = { work: hosted(work), dispatcher: hosted(() => ({ batchItemFailures: [] })) };
