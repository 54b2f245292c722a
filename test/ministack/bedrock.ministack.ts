/**
 * The Bedrock adapter against MiniStack's Converse, by itself and as the only model of an office. MiniStack hands prompts
 * on to the loopback server, which listens where MiniStack was told to: `npm run test:deployed` starts both.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { bedrockProvider } from '../../lambdas/shared/llm/adapters/bedrock.ts';
import { loadModels } from '../../lambdas/shared/llm/models.ts';
import type { ModelProvider, ProviderCall } from '../../lambdas/shared/llm/provider.ts';
import { type OfficeProcess, startOfficeProcess } from '../helpers/office-process.ts';
import { type OpenAiServer, startOpenAiServer } from '../helpers/openai-server.ts';
import { answer, callsByRole, usualAnswer } from '../helpers/scripted-model.ts';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; this suite runs within npm run test:deployed.`);
  return value;
}
const bedrock = {
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: required('MINISTACK_URL'),
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

let server: OpenAiServer;
beforeAll(async () => {
  server = await startOpenAiServer(Number(required('BEDROCK_MODEL_PORT')));
});
afterEach(() => server.forget());
afterAll(() => server.close());

describe('the adapter', () => {
  let provider: ModelProvider;
  beforeAll(() => {
    Object.assign(process.env, bedrock);
    const entry = loadModels({}).file.providers['bedrock'];
    if (!entry) throw new Error('The model file has no Bedrock.');
    provider = bedrockProvider({
      name: 'bedrock',
      entry,
      base_url: null,
      environment: {},
      key: async () => null,
    });
  });
  const call = (change: Partial<ProviderCall>): ProviderCall => ({
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    role: 'ai_tool',
    system: 'You answer.',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Which colour is snow?' }] }],
    max_output_tokens: 64,
    temperature: 0,
    cache_prefix: true,
    signal: AbortSignal.timeout(20_000),
    ...change,
  });

  it('gets text and the tokens that were counted', async () => {
    server.script(answer('White.', 3));
    expect(await provider.complete(call({}))).toMatchObject({
      text: 'White.',
      stop_reason: 'end',
      usage: { input_tokens: 20, output_tokens: 3, cached_input_tokens: 0 },
    });
    expect(server.requests[0]?.body).toMatchObject({
      max_tokens: 64,
      messages: [{ role: 'system', content: 'You answer.' }, { role: 'user' }],
    });
  });

  it('gets JSON by a forced tool', async () => {
    server.script(answer({ colour: 'white' }));
    const schema = { type: 'object', properties: { colour: { type: 'string' } }, required: ['colour'] };
    const reply = await provider.complete(
      call({ json: { name: 'colour', schema, mechanism: 'forced_tool' } }),
    );
    expect(JSON.parse(reply.text)).toEqual({ colour: 'white' });
    expect(server.requests[0]?.body).toMatchObject({
      tools: [{ function: { name: 'colour', parameters: schema } }],
      tool_choice: { function: { name: 'colour' } },
    });
  });

  it('streams text', async () => {
    server.script(answer('White as snow, of course.'));
    const pieces: string[] = [];
    const reply = await provider.stream?.(call({}), (piece) => pieces.push(piece));
    expect(reply).toMatchObject({ text: 'White as snow, of course.', stop_reason: 'end' });
    expect(pieces.join('')).toBe('White as snow, of course.');
  });

  it('sends pictures and documents in a form that is taken', async () => {
    server.script(answer('A page.'));
    const bytes = new Uint8Array([37, 80, 68, 70]);
    const reply = await provider.complete(
      call({
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What are these?' },
              { type: 'image', media_type: 'image/png', bytes },
              { type: 'document', media_type: 'application/pdf', name: 'a_page.pdf', bytes },
            ],
          },
        ],
      }),
    );
    expect(reply.text).toBe('A page.');
  });
});

describe('an office whose only model is on Bedrock', () => {
  let office: OfficeProcess;
  beforeAll(async () => {
    server.answerBy((body) => answer(usualAnswer(body)));
    office = await startOfficeProcess({ ...bedrock, OFFICE_BEDROCK: '1', BEDROCK_REGION: 'us-east-1' });
  });
  afterAll(() => office.close());

  it('completes a task, with every role’s tokens and costs counted', async () => {
    const { models } = (await office.call('GET', '/health')) as { models: Record<string, string[]> };
    expect(models['planner']).toContain('claude-sonnet');
    const id = await office.submit({ description: 'What is six times seven, from the cloud?' });
    const view = await office.reach(id, 'completed');
    expect(view.final_result).toMatchObject({ summary: 'The value is 42.' });
    expect(callsByRole(server)).toMatchObject({ planner: 1, reviewer: 1 });
    expect(view.cost.usd).toBeGreaterThan(0);
  });
});
