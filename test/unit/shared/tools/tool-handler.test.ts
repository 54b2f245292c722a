import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type Tool, ToolFailure, type ToolRun } from '../../../../lambdas/shared/tools/define-tool.ts';
import { toolHandler } from '../../../../lambdas/shared/tools/tool-handler.ts';
import { toolAnswerSchema } from '../../../../schemas/tool.ts';
import { aToolEvent } from '../../../helpers/tool-run.ts';

const inputs = z.strictObject({ text: z.string().min(1), times: z.int().min(1).default(1) });
const output = z.strictObject({ text: z.string(), note: z.string().optional() });
type EchoTool = Tool<typeof inputs, typeof output>;

function echo(
  overrides: Partial<Omit<EchoTool, 'declaration'>> = {},
  declared: Partial<EchoTool['declaration']> = {},
): EchoTool {
  return {
    declaration: {
      name: 'echo',
      version: '1.0.0',
      description: 'Repeats a text.',
      inputs,
      output,
      risk: 'low',
      idempotent: false,
      timeout_seconds: 60,
      memory_mb: 128,
      network: 'none',
      workspace: 'none',
      example: { text: 'x' },
      ...declared,
    },
    run: async ({ text, times }) => ({ output: { text: text.repeat(times), note: undefined } }),
    ...overrides,
  };
}

const policy = (overrides: object) => ({
  context: {
    policy: { timeout_seconds: 60, max_output_bytes: 1024, allow_hosts: [], deny_hosts: [], ...overrides },
  },
});
const never = () => new Promise<never>(() => undefined);

describe('toolHandler', () => {
  it('runs the tool with parsed inputs and answers with plain JSON', async () => {
    const answer = await toolHandler(echo())(aToolEvent({ text: 'ab', times: 2 }));
    expect(answer).toEqual({ status: 'ok', output: { text: 'abab' } });
    expect(answer).not.toHaveProperty('output.note');
    expect(toolAnswerSchema.parse(answer)).toEqual(answer);
  });

  it('passes on who the run is for, its files and its cost', async () => {
    let seen: ToolRun | undefined;
    const files = [{ path: 'a.txt', content_base64: 'YQ==' }];
    const tool = echo({
      run: async (_, run) => {
        seen = run;
        return { output: { text: '' }, files, cost: { usd: 0.5, tokens: 7 } };
      },
    });
    const answer = await toolHandler(tool)(aToolEvent({ text: 'x' }, { context: { files } }));
    expect(seen).toMatchObject({
      tenant_id: 'acme',
      task_id: 'task-1',
      step_id: 'step-1',
      idempotency_key: 'key-1',
      files,
    });
    expect(answer).toMatchObject({ files, cost: { usd: 0.5, tokens: 7 } });
  });

  it('makes the tool from the context when given a function', async () => {
    const handler = toolHandler((context) =>
      echo({ run: async () => ({ output: { text: context.workspace_prefix } }) }),
    );
    await expect(handler(aToolEvent({ text: 'x' }))).resolves.toEqual({
      status: 'ok',
      output: { text: 'acme/task-1/' },
    });
  });

  it('names wrong inputs with their path', async () => {
    const answer = await toolHandler(echo())(aToolEvent({ text: '', times: 'two', extra: 1 }));
    expect(answer).toMatchObject({ status: 'error', error: { name: 'InvalidInputs', retryable: false } });
    const { message } = (answer as { error: { message: string } }).error;
    expect(message).toMatch(/^The inputs of echo are wrong: /);
    for (const part of ['inputs.text: ', 'inputs.times: ', 'extra']) expect(message).toContain(part);
  });

  it.each([undefined, null, 1, {}, { inputs: {} }, { ...aToolEvent({}), operation: 'explode' }])(
    'names the wrong event %j',
    async (event) => {
      await expect(toolHandler(echo())(event)).resolves.toMatchObject({
        status: 'error',
        error: { name: 'InvalidEvent' },
      });
    },
  );

  it('keeps the name, message and retryability of a failure', async () => {
    const run = async () => {
      throw new ToolFailure('RateLimited', 'Wait a second.', { retryable: true });
    };
    await expect(toolHandler(echo({ run }))(aToolEvent({ text: 'x' }))).resolves.toEqual({
      status: 'error',
      error: { name: 'RateLimited', message: 'Wait a second.', retryable: true },
    });
  });

  it.each([
    new Error('secret at /etc/key'),
    new TypeError('secret'),
    'secret',
    null,
    { name: 'secret <script>' },
  ])('says of the unforeseen %p only its kind', async (thrown) => {
    const run = async () => {
      throw thrown;
    };
    const answer = await toolHandler(echo({ run }))(aToolEvent({ text: 'x' }));
    expect(answer).toMatchObject({ status: 'error', error: { name: 'ToolCrashed', retryable: false } });
    expect(JSON.stringify(answer)).not.toMatch(/secret|etc|at Object/);
  });

  it('says so when a synchronous tool throws at once', async () => {
    const run = () => {
      throw new RangeError('stack');
    };
    await expect(toolHandler(echo({ run }))(aToolEvent({ text: 'x' }))).resolves.toMatchObject({
      error: { name: 'ToolCrashed', message: 'The tool failed in a way it does not foresee (RangeError).' },
    });
  });

  it.each([
    [true, true],
    [false, false],
  ])(
    'ends a run at its deadline and aborts it; idempotent %p is retryable %p',
    async (idempotent, retryable) => {
      let aborted = false;
      const tool = echo(
        {
          run: (_, run) =>
            new Promise((_, reject) => {
              run.signal.addEventListener('abort', () => {
                aborted = true;
                reject(new Error('stopped'));
              });
            }),
        },
        { idempotent },
      );
      const deadline = new Date(Date.now() + 40).toISOString();
      const answer = await toolHandler(tool)(aToolEvent({ text: 'x' }, { context: { deadline } }));
      expect(answer).toMatchObject({ status: 'error', error: { name: 'TimeoutExceeded', retryable } });
      expect(aborted).toBe(true);
    },
  );

  it('stops a run whose task was cancelled, and does not offer to repeat it', async () => {
    const server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const reasons: unknown[] = [];
    const run: EchoTool['run'] = (_, { signal }) =>
      new Promise(() => signal.addEventListener('abort', () => reasons.push(signal.reason)));
    const context = { cancelled_url: `http://127.0.0.1:${port}/` };
    const answer = await toolHandler(echo({ run }))(aToolEvent({ text: 'x' }, { context }));
    expect(answer).toMatchObject({ status: 'error', error: { name: 'TaskCancelled', retryable: false } });
    expect(reasons).toEqual([expect.objectContaining({ name: 'TaskCancelled' })]);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('does not start after the deadline', async () => {
    let started = false;
    const run = async () => {
      started = true;
      return { output: { text: '' } };
    };
    const event = aToolEvent(
      { text: 'x' },
      { context: { deadline: new Date(Date.now() - 1).toISOString() } },
    );
    await expect(toolHandler(echo({ run }))(event)).resolves.toMatchObject({
      error: { name: 'TimeoutExceeded' },
    });
    expect(started).toBe(false);
  });

  it('gives the tool the earliest of deadline, policy and its own limit', async () => {
    const left = async (declared: number, allowed: number) => {
      let milliseconds = 0;
      const run: EchoTool['run'] = async (_, { deadline }) => {
        milliseconds = deadline.getTime() - Date.now();
        return { output: { text: '' } };
      };
      await toolHandler(echo({ run }, { timeout_seconds: declared }))(
        aToolEvent({ text: 'x' }, policy({ timeout_seconds: allowed })),
      );
      return Math.round(milliseconds / 1000);
    };
    await expect(left(10, 20)).resolves.toBe(10);
    await expect(left(20, 5)).resolves.toBe(5);
    await expect(left(900, 900)).resolves.toBe(60);
  });

  it('refuses an output above the limit of the policy', async () => {
    const handler = toolHandler(echo());
    await expect(handler(aToolEvent({ text: 'é', times: 600 }, policy({})))).resolves.toMatchObject({
      error: { name: 'OutputTooLarge' },
    });
    await expect(handler(aToolEvent({ text: 'é', times: 500 }, policy({})))).resolves.toMatchObject({
      status: 'ok',
    });
  });

  it('refuses files above what a function may answer', async () => {
    const files = [{ path: 'big', content_base64: 'A'.repeat(6_000_000) }];
    const run = async () => ({ output: { text: '' }, files });
    await expect(toolHandler(echo({ run }))(aToolEvent({ text: 'x' }))).resolves.toMatchObject({
      error: { name: 'OutputTooLarge' },
    });
  });

  it('refuses an output against its own schema', async () => {
    const run = async () => ({ output: { text: 5, more: true } as unknown as { text: string } });
    await expect(toolHandler(echo({ run }))(aToolEvent({ text: 'x' }))).resolves.toMatchObject({
      error: { name: 'InvalidOutput', message: expect.stringContaining('output.text') },
    });
  });

  it.each([
    ['not_run' as const, { status: 'error', error: { name: 'NotRun', retryable: true } }],
    ['unknown' as const, { status: 'error', error: { name: 'InDoubt', retryable: false } }],
    [{ output: { text: 'done' } }, { status: 'ok', output: { text: 'done' } }],
  ])('reconciles %j', async (found, expected) => {
    const tool = echo({ reconcile: async () => found, run: never });
    await expect(
      toolHandler(tool)(aToolEvent({ text: 'x' }, { operation: 'reconcile' })),
    ).resolves.toMatchObject(expected);
  });

  it('is in doubt for a tool that can not know', async () => {
    const event = aToolEvent({ text: 'x' }, { operation: 'reconcile' });
    await expect(toolHandler(echo({ run: never }))(event)).resolves.toMatchObject({
      error: { name: 'InDoubt' },
    });
  });
});
