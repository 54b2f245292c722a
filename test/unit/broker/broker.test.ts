import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AuthorizeEvent, createBroker, UnauthorizedPlanError } from '../../../lambdas/broker/broker.ts';
import { createCedarPolicy } from '../../../lambdas/broker/cedar-policy.ts';
import { sandboxFor, stricter } from '../../../lambdas/broker/policy.ts';
import { canonicalHash } from '../../../lambdas/shared/canonical.ts';
import { builtInManifests } from '../../../lambdas/shared/tools/registry.ts';
import type { Step } from '../../../schemas/plan.ts';
import { authorizationSchema, type TaskContext } from '../../../schemas/roles.ts';
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
  assessment?: 'approve' | 'ask_human' | 'deny';
}) {
  const plan = aPlan(options.steps ?? [aStep({ step_id: 'a' })]);
  const { log, events, documents } = memoryLog();
  const audited: string[] = [];
  const { router, requests } = scriptedRouter(() => ({
    assessment: options.assessment ?? 'approve',
    reason: 'because',
  }));
  const subject = createBroker({
    log,
    audit: {
      append: async (_tenant, entry) => {
        audited.push(entry.action);
        return { ...entry, id: '1', at: '2026-01-01T00:00:00.000Z' };
      },
    },
    claims: inlineClaims,
    router,
    registry: { shelf: async () => aShelf({ manifests: [dangerous] }) },
    policyOf: async () => createCedarPolicy(),
    functions: { math_calculator: 'math-fn', http_client: 'http-fn', python_exec: 'python-fn' },
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
    audited,
    requests,
    event,
  };
}

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
    expect(audited).toEqual([]);
  });

  it('lets medium risk run, after the gatekeeper has looked, with an audit entry', async () => {
    const { authorize, requests, audited } = broker({ steps: [http()] });
    expect((await authorize()).decision).toBe('authorized');
    expect(requests).toHaveLength(1);
    expect(audited).toEqual(['plan.authorized']);
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
      timeout_seconds: 20,
      inputs: { method: 'GET', url: 'https://example.com', timeout_seconds: 5 },
    });
    expect(sandboxFor(step, manifest, ['127.0.0.1:9'])).toMatchObject({
      timeout_seconds: 5,
      allow_hosts: ['127.0.0.1:9'],
    });
    expect(
      sandboxFor(aStep({ step_id: 'a' }), manifestNamed('math_calculator'), ['127.0.0.1:9']).allow_hosts,
    ).toEqual([]);
  });
});
