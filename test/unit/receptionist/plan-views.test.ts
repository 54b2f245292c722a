import { describe, expect, it } from '@jest/globals';
import { monotonicFactory } from 'ulid';
import { planViews } from '../../../lambdas/receptionist/plan-views.ts';
import type { TaskEvent } from '../../../schemas/events.ts';
import { planViewSchema } from '../../../schemas/http.ts';
import type { Json } from '../../../schemas/json.ts';
import type { ClaimCheck } from '../../../schemas/references.ts';

const nextId = monotonicFactory();
const event = (type: TaskEvent['type'], rest: Partial<TaskEvent>): TaskEvent => ({
  id: nextId(),
  at: '2026-05-01T12:00:00.000Z',
  type,
  message: '',
  subtask_id: 'a',
  iteration: 1,
  ...rest,
});
const step = { step_id: 's', action: 'math_calculator', inputs: {}, idempotency_key: 'k' };
const document = {
  plan: {
    plan_id: 'p',
    task_id: 't',
    metadata: {},
    steps: [{ ...step, timeout_seconds: 300, parallelizable: false, dependencies: [] }],
  },
  result: {},
  rationale: '',
  carried: {},
  source: { provider: 'offline', model: 'offline' },
};
const planItem = { sk: 'PLAN#a#001', item: { plan_hash: 'h', document: { inline: document } } };
const verdictItem = {
  sk: 'VERDICT#a#001',
  item: {
    validation: { verdict: 'APPROVED', feedback: [], warnings: [], quote: { max_usd: 1, max_tokens: 2 } },
    decision: 'authorized',
    reason: '',
    rulings: [],
    authorization: {
      plan_hash: 'h',
      grants: {
        s: { tool: 'math_calculator', function_name: 'secret-function', policy: { timeout_seconds: 5 } },
      },
    },
  },
};
const opened: ClaimCheck[] = [];
const open = async (check: ClaimCheck): Promise<Json> => {
  opened.push(check);
  return 'inline' in check ? check.inline : 'from S3';
};

describe('planViews', () => {
  it("tells everything about a plan, and no function's name", async () => {
    const outcome = { step_id: 's', status: 'succeeded', output: { inline: 42 } };
    const views = await planViews(
      [planItem, { sk: 'RECEIPT#a#k', item: {} }, verdictItem],
      [
        event('step.finished', { step_id: 's', data: { outcome, attempts: 1, duration_ms: 5 } }),
        event('review.finished', { data: { verdict: 'APPROVE', feedback: '' } }),
      ],
      open,
    );
    expect(planViewSchema.array().parse(views)).toMatchObject([
      {
        subtask_id: 'a',
        iteration: 1,
        plan_hash: 'h',
        plan: { plan_id: 'p' },
        quote: { max_usd: 1, max_tokens: 2 },
        verdict: { verdict: 'APPROVED', feedback: [] },
        authorization: { decision: 'authorized', grants: { s: { tool: 'math_calculator' } } },
        review: { verdict: 'APPROVE' },
        steps: [{ step_id: 's', status: 'succeeded', output: 42, error: null, attempts: 1, duration_ms: 5 }],
      },
    ]);
    expect(JSON.stringify(views)).not.toContain('secret-function');
  });

  it('shows a plan that nobody has judged yet', async () => {
    expect(await planViews([planItem], [], open)).toMatchObject([
      { verdict: null, quote: null, authorization: null, review: null, steps: [] },
    ]);
  });

  it('keeps iterations apart', async () => {
    const second = { ...planItem, sk: 'PLAN#a#002' };
    const views = await planViews(
      [planItem, second],
      [event('step.skipped', { step_id: 's', iteration: 2 })],
      open,
    );
    expect(views.map(({ iteration, steps }) => [iteration, steps.length])).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it('tells the size of a large output instead of fetching it', async () => {
    const outcome = { step_id: 's', status: 'succeeded', output: { s3_key: 'k', bytes: 5_000_000 } };
    const [view] = await planViews(
      [planItem],
      [event('step.finished', { step_id: 's', data: { outcome } })],
      open,
    );
    expect(view?.steps[0]).toMatchObject({ output: { truncated: true, bytes: 5_000_000 } });
    expect(opened).not.toContainEqual(outcome.output);
  });
});
