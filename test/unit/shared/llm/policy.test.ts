import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { candidatesFor } from '../../../../lambdas/shared/llm/candidates.ts';
import builtIn from '../../../../lambdas/shared/llm/models.json' with { type: 'json' };
import { type Model, parseModelFile } from '../../../../lambdas/shared/llm/models.ts';
import { orderModels, type PolicyInput } from '../../../../lambdas/shared/llm/policy.ts';

const catalogue = parseModelFile(builtIn);
const models = (...names: string[]): Model[] => names.map((name) => catalogue.model(name));
const calm = { role: 'reviewer', remaining_share: 1, proven_tier: null } as const;
const order = (input: PolicyInput) => orderModels(input).map((model) => model.name);
const reviewers = models('gemini-2.5-flash', 'gpt-4o', 'gemini-2.5-pro', 'offline');
const planners = models('gemini-2.5-pro', 'gpt-4o', 'gpt-4o-mini', 'offline');

describe("a tenant's own list", () => {
  const request = { role: 'planner', purpose: { tenant_id: 't', task_id: 'x' } } as const;
  const chosen = async (configured: readonly string[]) => {
    const free = parseModelFile(builtIn, { OFFICE_ROUTE_PLANNER: 'offline' });
    let reads = 0;
    const found = await candidatesFor(
      {
        catalogue: free,
        registry: {
          usable: async (model) => (configured.includes(model.provider) ? { model } : { missing: 'KEY' }),
        },
        tenantRoute: async () => {
          reads += 1;
          return ['gpt-4o'];
        },
      },
      { ...request, system: '', messages: [], schema: null },
      free.route('planner'),
    );
    return { models: found.models.map(({ name }) => name), reads };
  };

  it('counts also where the common list costs nothing, and is not read where nothing can cost', async () => {
    expect(await chosen(['offline', 'openai'])).toEqual({ models: ['gpt-4o'], reads: 1 });
    expect(await chosen(['offline', 'ollama'])).toEqual({ models: ['offline'], reads: 0 });
  });
});

describe('policy', () => {
  it("keeps the file's order while nothing speaks against it", () => {
    expect(order({ ...calm, models: reviewers })).toEqual(reviewers.map((model) => model.name));
  });

  it('goes up a tier for each rejection', () => {
    expect(order({ ...calm, models: reviewers, rejections: 1 })[0]).toBe('gpt-4o');
    expect(order({ ...calm, models: reviewers, rejections: 2 })[0]).toBe('gemini-2.5-pro');
    expect(order({ ...calm, models: reviewers, rejections: 9 })[0]).toBe('gemini-2.5-pro');
  });

  it('goes up to the tier that was asked for', () => {
    expect(order({ ...calm, models: reviewers, min_tier: 'large' })[0]).toBe('gemini-2.5-pro');
  });

  it('comes down when money is scarce, when smaller ones have done well, and for confident plans', () => {
    expect(order({ ...calm, role: 'planner', models: planners, remaining_share: 0.1 })[0]).toBe('gpt-4o');
    expect(order({ ...calm, role: 'planner', models: planners, proven_tier: 'small' })[0]).toBe(
      'gpt-4o-mini',
    );
    const judges = models('gpt-4o', 'gemini-2.5-flash', 'offline');
    expect(order({ ...calm, models: judges, plan_confidence: 0.95 })[0]).toBe('gemini-2.5-flash');
    expect(order({ ...calm, role: 'planner', models: planners, plan_confidence: 0.95 })[0]).toBe(
      'gemini-2.5-pro',
    );
  });

  it('never comes below the tier that was asked for', () => {
    const input = {
      ...calm,
      models: planners,
      min_tier: 'large',
      remaining_share: 0,
      proven_tier: 'small',
    } as const;
    expect(order(input)[0]).toBe('gemini-2.5-pro');
  });

  it('loses and invents no model, and keeps the rules last', () => {
    const names = ['gemini-2.5-pro', 'gpt-4o', 'gpt-4o-mini', 'gemini-2.5-flash', 'claude-sonnet', 'offline'];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(names, { minLength: 1 }),
        fc.record({
          min_tier: fc.option(fc.constantFrom('small', 'medium', 'large'), { nil: undefined }),
          rejections: fc.nat(4),
          plan_confidence: fc.double({ min: 0, max: 1, noNaN: true }),
          remaining_share: fc.double({ min: 0, max: 1, noNaN: true }),
          proven_tier: fc.constantFrom(null, 'small', 'medium', 'large'),
          role: fc.constantFrom('planner', 'reviewer', 'validator'),
        }),
        (chosen, signals) => {
          const ordered = order({ ...signals, models: models(...chosen) });
          expect([...ordered].sort()).toEqual([...chosen].sort());
          if (chosen.includes('offline')) expect(ordered.at(-1)).toBe('offline');
        },
      ),
    );
  });
});
