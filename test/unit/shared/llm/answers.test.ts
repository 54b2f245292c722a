import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { checkAnswer, findJson } from '../../../../lambdas/shared/llm/answers.ts';

const schema = z.strictObject({ a: z.number() });
const asIs = (value: unknown) => value;

describe('answers', () => {
  it.each([
    ['bare', '{"a":1}'],
    ['fenced', '```json\n{"a":1}\n```'],
    ['chatty', 'Sure! Here is {your} answer:\n{"a":1}\nHope it helps {:-)'],
    ['with a byte order mark', '\uFEFF{"a":1}'],
    ['after a smaller value', 'Given [0], the answer is {"a":1}'],
    ['after a larger example', 'Not like {"a":"the number","b":[1,2]} but {"a":1}.'],
    ['corrected', '{"a":2}\nWait, that is wrong: {"a":1}'],
    ['with trailing commas', '```json\n{"a":1,\n}\n```'],
    ['in a string', '"{\\"a\\":1}"'],
    ['after thoughts', '<think>{"a":2,"draft":true} or { "no</think>\n{"a":1}'],
    ['after thoughts without a beginning', 'Maybe {"a":[2,3]}? No.</think>{"a":1}'],
  ])('finds the JSON in a %s answer', (_, text) => {
    expect(checkAnswer(text, 'end', schema, asIs)).toEqual({ ok: true, value: { a: 1 } });
  });

  it.each([
    ['refused', '{"a":1}', 'refusal' as const, 'refused'],
    ['empty', '  ', 'end' as const, 'empty'],
    ['prose', 'I think it is one.', 'end' as const, 'not JSON'],
    ['cut off at the limit', '{"a":[{"a":1},', 'length' as const, 'cut off'],
    ['cut off without a word', '{"a":[{"a":1},{"a"', 'end' as const, 'not JSON'],
    ['of the wrong shape', '{"a":"1","b":2}', 'end' as const, 'does not fit the schema'],
  ])('says what is wrong with an answer that is %s', (_, text, stop, problem) => {
    const checked = checkAnswer(text, stop, schema, asIs);
    expect(checked.ok).toBe(false);
    expect(checked.ok ? '' : checked.problem).toContain(problem);
  });

  it('takes line breaks and tabs inside of strings, and leaves commas there alone', () => {
    const text = z.strictObject({ text: z.string() });
    const checked = checkAnswer('{"text":"one,}\n\ttwo \\"three\\",]",}', 'end', text, asIs);
    expect(checked).toEqual({ ok: true, value: { text: 'one,}\n\ttwo "three",]' } });
  });

  it('restores redacted values before the schema sees them', () => {
    const email = z.object({ mail: z.email() });
    const restore = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replace('[EMAIL_1]', 'a@example.com'));
    expect(checkAnswer('{"mail":"[EMAIL_1]"}', 'end', email, restore)).toMatchObject({ ok: true });
  });

  it('finds any object again, whatever is said around it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.stringMatching(/^[a-z .!?]*$/),
        (value, chatter) => {
          const wire = JSON.stringify(value);
          const found = findJson(`${chatter}\n\`\`\`json\n${wire}\n\`\`\`\n${chatter}`);
          expect(found).toEqual({ found: true, value: JSON.parse(wire) });
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    '{'.repeat(200_000),
    '[{"a":'.repeat(50_000),
    `[${'{"a":",'.repeat(50_000)}]`,
    `{${','.repeat(20_000)}${' '.repeat(20_000)}x}`,
    `{${', '.repeat(100_000)}x}`,
  ])(
    'comes to an end on hostile text, which looking again from each brace would not within a test’s time',
    (text) => {
      expect(findJson(text)).toHaveProperty('found');
    },
  );
});
