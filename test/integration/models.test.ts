import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type OfficeEvent, type OfficeProcess, startOfficeProcess } from '../helpers/office-process.ts';
import { type Behaviour, type OpenAiServer, startOpenAiServer } from '../helpers/openai-server.ts';
import {
  answer,
  briefOf,
  calculation,
  callsByRole,
  roleOf,
  said,
  usualAnswer,
} from '../helpers/scripted-model.ts';

let server: OpenAiServer;
let office: OfficeProcess;
/** What a role is answered next, before what it is usually answered. */
const next = new Map<string, (Behaviour | ((body: unknown) => Behaviour))[]>();

beforeAll(async () => {
  server = await startOpenAiServer();
  server.answerBy((body) => {
    const behaviour = next.get(roleOf(body))?.shift() ?? answer(usualAnswer(body));
    return typeof behaviour === 'function' ? behaviour(body) : behaviour;
  });
  office = await startOfficeProcess({
    OPENAI_COMPATIBLE_BASE_URL: server.url,
    OPENAI_COMPATIBLE_MODEL: 'tester',
    OPENAI_COMPATIBLE_API_KEY: 'key-of-the-test',
    OPENAI_COMPATIBLE_USD_PER_MILLION: '1,10',
    OFFICE_BUDGET_DAY_USD: '1000',
    OFFICE_BUDGET_MONTH_USD: 'none',
  });
}, 30_000);
afterEach(() => {
  next.clear();
  server.forget();
});
afterAll(async () => {
  await office.close();
  await server.close();
});

interface Hop {
  readonly model: string;
  readonly outcome: string;
  readonly reason: string;
}
const hopsOf = (events: readonly OfficeEvent[], role: string): Hop[] =>
  events
    .filter((event) => event.type === 'model.called' && event.data?.['role'] === role)
    .flatMap((event) => event.data?.['hops'] as Hop[]);

const fenced = (value: unknown) => answer(`\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``);
const chatty = (value: unknown) =>
  answer(
    `Sure! Here is what you asked for:\n\n${JSON.stringify(value)}\n\nLet me know if anything is unclear.`,
  );

describe('a task whose every role is a language model', () => {
  it('completes on fenced, chatty and repaired answers, busy signals and a broken gateway', async () => {
    next.set('analyst', [(body) => fenced(usualAnswer(body))]);
    next.set('planner', [
      { kind: 'status', status: 500 },
      answer({ confidence: 'very', steps: [] }),
      chatty(calculation('6 * 7')),
    ]);
    next.set('reviewer', [
      { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
      (body) => fenced(usualAnswer(body)),
    ]);
    const id = await office.submit({ description: 'What is six times seven, if the line is bad?' });
    const view = await office.reach(id, 'completed');
    expect(view.final_result).toMatchObject({ summary: 'The value is 42.' });
    expect(callsByRole(server)).toMatchObject({ analyst: 1, planner: 3, reviewer: 2 });
    // The repair says what was wrong.
    expect(said(server.requests[3]?.body, 'user')).toMatch(/cannot be used.*confidence/s);
    const events = await office.events(id);
    expect(hopsOf(events, 'planner').map(({ outcome }) => outcome)).toEqual([
      'failed',
      'rejected',
      'answered',
    ]);
    expect(hopsOf(events, 'reviewer')).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('rate_limited') },
      { outcome: 'answered' },
    ]);
    expect(view.cost.usd).toBeGreaterThan(0);
  });

  it('shows the attempts with the plan they were about', async () => {
    const id = await office.submit({ description: 'What is 6 * 7, with its history?' });
    await office.reach(id, 'completed');
    const { plans } = (await office.call('GET', `/tasks/${id}/plans`)) as { plans: { models: object[] }[] };
    expect(plans).toHaveLength(1);
    // Memory of a slip in another test of this file may bring in the validator, too.
    expect(plans[0]?.models).toEqual(
      expect.arrayContaining(
        ['planner', 'reviewer'].map((role) =>
          expect.objectContaining({
            role,
            hops: [expect.objectContaining({ model: 'compatible', outcome: 'answered' })],
          }),
        ),
      ),
    );
  });

  it('plans again when the reviewer sends the result back, with its feedback', async () => {
    next.set('planner', [answer(calculation('6 * 8'))]);
    next.set('reviewer', [answer({ verdict: 'REVISE', feedback: 'It is six times SEVEN.' })]);
    const id = await office.submit({ description: 'What is six times seven, after a slip?' });
    const view = await office.reach(id, 'completed');
    expect(view.final_result).toMatchObject({ value: 42 });
    const second = server.requests
      .map(({ body }) => briefOf(body))
      .findLast((brief) => brief?.role === 'planner');
    expect(second).toMatchObject({ iteration: 2, feedback: [expect.stringContaining('SEVEN')] });
  });
});

describe('privacy', () => {
  it('sends no personal data, and restores it in tool inputs and results', async () => {
    next.set('planner', [
      (body) => {
        // A model can only use what it was shown.
        const shown = /\[EMAIL_[^\]]*\]/.exec(said(body, 'user'))?.[0] ?? 'nothing';
        return answer({
          confidence: 0.9,
          steps: [
            {
              step_id: 'write',
              action: 'file_operations',
              inputs: { operation: 'write', path: 'letter.txt', content: `To: ${shown}` },
            },
          ],
          result: { summary: `A letter to ${shown} is written.` },
        });
      },
    ]);
    const id = await office.submit({
      description: 'Write a letter to jane.roe@example.org, phone +49 30 901820, as letter.txt.',
      constraints: { allowed_tools: ['file_operations'] },
    });
    const view = await office.reach(id, 'completed');
    const sent = JSON.stringify(server.requests);
    expect(sent).not.toContain('jane.roe');
    expect(sent).not.toContain('901820');
    expect(sent).toContain('[EMAIL_');
    expect(view.final_result).toMatchObject({ summary: 'A letter to jane.roe@example.org is written.' });
    const { plans } = await office.call('GET', `/tasks/${id}/plans`);
    expect(JSON.stringify(plans)).toContain('To: jane.roe@example.org');
  });
});

/** A plan of one question to a model, given by the caller. */
const question = (inputs: Readonly<Record<string, unknown>>) => ({
  plan_id: 'p1',
  task_id: 't1',
  metadata: {},
  steps: [{ step_id: 'ask', action: 'ai_tool', inputs, idempotency_key: 'ask-1' }],
});
/** One white pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';

describe('the ai_tool in a plan', () => {
  it('reads attached texts without their personal data and restores it in its answer', async () => {
    next.set('ai_tool', [
      (body) => answer(`Written by ${/\[EMAIL_[^\]]*\]/.exec(said(body, 'user'))?.[0] ?? 'nobody'}.`),
    ]);
    const id = await office.submit({
      description: 'Who wrote the note?',
      workspace: { files: [{ path: 'note.txt', content: 'Yours, max@example.org' }] },
      plan: question({ prompt: 'Who wrote it?', attachments: ['note.txt'] }),
    });
    const view = await office.reach(id, 'completed');
    expect(JSON.stringify(view.final_result)).toContain('Written by max@example.org.');
    const asked = server.requests.find(({ body }) => roleOf(body) === 'ai_tool')?.body;
    expect(said(asked, 'user')).toContain('note.txt');
    expect(JSON.stringify(asked)).not.toContain('max@example.org');
    const finished = (await office.events(id)).find((event) => event.type === 'step.finished');
    expect(finished?.data).toMatchObject({ hops: [{ model: 'compatible', outcome: 'answered' }] });
  });

  it('answers with an object that fits the schema it was given', async () => {
    next.set('ai_tool', [answer('{"colour": 7}'), fenced({ colour: 'white' })]);
    const id = await office.submit({
      description: 'Which colour is it?',
      plan: question({
        prompt: 'Which colour does snow have?',
        schema: { type: 'object', properties: { colour: { type: 'string' } }, required: ['colour'] },
      }),
    });
    const view = await office.reach(id, 'completed');
    expect(JSON.stringify(view.final_result)).toContain('white');
    expect(callsByRole(server)['ai_tool']).toBe(2);
  });

  it('says when no configured model looks at pictures', async () => {
    const id = await office.submit({
      description: 'What is on the picture?',
      constraints: { max_iterations: 1 },
      workspace: { files: [{ path: 'pixel.png', content: PIXEL, encoding: 'base64' }] },
      plan: question({ prompt: 'What is on it?', attachments: ['pixel.png'] }),
    });
    await office.reach(id, 'failed');
    const finished = (await office.events(id)).find((event) => event.type === 'step.finished');
    expect(finished?.message).toContain('takes no images');
  });
});

describe('GET /health', () => {
  it('names the models of each role', async () => {
    const health = await office.call('GET', '/health');
    expect(health['models']).toMatchObject({
      planner: ['compatible', 'offline'],
      reviewer: ['compatible', 'offline'],
    });
    expect(JSON.stringify(health)).not.toContain('key-of-the-test');
  });
});
