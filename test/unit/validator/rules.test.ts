import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { builtInManifests } from '../../../lambdas/shared/tools/registry.ts';
import { type Ground, judgePlan, judgeUnknown } from '../../../lambdas/validator/rules.ts';
import { aPlan, aShelf, aStep } from '../../helpers/plans.ts';

const ground = (changes: Partial<Ground> = {}): Ground => ({
  shelf: aShelf(),
  allowed: null,
  finished: new Set(),
  price: () => ({ max_usd: 0, max_tokens: 0 }),
  max_cost_usd: null,
  ...changes,
});

const rulesOf = (steps: Parameters<typeof aPlan>[0], changes: Partial<Ground> = {}) =>
  judgePlan(aPlan(steps), ground(changes)).feedback.map((finding) => finding.rule);

describe('the validator approves', () => {
  it('a plan whose steps build on each other', () => {
    const judgement = judgePlan(
      aPlan([
        aStep({ step_id: 'a' }),
        aStep({ step_id: 'b', inputs: { expression: '${steps.a.output.value} * 2' }, dependencies: ['a'] }),
        aStep({
          step_id: 'c',
          inputs: { expression: '${steps.a.output.value} + ${steps.b.output.value}' },
          dependencies: ['b'],
        }),
      ]),
      ground(),
    );
    expect(judgement).toMatchObject({ verdict: 'APPROVED', feedback: [] });
    expect(judgement.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('references to finished steps of earlier iterations', () => {
    const steps = [aStep({ step_id: 'b', inputs: { expression: '${steps.old.output.value}' } })];
    expect(rulesOf(steps, { finished: new Set(['old']) })).toEqual([]);
    expect(rulesOf(steps)).toEqual(['reference']);
  });

  it('text in the form of a reference that is about no step', () => {
    const inputs = { code: 'print("""console.log(`${steps.length}`)""")' };
    expect(rulesOf([aStep({ step_id: 'a', action: 'python_exec', inputs })])).toEqual([]);
  });

  it('and gives plans with the same content the same hash, whatever the order of keys', () => {
    const step = aStep({ step_id: 'a' });
    const reordered = Object.fromEntries(Object.entries(step).reverse()) as typeof step;
    expect(judgePlan(aPlan([step]), ground()).hash).toBe(judgePlan(aPlan([reordered]), ground()).hash);
  });
});

describe('the validator rejects', () => {
  it.each([
    [
      'a step id used twice',
      [aStep({ step_id: 'a' }), aStep({ step_id: 'a', idempotency_key: 'other' })],
      'unique_step_id',
    ],
    [
      'a shared idempotency key',
      [aStep({ step_id: 'a', idempotency_key: 'k' }), aStep({ step_id: 'b', idempotency_key: 'k' })],
      'unique_idempotency_key',
    ],
    ['a blank idempotency key', [aStep({ step_id: 'a', idempotency_key: ' ' })], 'missing_idempotency_key'],
    ['a dependency that does not exist', [aStep({ step_id: 'a', dependencies: ['x'] })], 'known_dependency'],
    ['an unknown tool', [aStep({ step_id: 'a', action: 'teleporter' })], 'known_tool'],
    [
      'a reference without dependency',
      [aStep({ step_id: 'a' }), aStep({ step_id: 'b', inputs: { expression: '${steps.a.output.value}' } })],
      'reference',
    ],
    [
      'a reference without its output',
      [
        aStep({ step_id: 'a' }),
        aStep({ step_id: 'b', inputs: { expression: '${steps.a.value} + 1' }, dependencies: ['a'] }),
      ],
      'reference',
    ],
    [
      'a reference without an end',
      [
        aStep({ step_id: 'a' }),
        aStep({ step_id: 'b', inputs: { expression: '1 + ${steps.a.output.value' }, dependencies: ['a'] }),
      ],
      'reference',
    ],
    ['inputs that do not fit the tool', [aStep({ step_id: 'a', inputs: { expression: 7 } })], 'tool_inputs'],
    ['missing inputs', [aStep({ step_id: 'a', inputs: {} })], 'tool_inputs'],
    ['unknown inputs', [aStep({ step_id: 'a', inputs: { expression: '1', shell: 'rm' } })], 'tool_inputs'],
  ])('%s', (_name, steps, rule) => {
    expect(rulesOf(steps)).toContain(rule);
  });

  it('inputs that cannot be checked, because the schema of the tool is none', () => {
    const [calculator] = builtInManifests.filter(({ name }) => name === 'math_calculator');
    if (calculator === undefined) throw new Error('There is no calculator.');
    const odd = { ...calculator, input_schema: { properties: { expression: { pattern: '[' } } } };
    const { feedback } = judgePlan(
      aPlan([aStep({ step_id: 'a' })]),
      ground({ shelf: aShelf({ manifests: [odd] }) }),
    );
    const [finding] = feedback;
    expect(finding).toMatchObject({ rule: 'tool_inputs', path: 'steps.0.inputs' });
    expect(finding?.message).toContain('cannot be checked');
  });

  it('a cycle', () => {
    const steps = [
      aStep({ step_id: 'a', dependencies: ['b'] }),
      aStep({ step_id: 'b', dependencies: ['a'] }),
    ];
    expect(rulesOf(steps)).toContain('no_cycle');
  });

  it('tools the task does not allow, and tools that are not configured, saying why', () => {
    expect(rulesOf([aStep({ step_id: 'a' })], { allowed: ['file_operations'] })).toEqual(['allowed_tool']);
    const shelf = aShelf({ unavailable: { math_calculator: 'set MATH=1' } });
    const { feedback } = judgePlan(aPlan([aStep({ step_id: 'a' })]), ground({ shelf }));
    expect(feedback).toEqual([
      expect.objectContaining({ rule: 'available_tool', message: expect.stringContaining('set MATH=1') }),
    ]);
  });

  it('secrets in inputs, without repeating them', () => {
    const secret = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');
    const step = aStep({ step_id: 'a', action: 'python_exec', inputs: { code: `key = "${secret}"` } });
    const { feedback } = judgePlan(aPlan([step]), ground());
    expect(feedback).toEqual([expect.objectContaining({ rule: 'no_secrets', path: 'steps.0.inputs.code' })]);
    expect(JSON.stringify(feedback)).not.toContain(secret);
  });

  it('plans that may cost more than the task allows', () => {
    const price = () => ({ max_usd: 0.6, max_tokens: 1000 });
    expect(rulesOf([aStep({ step_id: 'a' })], { price, max_cost_usd: 0.5 })).toEqual(['budget']);
    expect(rulesOf([aStep({ step_id: 'a' })], { price, max_cost_usd: 0.6 })).toEqual([]);
  });

  it('required_tools that hide a tool', () => {
    const plan = aPlan([aStep({ step_id: 'a' })], { metadata: { required_tools: ['python_exec'] } });
    expect(judgePlan(plan, ground()).feedback.map((finding) => finding.rule)).toEqual(['required_tools']);
  });
});

describe('a plan from outside', () => {
  it('is judged by the contract first, with the path of every fault', () => {
    const { verdict, feedback } = judgeUnknown(
      { ...aPlan([aStep({ step_id: 'a' })]), extra: 1, steps: [] },
      ground(),
    );
    expect(verdict).toBe('REJECTED');
    expect(feedback.every((finding) => finding.rule === 'contract')).toBe(true);
    expect(feedback.some((finding) => finding.path === 'steps')).toBe(true);
  });

  it('never makes the validator throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(judgeUnknown(value, ground()).verdict).toBe('REJECTED');
      }),
    );
  });
});
