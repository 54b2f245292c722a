/**
 * Functions of the embedded office in a second process, for when one core is not enough for them.
 * What a function asks of AWS goes to the office over one pipe, besides S3 and SQS, which have their own addresses;
 * a function that it invokes runs here. Ends when the office does, however that ends.
 */
import { Socket } from 'node:net';
import { documentClient } from '../../lambdas/shared/aws.ts';
import { type AwsAnswer, createAwsAnswers } from './aws-server.ts';
import { askDirectly, askHere } from './dynamodb/direct-client.ts';
import { createFunctionHost, type HostedFunction } from './function-host.ts';
import { logFunctionsTo } from './function-log.ts';
import {
  type FunctionsMessage,
  type FunctionsSettings,
  type InvokeQuestion,
  LINES_FD,
  type Use,
} from './functions-worker.ts';
import { askInProcess, slimClients } from './lean-clients.ts';
import { openLines } from './lines.ts';

const { functionsModule, preload, warm, logFile } = JSON.parse(process.argv[2] ?? '{}') as FunctionsSettings;
const say = (message: FunctionsMessage): void => {
  process.send?.(message);
};

process.on('disconnect', () => process.exit(0));
// The office may have gone while the modules were imported.
if (!process.connected) process.exit(0);
// Ctrl-C reaches the whole process group; functions under way still end in order.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('unhandledRejection', (reason) =>
  say({ type: 'stray', reason: reason instanceof Error ? String(reason.stack) : String(reason) }),
);

for (const module of preload) await import(module);
const { functions } = (await import(functionsModule)) as {
  functions: Readonly<Record<string, HostedFunction>>;
};
const host = createFunctionHost(functions, (...use: Use) => office.tell('used', use));
const office = openLines(
  new Socket({ fd: LINES_FD }),
  { invoke: ([name, payload]: InvokeQuestion) => host.invoke(name, payload) },
  'The office has ended.',
);
const answers = createAwsAnswers((request) => office.ask<AwsAnswer>('states', request), host);
slimClients(answers);
askDirectly(
  documentClient(),
  askHere((...question) => office.ask('dynamodb', question)),
);
askInProcess(answers);
await logFunctionsTo(logFile);
await host.warm(warm);
say({ type: 'ready' });
