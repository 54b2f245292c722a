import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type OfficeProcess, startOfficeProcess } from '../helpers/office-process.ts';
import { type OpenAiServer, startOpenAiServer } from '../helpers/openai-server.ts';
import { answer, roleOf, usualAnswer } from '../helpers/scripted-model.ts';

const model = (id: string, tier: string) => ({
  provider: 'line',
  id,
  tier,
  context_tokens: 32_000,
  max_output_tokens: 4_000,
  usd_per_million: { input: 1, output: 1 },
  abilities: ['json_schema'],
});
const route = { models: ['first', 'second', 'third'] };

let server: OpenAiServer;
let office: OfficeProcess;
let directory: string;
/** The models asked, by role. */
const asked = (role: string) =>
  server.requests.filter(({ body }) => roleOf(body) === role).map(({ body }) => body['model']);

beforeAll(async () => {
  server = await startOpenAiServer();
  directory = mkdtempSync(join(tmpdir(), 'office-models-'));
  const file = join(directory, 'models.json');
  writeFileSync(
    file,
    JSON.stringify({
      providers: { line: { protocol: 'openai', base_url: server.url } },
      models: {
        first: model('first', 'small'),
        second: model('second', 'small'),
        third: model('third', 'large'),
      },
      routes: {
        analyst: route,
        planner: route,
        validator: route,
        broker: route,
        reviewer: route,
        ai_tool: route,
      },
    }),
  );
  office = await startOfficeProcess({ OFFICE_MODELS_FILE: file });
}, 30_000);
beforeEach(() => server.forget());
afterAll(async () => {
  await office.close();
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a list of models', () => {
  it('goes on to the next one after a refused key, and to a larger one after a rejection', async () => {
    let reviews = 0;
    server.answerBy((body) => {
      if (body['model'] === 'first') return { kind: 'status', status: 401, message: 'Incorrect API key' };
      if (roleOf(body) !== 'reviewer') return answer(usualAnswer(body));
      reviews += 1;
      return answer(
        reviews === 1 ? { verdict: 'REVISE', feedback: 'Show how it was calculated.' } : usualAnswer(body),
      );
    });
    const id = await office.submit({ description: 'What is 6 * 7, by somebody who is there?' });
    const view = await office.reach(id, 'completed');
    expect(view.final_result).toMatchObject({ summary: 'The value is 42.' });
    // A wrong key is not tried again, and its model is left alone from then on.
    expect(asked('analyst')).toEqual(['first', 'second']);
    expect(asked('planner')).toEqual(['second', 'third']);
    const { plans } = await office.call('GET', `/tasks/${id}/plans`);
    expect(plans).toMatchObject([
      { iteration: 1, models: [{ hops: [{ outcome: 'skipped' }, { model: 'second' }] }, {}] },
      { iteration: 2, models: [{ role: 'planner', hops: [{ model: 'third', outcome: 'answered' }] }, {}] },
    ]);
  });
});

describe("a tenant's own list of models", () => {
  it('is asked in place of the file’s, and names only models of the file', async () => {
    server.answerBy((body) => answer(usualAnswer(body)));
    const put = (routes: object) => office.call('PUT', '/models/routes', { routes });
    await expect(put({ planner: ['nobody'] })).rejects.toThrow(
      /answered 400: .*There is no model \\"nobody\\" in the model file/,
    );
    await put({ planner: ['third'] });
    expect(await office.call('GET', '/models/routes')).toEqual({ routes: { planner: ['third'] } });
    const id = await office.submit({ description: 'What is 6 * 7, by the one we chose?' });
    await office.reach(id, 'completed');
    expect(asked('planner')).toEqual(['third']);
    expect(asked('reviewer')).not.toContain('third');
    await put({});
    expect(await office.call('GET', '/models/routes')).toEqual({ routes: {} });
  });
});
