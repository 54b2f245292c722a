import { describe, expect, it } from '@jest/globals';
import { checkPolicies, createCedarPolicy } from '../../../lambdas/broker/cedar-policy.ts';
import { defaultPolicies } from '../../../lambdas/broker/default-policies.ts';
import { InvalidPolicyError } from '../../../lambdas/broker/policy.ts';
import { builtInManifests } from '../../../lambdas/shared/tools/registry.ts';
import type { Step } from '../../../schemas/plan.ts';
import type { Risk } from '../../../schemas/tool.ts';
import { aStep } from '../../helpers/plans.ts';
import { aContext } from '../../helpers/role-fakes.ts';

const [anyManifest] = builtInManifests;
const manifest = (risk: Risk) => ({
  ...(anyManifest as NonNullable<typeof anyManifest>),
  name: 'http_client',
  risk,
});
const fetching = (url: string, overrides: Partial<Step> = {}): Step =>
  aStep({ step_id: 'get', action: 'http_client', inputs: { method: 'GET', url }, ...overrides });

describe('the default policies', () => {
  it('are valid Cedar against the schema', () => {
    expect(() => checkPolicies(defaultPolicies)).not.toThrow();
  });

  it.each([
    ['low', 'permit', 'low-risk-runs'],
    ['medium', 'permit', 'medium-risk-runs-audited'],
    ['high', 'ask_human', 'high-risk-needs-a-human'],
  ] as const)('%s risk: %s', (risk, ruling, policy) => {
    expect(
      createCedarPolicy().rule(fetching('https://example.com'), manifest(risk), aContext(), 'task'),
    ).toMatchObject({ ruling, policy });
  });

  it('forbid what the task does not allow, whatever the risk', () => {
    const context = aContext({ allowed_tools: ['code_analyzer'] });
    expect(
      createCedarPolicy().rule(fetching('https://example.com'), manifest('low'), context, 'task'),
    ).toMatchObject({ ruling: 'deny', policy: 'only-allowed-tools' });
  });
});

describe('a tenant’s own policies', () => {
  const own = {
    'only-our-hosts':
      'forbid (principal, action, resource == Tool::"http_client") unless { ["api.example.com"].containsAll(context.hosts) && context.inputs_are_final };',
    'posts-need-a-human':
      'forbid (principal, action, resource == Tool::"http_client") when { context.operation == "post" } unless { context.approved_by_human };',
  };

  it('add to the defaults: by host, by operation, by path', () => {
    const policy = createCedarPolicy(own);
    expect(policy.rejectionCancelsTask).toBe(false);
    const rule = (step: Step) => policy.rule(step, manifest('medium'), aContext(), 'task');
    expect(rule(fetching('https://api.example.com/v1'))).toMatchObject({ ruling: 'permit' });
    expect(rule(fetching('https://evil.example.net/'))).toMatchObject({
      ruling: 'deny',
      policy: 'only-our-hosts',
    });
    expect(rule(fetching('${steps.a.output.url}'))).toMatchObject({
      ruling: 'deny',
      policy: 'only-our-hosts',
    });
    const post = fetching('https://api.example.com/v1', {
      inputs: { method: 'POST', url: 'https://api.example.com/v1' },
    });
    expect(rule(post)).toMatchObject({ ruling: 'ask_human' });
  });

  it('can’t replace the defaults by taking their names', () => {
    const policy = createCedarPolicy({ 'only-allowed-tools': 'permit (principal, action, resource);' });
    expect(
      policy.rule(fetching('https://example.com'), manifest('low'), aContext({ allowed_tools: [] }), 'task')
        .ruling,
    ).toBe('deny');
  });

  it('are refused with Cedar’s own words when they don’t parse or don’t fit', () => {
    expect(() => checkPolicies({ broken: 'permit (principal, action' })).toThrow(InvalidPolicyError);
    expect(() =>
      checkPolicies({ misfit: 'permit (principal, action, resource) when { context.nonsense };' }),
    ).toThrow(/nonsense/);
  });

  it('reads what a rejection does', () => {
    const strict =
      '@on_reject("cancel_task") forbid (principal, action, resource == Tool::"none") when { false };';
    expect(createCedarPolicy({ strict }).rejectionCancelsTask).toBe(true);
    expect(createCedarPolicy().rejectionCancelsTask).toBe(false);
  });
});
