import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { checkPolicies } from '../../../lambdas/broker/cedar-policy.ts';
import { defaultPolicies, policySchema } from '../../../lambdas/broker/default-policies.ts';
import { destinations } from '../../../lambdas/broker/destination.ts';

const page = readFileSync(new URL('../../../docs/policies.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```cedar\n(.*?)```/gs)].map(([, text = '']) => text);

it('names every default policy, every destination and every attribute of the schema', () => {
  const attributes = [...policySchema.matchAll(/(\w+): (?:String|Bool|Set<String>)/g)].map(([line]) => line);
  const named = [...Object.keys(defaultPolicies), ...destinations.map((one) => `\`${one}\``), ...attributes];
  expect(named.filter((name) => !page.includes(name))).toEqual([]);
});

it('shows policies that the office accepts', () => {
  const policies = blocks.filter((text) => /^(?:permit|forbid)/.test(text));
  expect(policies.length).toBeGreaterThanOrEqual(3);
  for (const text of policies) expect(() => checkPolicies({ example: text })).not.toThrow();
});
