import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AuthorizeEvent, createBroker, UnauthorizedPlanError } from '../../../lambdas/broker/broker.ts';
import { createCedarPolicy, judgeResolved } from '../../../lambdas/broker/cedar-policy.ts';
import { sandboxFor, stricter } from '../../../lambdas/broker/policy.ts';
import { canonicalHash } from '../../../lambdas/shared/canonical.ts';
import { builtInManifests } from '../../../lambdas/shared/tools/registry.ts';
import { authorizationSchema } from '../../../schemas/authorization.ts';
import type { NewEvent } from '../../../schemas/events.ts';
import type { Step } from '../../../schemas/plan.ts';
import type { TaskContext } from '../../../schemas/roles.ts';
import type { ToolManifest } from '../../../schemas/tool.ts';
import { aPlan, aShelf, aStep } from '../../helpers/plans.ts';
import { aContext, inline, inlineClaims, key, memoryLog, scriptedRouter } from '../../helpers/role-fakes.ts';

const manifestNamed = (name: string): ToolManifest => {
  const manifest = builtInManifests.find((candidate) => candidate.name === name);
  if (manifest === undefined) throw new Error(`no manifest ${name}`);
  return manifest;
};
const dangerous: ToolManifest = {
  ...manifestNamed('http_client'),
  name: 'launch',
  risk: 'high',
  source: { kind: 'lambda', function_name: 'launch-fn' },
};

function broker(options: {
  steps?: Step[];
  context?: Partial<TaskContext>;
  /** What the log holds when the plan arrives; by default that the task is one subtask. */
  earlier?: readonly NewEvent[];
  policies?: Record<string, string>;
  assessment?: 'approve' | 'ask_human' | 'deny';
}) {
  const plan = aPlan(options.steps ?? [aStep({ step_id: 'a' })]);
  const { log, events, documents } = memoryLog(options.earlier ?? [decomposed()]);
  const { router, requests } = scriptedRouter(() => ({
    assessment: options.assessment ?? 'approve',
    reason: 'because',
  }));
  const subject = createBroker({
    log,
    claims: inlineClaims,
    router,
    registry: { shelf: async () => aShelf({ manifests: [dangerous] }) },
    policyOf: async () => createCedarPolicy(options.policies),
    functions: {
      math_calculator: 'math-fn',
      http_client: 'http-fn',
      python_exec: 'python-fn',
      file_operations: 'files-fn',
    },
    allowHosts: ['127.0.0.1:9'],
    approvalTimeoutSeconds: 60,
    now: () => new Date('2026-01-01T00:00:00Z'),
  });
  const event: AuthorizeEvent = {
    ...key,
    action: 'authorize',
    subtask_id: 's1',
    iteration: 1,
    context: inline(aContext(options.context)),
    plan_hash: canonicalHash(plan),
    document: inline({ plan, result: {}, rationale: '', carried: {}, source: { provider: 'p', model: 'm' } }),
    validation: { verdict: 'APPROVED', feedback: [], warnings: [], quote: { max_usd: 0, max_tokens: 0 } },
  };
  return {
    authorize: (changes: Partial<AuthorizeEvent> = {}) => subject.authorize({ ...event, ...changes }),
    events,
    documents,
    audited: () => documents.filter(({ pk }) => pk === 'T#acme#AUDIT').map(({ body }) => body['action']),
    requests,
    event,
  };
}

const decomposed = (prerequisites: string[] = []): NewEvent => ({
  type: 'task.decomposed',
  message: '',
  data: { subtasks: [{ subtask_id: 's1', description: 'Do it.', prerequisites }] },
});
const finishedStep: NewEvent = {
  type: 'step.finished',
  subtask_id: 's1',
  step_id: 'read',
  message: '',
};

const remembering: NewEvent = {
  type: 'plan.created',
  subtask_id: 's1',
  message: '',
  data: { recalled: 2 },
};

const http = (overrides: Partial<Step> = {}): Step =>
  aStep({
    step_id: 'get',
    action: 'http_client',
    inputs: { method: 'GET', url: 'https://example.com' },
    ...overrides,
  });

describe('the broker', () => {
  it('authorizes low risk at once, naming the plan’s hash and each step’s tool, function and sandbox', async () => {
    const { authorize, requests, audited, event } = broker({});
    const result = await authorize();
    expect(result.decision).toBe('authorized');
    const authorization = authorizationSchema.parse(
      'inline' in result.authorization ? result.authorization.inline : null,
    );
    expect(authorization).toMatchObject({
      plan_hash: event.plan_hash,
      grants: { a: { tool: 'math_calculator', function_name: 'math-fn', policy: { allow_hosts: [] } } },
    });
    expect(requests).toHaveLength(0);
    expect(audited()).toEqual(['plan.authorized']);
  });

  it('lets medium risk run, after the gatekeeper has looked, with an audit entry', async () => {
    const { authorize, requests, audited } = broker({ steps: [http()] });
    expect((await authorize()).decision).toBe('authorized');
    expect(requests).toHaveLength(1);
    expect(audited()).toEqual(['plan.authorized']);
  });

  it('asks a human for high risk, saying which step and policy', async () => {
    const { authorize } = broker({ steps: [aStep({ step_id: 'go', action: 'launch', inputs: {} })] });
    const result = await authorize();
    expect(result.decision).toBe('needs_approval');
    expect(result.reason).toContain('"go"');
    expect(result.reason).toContain('high-risk-needs-a-human');
  });

  it.each([
    ['ask_human', 'needs_approval'],
    ['deny', 'denied'],
  ] as const)('follows a gatekeeper that says %s', async (assessment, decision) => {
    expect((await broker({ steps: [http()], assessment }).authorize()).decision).toBe(decision);
  });

  it('does not let a gatekeeper make a decision milder', async () => {
    const steps = [aStep({ step_id: 'go', action: 'launch', inputs: {} })];
    expect((await broker({ steps, assessment: 'approve' }).authorize()).decision).toBe('needs_approval');
    const rulings = fc.constantFrom('permit', 'ask_human', 'deny');
    const order = ['permit', 'ask_human', 'deny'];
    fc.assert(
      fc.property(rulings, rulings, (a, b) => {
        expect(order.indexOf(stricter(a as 'permit', b as 'permit'))).toBe(
          Math.max(order.indexOf(a), order.indexOf(b)),
        );
      }),
    );
  });

  it('denies tools the task does not allow, and grants nothing then', async () => {
    const { authorize, documents } = broker({ context: { allowed_tools: ['file_operations'] } });
    const result = await authorize();
    expect(result.decision).toBe('denied');
    expect(result.reason).toContain('only-allowed-tools');
    expect(documents[0]?.body).toMatchObject({ authorization: { grants: {} } });
  });

  it('only prices a dry run', async () => {
    expect((await broker({ context: { dry_run: true } }).authorize()).decision).toBe('priced');
  });

  it('refuses a plan that is not the one that was judged', async () => {
    await expect(broker({}).authorize({ plan_hash: 'f'.repeat(64) })).rejects.toBeInstanceOf(
      UnauthorizedPlanError,
    );
  });

  it('gives each step the tightest of its limits, and private hosts to internet tools only', () => {
    const manifest = manifestNamed('http_client');
    const step = http({
      timeout_seconds: 50,
      inputs: { method: 'GET', url: 'https://example.com', timeout_seconds: 5 },
    });
    // The tool ends after 5 s of its work by itself; what it needs to start is on top.
    expect(sandboxFor(step, manifest, ['127.0.0.1:9', 'example.com', '*.example.com'])).toMatchObject({
      timeout_seconds: 35,
      allow_hosts: ['example.com'],
    });
    expect(sandboxFor({ ...step, timeout_seconds: 8 }, manifest, []).timeout_seconds).toBe(8);
    expect(
      sandboxFor(aStep({ step_id: 'a' }), manifestNamed('math_calculator'), ['127.0.0.1:9']).allow_hosts,
    ).toEqual([]);
  });

  describe('with an address that a page, a file or an output may have chosen', () => {
    const elsewhere = http({ inputs: { method: 'GET', url: 'https://example.net/?q=1' } });
    const named = { description: 'Fetch https://example.com and sum it up.' };

    it.each([
      ['an earlier iteration ran a step', { earlier: [decomposed(), finishedStep] }],
      ['it comes after other subtasks', { earlier: [decomposed(['s0'])] }],
      ['the log does not know it', { earlier: [] }],
      ['remembered plans of other tasks were read', { earlier: [decomposed(), remembering] }],
      ['the task came with files', { context: { workspace: [{ path: 'a.txt', size: 1 }] } }],
    ])('asks a human when %s, and names the policy', async (_case, given) => {
      const { authorize, events } = broker({ steps: [elsewhere], ...given });
      const result = await authorize();
      expect(result.decision).toBe('needs_approval');
      expect(result.reason).toContain('untrusted-destination-needs-a-human');
      expect(events.at(-1)?.data?.['rulings']).toMatchObject([
        { step_id: 'get', ruling: 'ask_human', policy: 'untrusted-destination-needs-a-human' },
      ]);
    });

    it('still lets it go where the task’s own words lead', async () => {
      const { authorize } = broker({
        steps: [http()],
        context: named,
        earlier: [decomposed(), finishedStep],
      });
      expect((await authorize()).decision).toBe('authorized');
    });

    it('keeps a hijacked gatekeeper’s approval from counting', async () => {
      const { authorize } = broker({ steps: [elsewhere], earlier: [], assessment: 'approve' });
      expect((await authorize()).decision).toBe('needs_approval');
    });
  });

  it('has what references could change judged again, by the tenant’s policies of this moment', async () => {
    const policies = {
      'no-secrets':
        'forbid (principal, action, resource == Tool::"file_operations") when { context.paths.contains("secret.txt") };',
    };
    const read = aStep({
      step_id: 'a',
      action: 'file_operations',
      inputs: { operation: 'read', path: '${steps.b.output.path}' },
    });
    const { authorize } = broker({ steps: [read], policies });
    const { authorization } = await authorize();
    const { grants } = authorizationSchema.parse('inline' in authorization ? authorization.inline : null);
    const recheck = grants['a']?.recheck;
    expect(recheck).toMatchObject({ policies, approved: false });
    const judged = (path: string) =>
      judgeResolved({ operation: 'read', path }, recheck as NonNullable<typeof recheck>, aContext());
    expect(judged('secret.txt')).toBe('no-secrets');
    expect(judged('open.txt')).toBeNull();
  });

  it('waits for people as long as the task and the tenant’s policies say', async () => {
    const policies = {
      quick:
        '@approval_timeout_seconds("20") forbid (principal, action, resource == Tool::"none") when { false };',
    };
    const timeout = async (options: Parameters<typeof broker>[0]) =>
      (await broker(options).authorize()).approval_timeout_seconds;
    expect(await timeout({})).toBe(60);
    expect(await timeout({ policies })).toBe(20);
    expect(await timeout({ policies, context: { approval_timeout_seconds: 5 } })).toBe(5);
    expect(await timeout({ context: { approval_timeout_seconds: 3_600 } })).toBe(3_600);
  });
});
