import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { documentClient, sqsClient } from '../../lambdas/shared/aws.ts';
import { type AwsServer, answerStates, createAwsAnswers, startAwsServer } from './aws-server.ts';
import { type Around, watchClient, watchClients } from './boundaries.ts';
import { localApiKey, prepareDataDirectory } from './data-directory.ts';
import { askDirectly, askHere } from './dynamodb/direct-client.ts';
import { createEngine, type Engine, stateMachineArn } from './engine/engine.ts';
import { createFunctionHost, type FunctionHost } from './function-host.ts';
import './promise-with-resolvers.ts';
import { logFunctionsTo, strayLine } from './function-log.ts';
import { functionPlaces, rolesOf, type SecondProcess } from './function-places.ts';
import { listenHttp, type WebApp } from './http.ts';
import { askInProcess, slimClients } from './lean-clients.ts';
import {
  applyEnvironment,
  type FunctionEnvironment,
  processEnvironment,
  storeEndpoints,
} from './local-environment.ts';
import { createMeter, type Meter } from './metering.ts';
import { OfficeStartError } from './office-start-error.ts';
import { type OfficeParts, officeParts } from './parts.ts';
import { provisionQueues, provisionTables, type QueueUrls, queueNames } from './provision.ts';
import { type PolledQueue, startQueuePollers } from './queue-pollers.ts';
import { openQueues } from './queues.ts';
import { startSchedule } from './schedule.ts';
import { startStores } from './stores.ts';

export type { SecondProcess } from './function-places.ts';
export { OfficeStartError } from './office-start-error.ts';

export interface OfficeOptions {
  /** Everything the office keeps is in here; made when absent. */
  readonly dataDir: string;
  /** 0 for a free one; 8787 when absent. */
  readonly port?: number;
  /** At least 16 characters; without one the data directory's own key is used. */
  readonly apiKey?: string;
  /** Further environment variables for the functions; they win. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Receives what a person at the terminal should know; everything goes to `office.log` too. */
  readonly log?: (line: string) => void;
  /** Under load, functions run in a second process, too. Absent: in this one only, as always with `around`. */
  readonly secondProcess?: SecondProcess;
  /** Wraps every crossing between parts, for tests of what happens when one fails. */
  readonly around?: Around;
}

export interface Office {
  readonly url: string;
  readonly apiKey: string;
  readonly dataDir: string;
  readonly engine: Engine;
  readonly meter: Meter;
  /** The process of the file store (S3). */
  readonly storesPid: number;
  /** The second process of functions, while there is one. */
  functionsPid(): number | null;
  /** Executions of an earlier process that go on in this one. */
  readonly recovered: number;
  /** Stops in order; executions under way go on at the next start. */
  stop(): Promise<void>;
}

const DEFAULT_PORT = 8787;
const MIN_KEY_LENGTH = 16;
const SWEEP_SECONDS = 10;
/** Batches at work at once: an urgent task overtakes in three of six places. */
const POLLING = { QUEUE_HIGH_URL: 3, QUEUE_NORMAL_URL: 2, QUEUE_LOW_URL: 1, WEBHOOK_QUEUE_URL: 3 } as const;
export const WORKSPACE_BUCKET = 'office-workspaces';

let running = false;

/**
 * Starts the whole office in this process, except its file store, which has one of its own; loopback only.
 * One office per process: handlers read their settings from the process's environment.
 * @throws OfficeStartError in one line, saying what to do
 */
export async function startOffice(
  options: OfficeOptions,
  parts: OfficeParts = officeParts(),
): Promise<Office> {
  if (running)
    throw new OfficeStartError('This process runs an office already; start another one in its own process.');
  if (options.apiKey !== undefined && options.apiKey.length < MIN_KEY_LENGTH) {
    throw new OfficeStartError(
      `OFFICE_API_KEY has ${options.apiKey.length} characters; give it at least ${MIN_KEY_LENGTH}.`,
    );
  }
  running = true;
  const undo: (() => Promise<unknown>)[] = [];
  /** Latest first; a part that is stopped needs what was started before it. */
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
    running = false;
  };
  try {
    return await open(options, parts, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(
  options: OfficeOptions,
  parts: OfficeParts,
  undo: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Office> {
  const dataDir = prepareDataDirectory(options.dataDir);
  const log = (line: string): void => {
    appendFileSync(join(dataDir, 'office.log'), `${new Date().toISOString()} ${line}\n`);
    options.log?.(line);
  };
  const ready = Promise.withResolvers<WebApp>();
  ready.promise.catch(() => undefined);
  const http = await listenHttp(options.port ?? DEFAULT_PORT, ready.promise);
  undo.push(() => http.stop());
  try {
    applyEnvironment({ ...processEnvironment(), ...options.environment });
    const importing = parts.importApp();
    importing.catch(() => undefined);
    const stores = await startStores({
      dataDir,
      bucket: WORKSPACE_BUCKET,
      log,
      onExit: (reason) => {
        log(`The file store ended (${reason}); the office can't go on. Start it again.`);
        process.exitCode = 1;
        void stop();
      },
    });
    undo.push(() => stores.stop());
    const queueServer = await openQueues();
    undo.push(() => queueServer.close());
    undo.push(surviveStrayRejections(log));
    applyEnvironment({
      ...storeEndpoints({ ...stores.endpoints, sqs: queueServer.url }),
      ...options.environment,
    });

    const functionLog = join(dataDir, 'functions.log');
    const meter = createMeter(async () => ({ ...(await stores.counts()), sqs: queueServer.counts() }));
    const here = createFunctionHost(parts.functions, meter.onInvocation, options.around);
    const functions = functionPlaces(here, parts, options, {
      answerDynamodb: stores.answerDynamodb,
      answerStates: (request) => states(request),
      onInvocation: meter.onInvocation,
      log,
      logFile: functionLog,
    });
    const engine = await createEngine({
      directory: join(dataDir, 'executions'),
      machines: parts.machines,
      invoke: functions.invoke,
      onTransition: meter.onTransition,
      onEnd: (record) => meter.onExecutionEnd(record.machine, record.status),
    });
    const states = answerStates(engine);
    // What a function invokes runs where the function does.
    const answers = createAwsAnswers(states, here);
    const aws = await startAwsServer(answers);
    const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
    undo.push(async () => {
      sqs.destroy();
      await aws.stop();
    });
    // Functions that are still at work need the servers above to end well.
    undo.push(() => functions.stop());
    undo.push(() => engine.close());
    const queues = await provision(sqs, aws, parts, options);
    slimClients(answers);
    if (options.around === undefined) {
      askDirectly(documentClient(), askHere(stores.answerDynamodb));
      for (const client of [sqs, sqsClient()]) queueServer.askDirectly(client);
      askInProcess(answers);
    } else {
      // Where faults are put in, calls keep the SDK's own ways to survive them.
      watchClients(options.around);
      watchClient('sqs', sqs, options.around);
    }
    await logFunctionsTo(functionLog);
    const apiKey = options.apiKey ?? localApiKey(dataDir);
    const [makeApp] = await Promise.all([importing, parts.seedKey(apiKey)]);
    const app = makeApp({ metrics: meter.prometheus });

    await parts.beforeRecovery();
    const recovered = engine.recover();
    if (recovered > 0) log(`${recovered} executions of an earlier run go on.`);
    undo.push(startPolling(sqs, functions, parts, queues, log));
    ready.resolve(app);
    // Again, because it must also be the first thing to stop once requests are served.
    undo.push(() => http.stop());
    warmUp(functions, parts);
    return {
      ...{ url: http.url, apiKey, dataDir, engine, meter, recovered, stop },
      storesPid: stores.pid,
      functionsPid: functions.pid,
    };
  } catch (error) {
    ready.reject(error);
    throw error;
  }
}

/**
 * A promise that a function forgot ends that function's process in Lambda, and no other; here it must not
 * end everybody's. Returns what puts the process's own behaviour back.
 */
function surviveStrayRejections(log: (line: string) => void): () => Promise<void> {
  const note = (reason: unknown): void => log(strayLine(reason));
  process.on('unhandledRejection', note);
  return async () => {
    process.off('unhandledRejection', note);
  };
}

/** Makes tables and queues and tells the functions where everything is. */
async function provision(
  sqs: SQSClient,
  aws: AwsServer,
  parts: OfficeParts,
  options: OfficeOptions,
): Promise<QueueUrls> {
  const [tableNames, queueUrls] = await Promise.all([provisionTables(), provisionQueues(sqs)]);
  const environment: FunctionEnvironment = {
    OFFICE_ENGINE: 'embedded',
    WORKSPACE_BUCKET,
    TASK_STATE_MACHINE_ARN: stateMachineArn(parts.taskMachine),
    TOOL_FUNCTIONS: JSON.stringify(parts.toolFunctions),
    ...tableNames,
    ...queueUrls,
  };
  applyEnvironment({
    AWS_ENDPOINT_URL_SFN: aws.url,
    AWS_ENDPOINT_URL_LAMBDA: aws.url,
    ...environment,
    ...options.environment,
  });
  return queueUrls;
}

/** Queues and sweeper; returns what ends both. */
function startPolling(
  client: SQSClient,
  functions: FunctionHost,
  parts: OfficeParts,
  urls: QueueUrls,
  onError: (line: string) => void,
): () => Promise<unknown> {
  const queues = (Object.keys(POLLING) as (keyof typeof POLLING)[]).flatMap((variable): PolledQueue[] => {
    const functionName = variable === 'WEBHOOK_QUEUE_URL' ? parts.notifier : parts.dispatcher;
    if (functionName === undefined) return [];
    const arn = `arn:aws:sqs:us-east-1:000000000000:${queueNames[variable]}`;
    return [{ url: urls[variable], functionName, arn, concurrency: POLLING[variable] }];
  });
  const pollers = startQueuePollers({ client, functions, queues, onError });
  // The queues were in memory: what was accepted and not started is taken up at once, however young.
  const firstDetail = { min_age_seconds: 0 };
  const schedule = startSchedule({
    functions,
    functionName: parts.dispatcher,
    everySeconds: SWEEP_SECONDS,
    firstDetail,
    onError,
  });
  return () => Promise.all([pollers.stop(), schedule.stop()]);
}

/** Imports the roles after the office is open, so that neither the start nor the first task waits for all of them. */
function warmUp(functions: FunctionHost, parts: OfficeParts): void {
  void functions.warm(rolesOf(parts));
}
