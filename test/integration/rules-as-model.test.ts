import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRulesAsModel } from '../eval/rules-as-model.ts';
import { type OfficeProcess, startOfficeProcess } from '../helpers/office-process.ts';

let model: Awaited<ReturnType<typeof startRulesAsModel>>;
let office: OfficeProcess;
beforeAll(async () => {
  model = await startRulesAsModel();
  office = await startOfficeProcess(model.environment);
}, 30_000);
afterAll(async () => {
  await office.close();
  await model.stop();
});

describe('the rules as a model', () => {
  it('count what each role read and wrote', async () => {
    const id = await office.submit({ description: 'What is 6 * 7?' });
    const view = await office.reach(id, 'completed');
    expect(view.final_result).toMatchObject({ value: 42 });
    const { by_role } = (await office.call('GET', '/usage')) as {
      by_role: Record<string, { calls: number; input_tokens: number; output_tokens: number }>;
    };
    for (const role of ['analyst', 'planner', 'reviewer']) {
      expect(by_role[role]?.input_tokens).toBeGreaterThan(100);
      expect(by_role[role]?.output_tokens).toBeGreaterThan(10);
    }
  });

  it('refuse what is beyond them', async () => {
    const id = await office.submit({ description: 'Write me a poem about the sea.' });
    await office.reach(id, 'failed');
    const { error } = await office.call('GET', `/tasks/${id}`);
    expect(JSON.stringify(error)).toMatch(/compatible: the model refused.*beyond the rules/);
  });
});
