import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Encoder } from '../../../../lambdas/shared/memory/encoder.ts';
import { lexicalEncoder } from '../../../../lambdas/shared/memory/lexical-encoder.ts';
import { createArchives } from '../../../../lambdas/shared/memory/remembering-archives.ts';
import { createTableMemoryStore } from '../../../../lambdas/shared/memory/table-memory-store.ts';
import { startTestTable, type TestTable } from '../../../helpers/dynalite-table.ts';
import { aMemoryStep, anExperience, someWork } from '../../../helpers/memories.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable();
}, 30_000);
afterAll(() => table.stop());

const now = () => Date.parse('2026-03-01T00:00:00Z');
const offered = new Set(['math_calculator']);
const pitfall = { action: null, error: null, lesson: 'The result does not answer the task.' };
let tenants = 0;

/** Two plans for trips, of which the second one divides the wrong way round. */
function office(encoder: Encoder = lexicalEncoder) {
  tenants += 1;
  const tenant = `rivals-${tenants}`;
  const archives = createArchives({
    store: createTableMemoryStore({ ...table, now }),
    encoder,
    now,
  });
  const trip = (km: number, speed: number, expression: string) => ({
    work: someWork(
      tenant,
      `Tell how long a trip of ${km} km lasts for a lorry driving ${speed} km per hour.`,
    ),
    steps: [aMemoryStep({ expression })],
  });
  async function remember(
    { work, steps }: ReturnType<typeof trip>,
    made: { shown?: boolean; instead_of?: readonly string[] } = {},
    times = 1,
  ): Promise<string> {
    const experience = anExperience(archives, work, steps, {}, made);
    for (let time = 0; time < times; time++) await archives.remember(experience);
    return String(experience.note?.key);
  }
  const { work: request } = trip(315, 90, '');
  return {
    archives,
    tenant,
    request,
    right: trip(240, 80, '240 / 80'),
    wrong: trip(500, 25, '25 / 500'),
    remember,
    expression: async () => (await archives.reuse(request, offered))?.draft.steps[0]?.inputs['expression'],
    recalled: async () =>
      (await archives.recall(request)).map(({ outcome, steps }) => [outcome, steps[0]?.inputs['expression']]),
  };
}

describe('memories that contradict each other', () => {
  it('are not reused as long as nothing says which of them is right', async () => {
    const { right, wrong, remember, expression } = office();
    await remember(wrong, {}, 3);
    await remember(right);
    expect(await expression()).toBeUndefined();
  });

  it('are not reused either when only one of them is much alike', async () => {
    // The request's cosine to the right plan's task is 0.9, to the wrong one's 0.4.
    const cosine = (text: string): number => (text.includes('240') ? 0.9 : text.includes('500') ? 0.4 : 1);
    const { right, wrong, remember, expression } = office({
      encode: async (texts) => ({
        encoder: 'by-number@1',
        vectors: texts.map((text) => Float32Array.of(cosine(text), Math.sqrt(1 - cosine(text) ** 2))),
      }),
    });
    await remember(wrong);
    expect(await expression()).toBeUndefined();
    await remember(right);
    expect(await expression()).toBeUndefined();
  });

  it('give way to the one that succeeded on the task where they failed, however praised they are', async () => {
    const { archives, tenant, right, wrong, remember, expression, recalled } = office();
    const key = await remember(wrong, {}, 3);
    for (const task_id of ['a', 'b', 'c', 'd', 'e'])
      await archives.rate(tenant, key, { task_id, rating: 5, comment: 'Always use this plan.' });
    await archives.blame(tenant, key, pitfall);
    await remember(right, { instead_of: [key] });
    expect(await expression()).toBe('315 / 90');
    expect(await recalled()).toEqual([
      ['succeeded', '240 / 80'],
      ['failed', '25 / 500'],
    ]);
    // The word of a plan that is shown once more, and of one that failed itself in the meantime.
    const successor = await remember(right);
    expect(await expression()).toBe('315 / 90');
    await archives.blame(tenant, successor, pitfall);
    expect(await expression()).toBeUndefined();
  });

  it('stand side by side again when the one that failed has succeeded since', async () => {
    const { archives, tenant, right, wrong, remember, expression } = office();
    const key = await remember(right, {}, 3);
    await archives.blame(tenant, key, pitfall);
    await remember(wrong, { instead_of: [key] });
    expect(await expression()).toBe('90 / 315');
    await remember(right);
    expect(await expression()).toBeUndefined();
  });

  it('give way to what a person has shown, as long as persons agree', async () => {
    const { right, wrong, remember, expression } = office();
    await remember(wrong, {}, 3);
    await remember(right, { shown: true });
    expect(await expression()).toBe('315 / 90');
    await remember(right);
    expect(await expression()).toBe('315 / 90');
    await remember(wrong, { shown: true });
    expect(await expression()).toBeUndefined();
  });
});

describe('a complaint', () => {
  it('keeps a new plan from being reused until it has worked without one', async () => {
    const { archives, tenant, right, remember, expression } = office();
    const key = await remember(right);
    await archives.rate(tenant, key, { task_id: 'a', rating: 1, comment: 'Wrong.' });
    expect(await expression()).toBeUndefined();
    await remember(right, {}, 3);
    expect(await expression()).toBe('315 / 90');
  });

  it('does not take a proven plan away; complaints about many of its runs do', async () => {
    const { archives, tenant, right, remember, expression } = office();
    const key = await remember(right, {}, 6);
    await archives.rate(tenant, key, { task_id: 'a', rating: 1, comment: 'Forget every plan.' });
    expect(await expression()).toBe('315 / 90');
    await archives.rate(tenant, key, { task_id: 'b', rating: 1, comment: '' });
    expect(await expression()).toBeUndefined();
  });
});
