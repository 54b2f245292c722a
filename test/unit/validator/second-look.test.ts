import { describe, expect, it } from '@jest/globals';
import { canonicalHash } from '../../../lambdas/shared/canonical.ts';
import { createBatcher } from '../../../lambdas/shared/llm/batch.ts';
import { loadModels } from '../../../lambdas/shared/llm/models.ts';
import { noArchives } from '../../../lambdas/shared/memory/no-archives.ts';
import { createValidator } from '../../../lambdas/validator/validator.ts';
import { aPlan, aShelf, aStep } from '../../helpers/plans.ts';
import { aContext, inline, inlineClaims, key, memoryLog, scriptedRouter } from '../../helpers/role-fakes.ts';

const promptOf = (messages: readonly { content: readonly object[] }[]): string =>
  messages
    .flatMap(({ content }) => content.map((part) => ('text' in part ? String(part.text) : '')))
    .join('');

/** A plan that its planner is unsure of, judged by a model of the provider. */
async function judge(steps: number, provider: string, answers: (prompt: string) => unknown) {
  const plan = aPlan(
    Array.from({ length: steps }, (_, i) => aStep({ step_id: `s${i}` })),
    { confidence: 0.3 },
  );
  const { log, events } = memoryLog();
  const { router, requests } = scriptedRouter((request) => answers(promptOf(request.messages)));
  const validator = createValidator({
    log,
    claims: inlineClaims,
    batcher: createBatcher({
      router,
      catalogue: loadModels({}),
      registry: {
        usable: async (model) => (model.provider === provider ? { model } : { missing: 'A_KEY' }),
      },
    }),
    registry: { shelf: async () => aShelf() },
    archives: noArchives,
    pricer: async () => () => ({ max_usd: 0, max_tokens: 0 }),
  });
  const result = await validator.validate({
    ...key,
    subtask_id: 's1',
    iteration: 1,
    plan_hash: canonicalHash(plan),
    context: inline(aContext()),
    subtask: inline({ subtask_id: 's1', description: 'Add.', prerequisites: [] }),
    document: inline({ plan, result: {}, rationale: '', carried: {}, source: { provider: 'p', model: 'm' } }),
  });
  return { result, prompts: requests.map(({ messages }) => promptOf(messages)), events };
}

const approved = { verdict: 'APPROVED', findings: [] };

describe('the second look at a plan', () => {
  it('is one question for a plan of usual length', async () => {
    const { result, prompts } = await judge(10, 'openai', () => approved);
    expect(result.verdict).toBe('APPROVED');
    expect(prompts).toHaveLength(1);
    expect(JSON.parse(prompts[0] ?? '')).not.toHaveProperty('other_steps');
  });

  it('judges a long plan in parts that share a prompt, and finds faults where they are', async () => {
    const finding = { rule: 'units', path: 'steps.1.inputs.expression', message: 'Use metres.' };
    const { result, prompts, events } = await judge(12, 'openai', () => ({
      answers: [approved, { verdict: 'REJECTED', findings: [finding] }],
    }));
    expect(prompts).toHaveLength(1);
    expect(result.feedback).toEqual([{ ...finding, path: 'steps.11.inputs.expression' }]);
    expect(events.map(({ type }) => type)).toEqual(['model.called', 'plan.rejected']);
  });

  it('asks for each part by itself where the route’s model takes one question at a time', async () => {
    const { prompts, events } = await judge(12, 'offline', () => approved);
    expect(prompts.map((prompt) => JSON.parse(prompt).steps.length)).toEqual([10, 2]);
    expect(JSON.parse(prompts[1] ?? '').other_steps).toHaveLength(10);
    expect(events.filter(({ type }) => type === 'model.called')).toHaveLength(2);
  });
});
