import { describe, expect, it } from '@jest/globals';
import {
  BudgetExhaustedError,
  type ModelRequest,
  ModelRequiredError,
  type ModelRouter,
  NoModelAnsweredError,
} from '../../../../lambdas/shared/llm/provider.ts';
import { FileNotFoundError, type Workspace } from '../../../../lambdas/shared/tools/workspace.ts';
import { createAiTool } from '../../../../lambdas/tools/ai-tool/ai-tool.ts';
import { aRun } from '../../../helpers/tool-run.ts';

const files: Record<string, Uint8Array> = {
  'notes.txt': Buffer.from('Buy milk.'),
  'logo.png': new Uint8Array([137, 80, 78, 71]),
  'report.pdf': Buffer.from('%PDF-1.7'),
  'data.bin': new Uint8Array([0xff, 0xfe, 0x00]),
  'huge.txt': Buffer.alloc(600_000, 'a'),
};

function setUp(answer: (request: ModelRequest<unknown>) => unknown) {
  const requests: ModelRequest<unknown>[] = [];
  const router: ModelRouter = {
    async complete<Answer>(request: ModelRequest<Answer>) {
      requests.push(request as ModelRequest<unknown>);
      const raw = answer(request as ModelRequest<unknown>);
      const value = request.schema ? request.schema.zod.parse(raw) : (raw as Answer);
      return { value, provider: 'p', model: 'm', hops: [], cost: { usd: 0.01, tokens: 12 } };
    },
  };
  const workspace: Pick<Workspace, 'read'> = {
    async read(path) {
      const bytes = files[path];
      if (!bytes) throw new FileNotFoundError(path);
      return { bytes, etag: 'x' };
    },
  };
  const tool = createAiTool({ router, workspaceFor: () => workspace as Workspace });
  return { tool, requests };
}

describe('ai_tool', () => {
  it('answers with text and tells what it cost', async () => {
    const { tool, requests } = setUp(() => 'Bonjour');
    const result = await tool.run({ prompt: 'Translate: hello', tier: 'medium' }, aRun());
    expect(result).toEqual({ output: { text: 'Bonjour' }, cost: { usd: 0.01, tokens: 12 }, hops: [] });
    expect(requests[0]).toMatchObject({
      role: 'ai_tool',
      min_tier: 'medium',
      purpose: { tenant_id: 'acme', task_id: 'task-1', step_id: 'step-1' },
    });
  });

  it('answers with an object that fits the schema', async () => {
    const { tool } = setUp(() => ({ mood: 'good' }));
    const schema = {
      type: 'object',
      properties: { mood: { type: 'string' } },
      required: ['mood'],
      additionalProperties: false,
    };
    expect((await tool.run({ prompt: 'Mood?', schema }, aRun())).output).toEqual({
      object: { mood: 'good' },
    });
    const wrong = setUp(() => ({ mood: 3 }));
    await expect(wrong.tool.run({ prompt: 'Mood?', schema }, aRun())).rejects.toThrow('expected string');
  });

  it('attaches texts, pictures and documents before the prompt', async () => {
    const { tool, requests } = setUp(() => 'ok');
    await tool.run({ prompt: 'Look.', attachments: ['notes.txt', './logo.png', 'report.pdf'] }, aRun());
    expect(requests[0]?.messages[0]?.content).toMatchObject([
      { type: 'text', text: 'File "notes.txt":\nBuy milk.' },
      { type: 'image', media_type: 'image/png' },
      { type: 'document', media_type: 'application/pdf', name: 'report.pdf' },
      { type: 'text', text: 'Look.' },
    ]);
  });

  it.each([
    ['missing.txt', 'FileNotFound'],
    ['../secret', 'InvalidPath'],
    ['data.bin', 'UnsupportedAttachment'],
    ['huge.txt', 'AttachmentTooLarge'],
  ])('refuses the attachment %s with %s', async (path, name) => {
    const { tool, requests } = setUp(() => 'ok');
    await expect(tool.run({ prompt: 'Look.', attachments: [path] }, aRun())).rejects.toMatchObject({ name });
    expect(requests).toHaveLength(0);
  });

  it.each([
    [
      new ModelRequiredError('Set OPENAI_API_KEY.'),
      { name: 'NotConfigured', message: 'Set OPENAI_API_KEY.', retryable: false },
    ],
    [new NoModelAnsweredError('All failed.', []), { name: 'NoModelAnswered', retryable: true }],
    [new BudgetExhaustedError('Empty.'), { name: 'BudgetExhaustedError' }],
  ])('names the failure (%#)', async (thrown, expected) => {
    const { tool } = setUp(() => {
      throw thrown;
    });
    await expect(tool.run({ prompt: 'Hi' }, aRun())).rejects.toMatchObject(expected);
  });

  it('refuses a schema that is none', async () => {
    const { tool } = setUp(() => ({}));
    await expect(tool.run({ prompt: 'Hi', schema: { type: 'rainbow' } }, aRun())).rejects.toMatchObject({
      name: 'InvalidSchema',
    });
  });
});
