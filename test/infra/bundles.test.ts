import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Bundle, bundleAll, oversized } from '../../infra/bundling/bundle.ts';
import { startLoopbackHttp } from '../helpers/loopback-http.ts';
import { openDaemon } from '../helpers/xray-daemon.ts';

const event = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8'));

/** What the bundled function answers to each event, in a process with an environment like Lambda's. */
async function invoke(bundle: Bundle, events: readonly unknown[], environment: Record<string, string>) {
  const program = fileURLToPath(new URL('../helpers/programs/invoke-bundle.mjs', import.meta.url));
  const child = spawn(
    process.execPath,
    [program, join(bundle.directory, 'index.mjs'), JSON.stringify(events)],
    {
      // Lines of the log may go to either.
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        NODE_NO_WARNINGS: '1',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        POWERTOOLS_LOG_LEVEL: 'SILENT',
        ...environment,
      },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
  return output
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

describe('bundles', () => {
  let bundles: readonly Bundle[] = [];
  beforeAll(async () => {
    bundles = await bundleAll();
  }, 120_000);
  const bundle = (name: string): Bundle => {
    const found = bundles.find((each) => each.name === name);
    if (found === undefined) throw new Error(`There is no bundle ${name}.`);
    return found;
  };

  it('are below the limits, but for those with a WebAssembly runtime', () => {
    expect(oversized(bundles)).toEqual([]);
  });

  it('ship what their code reads beside itself', () => {
    for (const [name, file] of [
      ['python-exec', 'pyodide/pyodide.asm.wasm'],
      ['python-exec', 'sandbox/runner.mjs'],
      ['code-analyzer', 'wasm/tree-sitter-python.wasm'],
      ['math-calculator', 'sandbox/calculator.mjs'],
      ['broker', 'cedar_wasm_bg.wasm'],
    ] as const) {
      expect(existsSync(join(bundle(name).directory, file))).toBe(true);
    }
  });

  it('hold no adapter of a model in functions that call none', () => {
    for (const name of ['gate', 'finisher', 'morgue', 'notifier', 'dispatcher', 'executor']) {
      expect(bundle(name).parts.map(([part]) => part)).not.toContain('openai');
    }
  });

  it('hold no operation of S3 that nobody asks for', () => {
    const { directory } = bundle('planner');
    const code = readdirSync(directory)
      .filter((file) => file.endsWith('.mjs'))
      .map((file) => readFileSync(join(directory, file), 'utf8'));
    const isIn = (text: string): boolean => code.some((each) => each.includes(text));
    expect([isIn('"PutObject"'), isIn('"PutBucketReplication"')]).toEqual([true, false]);
  });

  it('hold none of the rules that plan without a model in the archivist', () => {
    expect(bundle('planner').parts.find(([part]) => part === 'lambdas/shared/llm')?.[1]).toBeGreaterThan(
      200_000,
    );
    expect(bundle('archivist').parts.find(([part]) => part === 'lambdas/shared/llm')?.[1]).toBeLessThan(
      150_000,
    );
  });

  it('send traces that are found by the ids of a task, with their AWS calls, to the daemon of X-Ray', async () => {
    const daemon = await openDaemon();
    const aws = await startLoopbackHttp((_request, response) => {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end('{}');
    });
    const root = '1-6a57f6d0-0123456789abcdef01234567';
    const [answer] = await invoke(bundle('gate'), [event('gate')], {
      TASKS_TABLE: 'tasks',
      AWS_ENDPOINT_URL: aws.url,
      AWS_SDK_UA_APP_ID: 'office-gate',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_XRAY_DAEMON_ADDRESS: daemon.address,
      LAMBDA_TASK_ROOT: bundle('gate').directory,
      POWERTOOLS_SERVICE_NAME: 'gate',
      _X_AMZN_TRACE_ID: `Root=${root};Parent=0123456789abcdef;Sampled=1`,
    });
    // The outermost part of a trace is sent last.
    const role = await daemon.received('## gate');
    daemon.close();
    await aws.close();

    expect(answer).toMatchObject({ answer: { subtask_id: 'subtask-1' } });
    expect(role).toMatchObject({
      trace_id: root,
      parent_id: '0123456789abcdef',
      annotations: {
        ColdStart: true,
        Service: 'gate',
        tenant_id: 'default',
        task_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
      },
    });
    const calls = daemon.segments.filter(({ name }) => name === 'DynamoDB');
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) expect(call).toMatchObject({ trace_id: root, parent_id: role.id });
    // The whole name of the function, and nothing else: CloudTrail shows it, and calls are recorded by it.
    for (const { headers } of aws.seen) expect(headers['user-agent']).toMatch(/ app\/office-gate(?: |$)/);
  });

  it('write one JSON line per message, with the ids of its task and the function that it is of', async () => {
    const aws = await startLoopbackHttp((_request, response) => {
      response.statusCode = 400;
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end('{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException","message":"no"}');
    });
    const lines = await invoke(bundle('gate'), [event('gate')], {
      TASKS_TABLE: 'tasks',
      AWS_ENDPOINT_URL: aws.url,
      AWS_LAMBDA_FUNCTION_NAME: 'office-gate',
      POWERTOOLS_SERVICE_NAME: 'gate',
      POWERTOOLS_LOG_LEVEL: 'INFO',
    });
    await aws.close();
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        service: 'gate',
        tenant_id: 'default',
        task_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
        request_id: 'request',
      }),
      { error: 'ValidationException' },
    ]);
  });

  it('work where nobody listens for traces', async () => {
    const answers = await invoke(bundle('math-calculator'), [event('math-calculator'), {}], {});
    expect(answers).toEqual([
      { answer: expect.objectContaining({ status: 'ok' }) },
      { answer: expect.objectContaining({ status: 'error' }) },
    ]);
  });
});
