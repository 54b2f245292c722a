import { describe, expect, it } from '@jest/globals';
import { StepInProgressError } from '../../../lambdas/executor/claim.ts';
import {
  createExecutor,
  type ExecutorDeps,
  UnauthorizedStepError,
} from '../../../lambdas/executor/executor.ts';
import { createToolRunner } from '../../../lambdas/executor/run-tool.ts';
import { ToolLostError, type ToolPort, ToolThrottledError } from '../../../lambdas/executor/tool-port.ts';
import {
  WorkspaceAccessError,
  type WorkspaceCredentials,
} from '../../../lambdas/executor/workspace-credentials.ts';
import { canonicalHash } from '../../../lambdas/shared/canonical.ts';
import type { ClaimChecks } from '../../../lambdas/shared/claim-check.ts';
import type { Receipt, ReceiptStore } from '../../../lambdas/shared/stores/receipt-store.ts';
import { FileNotFoundError, type Workspace } from '../../../lambdas/shared/tools/workspace.ts';
import type { Grant } from '../../../schemas/authorization.ts';
import type { NewEvent } from '../../../schemas/events.ts';
import type { Outcome } from '../../../schemas/gate.ts';
import type { Json } from '../../../schemas/json.ts';
import type { Step } from '../../../schemas/plan.ts';
import type { PlanDocument, StateFailure, StepChain, StepEvent } from '../../../schemas/roles.ts';
import type { ToolAnswer, ToolEvent } from '../../../schemas/tool.ts';
import { aPlan, aStep } from '../../helpers/plans.ts';

const grantOf = (overrides: Partial<Grant> = {}): Grant => ({
  tool: 'http_client',
  tool_version: '1.0.0',
  function_name: 'http-client',
  idempotent: false,
  workspace: 'none',
  policy: { timeout_seconds: 10, max_output_bytes: 100_000, allow_hosts: [], deny_hosts: [] },
  ...overrides,
});
const post = (overrides: Partial<Step> = {}): Step =>
  aStep({
    step_id: 'send',
    action: 'http_client',
    inputs: { method: 'POST', url: 'https://example.com/' },
    ...overrides,
  });

const claims: ClaimChecks = {
  checkIn: async (_key, document) => ({ inline: document as Json }),
  checkOut: async (check, schema) => schema.parse('inline' in check ? check.inline : null),
};

function receiptStore(): ReceiptStore & { readonly stored: Map<string, Receipt> } {
  const stored = new Map<string, Receipt>();
  return {
    stored,
    claim: async (place, receipt) => {
      const earlier = stored.get(place.idempotency_key);
      if (earlier !== undefined) return earlier;
      stored.set(place.idempotency_key, receipt);
      return null;
    },
    takeOver: async (place, from, to) => {
      if (stored.get(place.idempotency_key)?.claimed_by !== from.claimed_by) return false;
      stored.set(place.idempotency_key, to);
      return true;
    },
    get: async (place) => stored.get(place.idempotency_key) ?? null,
    done: (place, receipt) => ({ sk: place.idempotency_key, body: receipt }),
  };
}

/** An executor around a tool that does what the test says, with everything it did on record. */
function office(options: {
  step?: Step;
  grant?: Grant;
  carried?: PlanDocument['carried'];
  tool?: (event: ToolEvent, call: number) => Promise<ToolAnswer>;
  files?: Record<string, string>;
  credentialsFor?: WorkspaceCredentials;
  recheck?: ExecutorDeps['recheck'];
}) {
  const step = options.step ?? post();
  const plan = aPlan([step]);
  const document: PlanDocument = {
    plan,
    result: {},
    rationale: '',
    carried: options.carried ?? {},
    source: { provider: 'test', model: 'test' },
  };
  const calls: ToolEvent[] = [];
  const events: NewEvent[] = [];
  const audited: unknown[] = [];
  const released: [string, Outcome][] = [];
  const written = new Map<string, string>();
  const receipts = receiptStore();
  let now = Date.parse('2026-01-01T00:00:00Z');
  const workspace: Workspace = {
    read: async (path) => {
      const content = options.files?.[path];
      if (content === undefined) throw new FileNotFoundError(path);
      return { bytes: Buffer.from(content), etag: '1' };
    },
    write: async (path, bytes) => {
      written.set(path, Buffer.from(bytes).toString('utf8'));
      return { path, size: bytes.length, etag: '2', modified_at: '' };
    },
    list: async () => [],
    stat: async () => null,
    remove: async () => undefined,
  };
  const tools: ToolPort = {
    invoke: async (_name, event) => {
      calls.push(event);
      return options.tool?.(event, calls.length) ?? { status: 'ok', output: { done: true } };
    },
  };
  const clock = () => new Date(now);
  const executor = createExecutor({
    recheck: options.recheck ?? (async () => null),
    log: {
      append: async (_key, added, documents = []) => {
        events.push(...added);
        for (const { pk, sk, body } of documents) {
          if (pk === undefined) receipts.stored.set(sk, body as unknown as Receipt);
          else audited.push(body);
        }
      },
    },
    receipts,
    gate: { release: async (_key, _gate, item, outcome) => void released.push([item, outcome]) },
    claims,
    runner: createToolRunner({
      tools,
      workspaceOf: () => workspace,
      workspacePrefix: () => 'p/',
      ...(options.credentialsFor === undefined ? {} : { credentialsFor: options.credentialsFor }),
      now: clock,
    }),
    now: clock,
    warn: () => undefined,
  });
  const context = {
    tenant_id: 'acme',
    task_id: '01TASK',
    description: 'd',
    criteria: [],
    priority: 'normal',
    allowed_tools: null,
    max_iterations: 3,
    max_cost_usd: null,
    deadline: '2026-01-02T00:00:00.000Z',
    dry_run: false,
    given_plan: null,
    workspace: [],
  };
  const event: StepEvent = {
    tenant_id: 'acme',
    task_id: '01TASK',
    subtask_id: 's1',
    iteration: 1,
    context: { inline: context as unknown as Json },
    plan_hash: canonicalHash(plan),
    document: { inline: document as unknown as Json },
    authorization: {
      inline: {
        plan_hash: canonicalHash(plan),
        grants: { [step.step_id]: options.grant ?? grantOf() },
      } as unknown as Json,
    },
    gate: 's1#1',
    step: { step_id: step.step_id, gated: false, prerequisites: [], has_dependents: true },
    decision: { decision: 'run', outcomes: {} },
  };
  const runChain = (changes: Partial<StepEvent> = {}, request_id = 'r1', chain: Partial<StepChain> = {}) => {
    const { step, decision, ...place } = { ...event, ...changes };
    const open = { rest: [], ended: [], left: 1, ...chain, step, decision };
    return executor.run({ ...place, action: 'run', chain: open }, { request_id, remaining_ms: 60_000 });
  };
  const run = async (...given: Parameters<typeof runChain>) => (await runChain(...given)).ended.at(-1);
  const close = async (failure: StateFailure) => {
    const { step, decision, ...place } = event;
    const chain = { step, decision, rest: [], ended: [], left: 1 };
    const closed = await executor.run(
      { ...place, action: 'close', chain, failure },
      { request_id: 'r2', remaining_ms: 1 },
    );
    return closed.ended.at(-1);
  };
  return {
    run,
    runChain,
    close,
    event,
    calls,
    events,
    audited,
    released,
    receipts,
    written,
    advance: (ms: number) => (now += ms),
  };
}

const lost = async (): Promise<ToolAnswer> => {
  throw new ToolLostError('no answer');
};

describe('a step', () => {
  it('runs its tool, keeps the outcome and lets its dependents through', async () => {
    const { run, calls, events, released } = office({});
    expect(await run()).toMatchObject({
      step_id: 'send',
      status: 'succeeded',
      output: { inline: { done: true } },
    });
    expect(calls).toHaveLength(1);
    expect(events.map((event) => event.type)).toEqual(['step.finished']);
    expect(released).toEqual([['send', expect.objectContaining({ status: 'succeeded' })]]);
  });

  it('with a side effect runs once, however often it is asked for', async () => {
    const { run, calls } = office({});
    const first = await run({}, 'r1');
    const second = await run({}, 'r2');
    expect(second).toEqual(first);
    expect(calls).toHaveLength(1);
  });

  it('that failed without an effect is run again by another iteration, not by the same one', async () => {
    const { run, calls, event } = office({
      tool: async (_event, call) =>
        call === 1
          ? { status: 'error', error: { name: 'ConnectionRefused', message: 'no', retryable: false } }
          : { status: 'ok', output: 'sent' },
    });
    const failed = await run({}, 'r1');
    expect(failed).toMatchObject({ status: 'failed' });
    expect(await run({}, 'r2')).toEqual(failed);
    expect(calls).toHaveLength(1);

    const later = { ...event, gate: 's1#2', iteration: 2 };
    const sent = await run(later, 'r3');
    expect(sent).toMatchObject({ status: 'succeeded', output: { inline: 'sent' } });
    expect(await run({ ...event, gate: 's1#3', iteration: 3 }, 'r4')).toEqual(sent);
    expect(calls).toHaveLength(2);
  });

  it('keeps what it did although a later iteration refuses it', async () => {
    const { run, calls, event } = office({
      step: post({ inputs: { method: 'POST', url: '${steps.where.output}' } }),
      carried: { where: { inline: 'https://example.com/' } },
    });
    const sent = await run({}, 'r1');
    const document = event.document as { inline: { carried: object } };
    const without = { inline: { ...document.inline, carried: {} } } as unknown as StepEvent['document'];
    const later = { ...event, gate: 's1#2', iteration: 2 };
    expect(await run({ ...later, document: without }, 'r2')).toMatchObject({ status: 'failed' });
    expect(await run({ ...event, gate: 's1#3', iteration: 3 }, 'r3')).toEqual(sent);
    expect(calls).toHaveLength(1);
  });

  it('that may have had its effect is not run again by any iteration', async () => {
    const { run, calls, event } = office({ tool: lost });
    const first = await run({}, 'r1');
    expect(first).toMatchObject({ status: 'in_doubt' });
    expect(await run({ ...event, gate: 's1#2', iteration: 2 }, 'r2')).toEqual(first);
    expect(calls).toHaveLength(1);
  });

  it('that another invocation is running is asked for again later', async () => {
    const { run, receipts, event } = office({});
    await receipts.claim(
      { ...event, idempotency_key: 'key-send' },
      claimOf('someone', '2026-01-01T00:05:00.000Z'),
    );
    await expect(run()).rejects.toBeInstanceOf(StepInProgressError);
  });

  it('whose runner died is reconciled: repeated only when the tool knows that it did not run', async () => {
    const notRun = office({
      tool: async (event) =>
        event.operation === 'reconcile'
          ? { status: 'error', error: { name: 'NotRun', message: '', retryable: false } }
          : { status: 'ok', output: 'ran' },
    });
    await notRun.receipts.claim(
      { ...notRun.event, idempotency_key: 'key-send' },
      claimOf('dead', '2025-12-31T00:00:00.000Z'),
    );
    expect(await notRun.run()).toMatchObject({ status: 'succeeded' });
    expect(notRun.calls.map((call) => call.operation)).toEqual(['reconcile', 'run']);

    const unknown = office({
      tool: async () => ({
        status: 'error',
        error: { name: 'InDoubt', message: 'can not know', retryable: false },
      }),
    });
    await unknown.receipts.claim(
      { ...unknown.event, idempotency_key: 'key-send' },
      claimOf('dead', '2025-12-31T00:00:00.000Z'),
    );
    expect(await unknown.run()).toMatchObject({ status: 'in_doubt' });
    expect(unknown.calls.map((call) => call.operation)).toEqual(['reconcile']);

    const known = office({ tool: async () => ({ status: 'ok', output: 'from before' }) });
    await known.receipts.claim(
      { ...known.event, idempotency_key: 'key-send' },
      claimOf('dead', '2025-12-31T00:00:00.000Z'),
    );
    expect(await known.run()).toMatchObject({ status: 'succeeded', output: { inline: 'from before' } });
    expect(known.calls.map((call) => call.operation)).toEqual(['reconcile']);
  });

  it('whose tool is lost is in doubt when it has side effects, and tried again when it has none', async () => {
    const effect = office({ tool: lost });
    expect(await effect.run()).toMatchObject({ status: 'in_doubt' });
    expect(effect.calls).toHaveLength(1);
    const read = office({
      step: post({ inputs: { method: 'GET', url: 'https://example.com/' } }),
      tool: async (_event, call) => (call < 3 ? lost() : { status: 'ok', output: 'third time' }),
    });
    expect(await read.run()).toMatchObject({ status: 'succeeded' });
    expect(read.calls).toHaveLength(3);
  });

  it('is tried again after a transient error, three times at most', async () => {
    const transient: ToolAnswer = {
      status: 'error',
      error: { name: 'ConnectionFailed', message: 'refused', retryable: true },
    };
    const { run, calls } = office({ tool: async () => transient });
    expect(await run()).toMatchObject({ status: 'failed', error: { name: 'ConnectionFailed' } });
    expect(calls).toHaveLength(3);
  });

  it('is tried again when Lambda throttles: the tool certainly did not run', async () => {
    const { run } = office({
      tool: async (_event, call) => {
        if (call === 1) throw new ToolThrottledError('busy');
        return { status: 'ok', output: 'ok' };
      },
    });
    expect(await run()).toMatchObject({ status: 'succeeded' });
  });

  it('fails by the name the tool gives, without a second try, for a definite error', async () => {
    const { run, calls } = office({
      tool: async () => ({
        status: 'error',
        error: { name: 'ForbiddenAddress', message: 'private', retryable: false },
      }),
    });
    expect(await run()).toMatchObject({
      status: 'failed',
      error: { name: 'ForbiddenAddress', message: 'private' },
    });
    expect(calls).toHaveLength(1);
  });

  it('is refused when the plan or the step is not the authorized one', async () => {
    const { run, calls, event } = office({});
    const other = aPlan([post({ inputs: { method: 'POST', url: 'https://evil.example/' } })]);
    const forged = { ...(event.document as { inline: PlanDocument }).inline, plan: other };
    await expect(run({ document: { inline: forged as unknown as Json } })).rejects.toBeInstanceOf(
      UnauthorizedStepError,
    );
    await expect(run({ step: { ...event.step, step_id: 'unplanned' } })).rejects.toBeInstanceOf(
      UnauthorizedStepError,
    );
    expect(calls).toHaveLength(0);
  });

  it('gets its references from dependencies and from earlier iterations', async () => {
    const { run, calls } = office({
      step: post({
        inputs: {
          method: 'POST',
          url: 'https://example.com/',
          body: '${steps.a.output.x}-${steps.old.output}',
        },
      }),
      carried: { old: { inline: 7 } },
    });
    await run({
      decision: { decision: 'run', outcomes: { a: { status: 'succeeded', output: { inline: { x: 1 } } } } },
    });
    expect(calls[0]?.inputs['body']).toBe('1-7');
  });

  it('fails clearly when a reference leads nowhere', async () => {
    const { run, calls } = office({
      step: post({ inputs: { method: 'POST', url: '${steps.a.output.url}' } }),
    });
    expect(await run()).toMatchObject({ status: 'failed', error: { name: 'UnresolvedReferenceError' } });
    expect(calls).toHaveLength(0);
  });

  // DynamoDB's document client takes no instances of classes, and its own words reached the caller.
  it('keeps of an error only what the log can store, whichever class it was', async () => {
    const mounting = { action: 'python_exec', inputs: { code: '1', files: ['data.csv'] } };
    const failures = [
      office({ step: post({ inputs: { method: 'POST', url: '${steps.a.output.url}' } }) }),
      office({
        step: post(mounting),
        grant: grantOf({ tool: 'python_exec', workspace: 'mounted' }),
        files: {},
      }),
      office({
        tool: async () => {
          throw new ToolThrottledError('Lambda is at its concurrency limit.');
        },
      }),
    ];
    for (const { run, events } of failures) {
      const outcome = await run();
      expect(outcome?.status).toBe('failed');
      expect(Object.getPrototypeOf(outcome?.error)).toBe(Object.prototype);
      expect(events.at(-1)?.data?.['outcome']).toEqual(JSON.parse(JSON.stringify(outcome)));
    }
  });

  it('keeps of a long error what fits into the state fifty times', async () => {
    const failing = (message: string) =>
      office({ tool: async () => ({ status: 'error', error: { name: 'Long', message, retryable: false } }) });
    const outcome = await failing('☃'.repeat(100_000)).run();
    expect(Buffer.byteLength(JSON.stringify(outcome))).toBeLessThan(2_500);
    expect(outcome?.error?.message).toMatch(/^☃{600,}…$/);
    expect((await failing('x'.repeat(1_999)).run())?.error?.message).toHaveLength(1_999);
  });

  it('says which of its files have no usable path, in words', async () => {
    const { run } = office({
      step: post({ action: 'python_exec', inputs: { code: '1', files: [7] } }),
      grant: grantOf({ tool: 'python_exec', workspace: 'mounted' }),
    });
    expect(await run()).toMatchObject({
      status: 'failed',
      error: { name: 'InvalidInputs', message: 'The input "files" must be a list of at most 1000 paths.' },
    });
  });

  it('is skipped when a dependency failed, and its own dependents learn of it', async () => {
    const { run, calls, released } = office({});
    expect(await run({ decision: { decision: 'skip', outcomes: {} } })).toMatchObject({ status: 'skipped' });
    expect(released[0]?.[1].status).toBe('skipped');
    expect(calls).toHaveLength(0);
  });

  it('gets the files it names and has what it writes stored, when it has no credentials of its own', async () => {
    const { run, calls, written } = office({
      step: aStep({ step_id: 'send', action: 'python_exec', inputs: { code: '1', files: ['./data.csv'] } }),
      grant: grantOf({ tool: 'python_exec', idempotent: true, workspace: 'mounted' }),
      files: { 'data.csv': 'a,b' },
      tool: async () => ({
        status: 'ok',
        output: {},
        files: [{ path: 'out/report.txt', content_base64: Buffer.from('hi').toString('base64') }],
      }),
    });
    await run();
    expect(calls[0]?.tool_context.files).toEqual([
      { path: 'data.csv', content_base64: Buffer.from('a,b').toString('base64') },
    ]);
    expect(written.get('out/report.txt')).toBe('hi');
  });

  it.each([
    ['nothing.csv', 'FileNotFound'],
    ['../up', 'InvalidPath'],
  ])('whose file %s cannot be mounted fails under the name that tools give it', async (path, name) => {
    const { run, calls } = office({
      step: aStep({ step_id: 'send', action: 'python_exec', inputs: { code: '1', files: [path] } }),
      grant: grantOf({ tool: 'python_exec', idempotent: true, workspace: 'mounted' }),
    });
    expect(await run()).toMatchObject({ status: 'failed', error: { name, message: expect.any(String) } });
    expect(calls).toEqual([]);
  });

  it('stores nothing of what it writes when one of the paths is refused', async () => {
    const content_base64 = Buffer.from('hi').toString('base64');
    const { run, written } = office({
      step: aStep({ step_id: 'send', action: 'python_exec', inputs: { code: '1' } }),
      grant: grantOf({ tool: 'python_exec', idempotent: true, workspace: 'mounted' }),
      tool: async () => ({
        status: 'ok',
        output: {},
        files: ['good.txt', 'a\\b', '../up'].map((path) => ({ path, content_base64 })),
      }),
    });

    expect(await run()).toMatchObject({ status: 'failed', error: { name: 'InvalidPath' } });
    expect([...written.keys()]).toEqual([]);
  });

  it('that the executor itself lost is settled by its receipt', async () => {
    const failure = {
      Error: 'Sandbox.Timedout',
      Cause: '{"errorMessage":"Task timed out after 900 seconds"}',
    };
    const never = office({});
    expect(await never.close(failure)).toMatchObject({
      status: 'failed',
      error: { name: 'Sandbox.Timedout', message: 'Task timed out after 900 seconds' },
    });
    const claimed = office({});
    await claimed.receipts.claim(
      { ...claimed.event, idempotency_key: 'key-send' },
      claimOf('r1', '2026-01-01T00:00:10.000Z'),
    );
    expect(await claimed.close(failure)).toMatchObject({ status: 'in_doubt' });
    const done = office({});
    const outcome = await done.run();
    expect(await done.close(failure)).toEqual(outcome);
  });
});

describe('a chain', () => {
  const next = { step_id: 'later', gated: false, prerequisites: ['send'], has_dependents: false };

  it('goes on with its next step and what the steps before it gave', async () => {
    const { runChain, released, event } = office({});
    const step = { ...event.step, has_dependents: false };
    const chain = await runChain({ step }, 'r1', { rest: [next] });

    expect(chain).toEqual({
      step: next,
      rest: [],
      decision: {
        decision: 'run',
        outcomes: { send: { status: 'succeeded', output: { inline: { done: true } } } },
      },
      ended: [{ step_id: 'send', status: 'succeeded', output: { inline: { done: true } } }],
      left: 1,
    });
    expect(released).toEqual([]);
  });

  it('skips what comes after a step that failed, and is done after its last', async () => {
    const { runChain } = office({
      tool: async () => ({ status: 'error', error: { name: 'Bad', message: 'no', retryable: false } }),
    });
    const failed = await runChain({}, 'r1', { rest: [next] });
    expect(failed).toMatchObject({ step: next, decision: { decision: 'skip' }, left: 1 });
    const skipped = await runChain({ step: next, decision: failed.decision }, 'r1', { ended: failed.ended });

    expect(skipped).toMatchObject({
      step: null,
      left: 0,
      ended: [
        { step_id: 'send', status: 'failed' },
        { step_id: 'later', status: 'skipped' },
      ],
    });
  });
});

const claimOf = (claimed_by: string, claim_expires_at: string): Receipt => ({
  state: 'claimed',
  claimed_by,
  claimed_at: '2025-12-31T00:00:00.000Z',
  claim_expires_at,
  inputs_hash: 'x',
});

describe('a tool that works on the files itself', () => {
  const credentials = { accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'token' };
  const credentialsFor: WorkspaceCredentials = async ({ task_id }) =>
    task_id === '01TASK' ? credentials : undefined;

  it('gets credentials for the files of its task, and no other tool does', async () => {
    for (const [workspace, expected] of [
      ['direct', credentials],
      ['mounted', undefined],
      ['none', undefined],
    ] as const) {
      const { run, calls } = office({ grant: grantOf({ workspace }), credentialsFor });
      await run();
      expect(calls[0]?.tool_context.credentials).toEqual(expected);
    }
  });

  it('is not run without them', async () => {
    const { run, calls } = office({
      grant: grantOf({ workspace: 'direct' }),
      credentialsFor: async () => {
        throw new WorkspaceAccessError('The credentials for the workspace could not be had.');
      },
    });
    expect(await run()).toMatchObject({ status: 'failed', error: { name: 'WorkspaceAccessError' } });
    expect(calls).toEqual([]);
  });
});

describe('policies of the authorization', () => {
  const recheck = {
    policies: {},
    tool: { name: 'http_client', risk: 'medium', network: 'internet', idempotent: false },
    source: 'builtin',
    destination: 'task',
    approved: false,
  } as const;

  it('stop a step whose resolved inputs they deny, before its tool is called', async () => {
    const { run, calls } = office({ grant: grantOf({ recheck }), recheck: async () => 'only-our-hosts' });
    expect(await run()).toMatchObject({
      status: 'failed',
      error: { name: 'PolicyDenied', message: expect.stringContaining('only-our-hosts') },
    });
    expect(calls).toHaveLength(0);
  });

  it('are not asked when nothing of the decision could change', async () => {
    const { run, calls } = office({ recheck: async () => 'never asked' });
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(calls).toHaveLength(1);
  });
});

it('leaves an audit entry with every step, with a digest of its inputs', async () => {
  const { run, audited, event } = office({});
  await run();
  expect(audited).toHaveLength(1);
  expect(audited[0]).toMatchObject({
    action: 'step.executed',
    actor: 'executor',
    task_id: '01TASK',
    step_id: 'send',
    detail: {
      tool: 'http_client',
      plan_hash: event.plan_hash,
      inputs_sha256: canonicalHash(post().inputs),
      outcome: 'succeeded',
    },
  });
});
