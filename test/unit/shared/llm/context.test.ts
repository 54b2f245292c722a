import { describe, expect, it } from '@jest/globals';
import { economise, trimBrief } from '../../../../lambdas/shared/llm/context.ts';
import { boundTokens, estimateTokens } from '../../../../lambdas/shared/llm/tokens.ts';

const brief = () => ({
  role: 'planner',
  task: { description: 'Analyse the invoices in billing and sum the totals', criteria: [] },
  subtask: { description: 'Sum the totals of the invoices' },
  workspace: [
    { path: 'billing/invoices.csv', size: 10, head: 'invoice,totals\n1,20\n'.repeat(20) },
    { path: 'art/poem.txt', size: 10, head: 'roses and violets '.repeat(60) },
  ],
  feedback: [1, 2, 3, 4].map(
    (n) => `Attempt ${n} failed for reason ${n}. ${'More words about it. '.repeat(30)}`,
  ),
  recalled: [
    { description: 'alike', similarity: 0.9, result: { text: 'x'.repeat(300) } },
    { description: 'unlike', similarity: 0.2, result: { text: 'y'.repeat(300) } },
  ],
  finished_steps: [{ step_id: 'a', output: 'long output '.repeat(500) }],
});
const sizeOf = (value: unknown) => estimateTokens(JSON.stringify(value));

describe('context economy', () => {
  it('leaves alone what fits', () => {
    const messages = [
      { role: 'user' as const, content: [{ type: 'text' as const, text: JSON.stringify(brief()) }] },
    ];
    expect(economise(messages, 100_000).messages).toBe(messages);
  });

  it('drops the least alike plan first, then heads of files that have nothing to do with the task', () => {
    const full = sizeOf(brief());
    expect(trimBrief(brief(), full - 1)).toMatchObject({ recalled: [{ description: 'alike' }] });
    const tighter = trimBrief(brief(), sizeOf({ ...brief(), recalled: [] }) - 1);
    expect(tighter['workspace']).toMatchObject([{ head: expect.any(String) }, {}]);
    expect(JSON.stringify(tighter['workspace'])).not.toContain('roses');
  });

  it('keeps the newest feedback and the first sentence of the old', () => {
    const trimmed = trimBrief(brief(), sizeOf({ ...brief(), recalled: [], workspace: [] }) - 50);
    expect(trimmed['feedback']).toEqual([
      'Earlier feedback, in short: Attempt 1 failed for reason 1. Attempt 2 failed for reason 2.',
      brief().feedback[2],
      brief().feedback[3],
    ]);
  });

  it('cuts long outputs and says so, and keeps the task whatever happens', () => {
    const trimmed = trimBrief(brief(), 10);
    expect(JSON.stringify(trimmed['finished_steps'])).toContain('(cut)');
    expect(trimmed['task']).toEqual(brief().task);
    expect(sizeOf(trimmed)).toBeLessThan(sizeOf(brief()) / 2);
  });

  it('does not touch text that is no brief', () => {
    const messages = [
      { role: 'user' as const, content: [{ type: 'text' as const, text: 'word '.repeat(1_000) }] },
    ];
    expect(economise(messages, 10).messages).toBe(messages);
  });
});

describe('tokens', () => {
  it('estimates between one and the bound', () => {
    for (const text of [
      '',
      'hello world',
      '日本語のテキスト',
      '{"a":[1,2,3]}',
      'Antidisestablishmentarianism',
      '🙂🙂',
    ])
      expect(estimateTokens(text)).toBeLessThanOrEqual(boundTokens(text));
    expect(estimateTokens('The quick brown fox jumps over the lazy dog.')).toBe(10);
  });

  it('estimates text of any script', () => {
    expect(estimateTokens('日本語のテキスト、カタカナ\u3000x')).toBe(13);
    expect(estimateTokens('Straße 😀 naïve café\u00a0—  \n 12345')).toBe(15);
    expect(estimateTokens('{"a":[1,2,"kennzeichnungspflichtig"]}')).toBe(15);
  });
});
