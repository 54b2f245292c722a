import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { protect, restoringStream } from '../../../../lambdas/shared/llm/prompt.ts';
import { createRedactor } from '../../../../lambdas/shared/privacy/redact.ts';

describe('a stream with placeholders', () => {
  it('is restored like the whole text, wherever it is cut and however they are written', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '[EMAIL_1]',
        '[email_2]',
        '\\[EMAIL\\_1\\]',
        '%5BEMAIL_2%5D',
        '[EMAIL 1]',
        '[EMAIL_\n2]',
        '[',
        ']',
        '\\',
        '%',
        '%5',
        '50%',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (parts, cuts) => {
          const redactor = createRedactor();
          redactor.redact('jo@example.com al@example.com');
          const text = parts.join('');
          let out = '';
          const stream = restoringStream(redactor, (delta) => {
            out += delta;
          });
          for (let at = 0, turn = 0; at < text.length; turn += 1) {
            const size = cuts[turn % cuts.length] ?? 1;
            stream.push(text.slice(at, at + size));
            at += size;
          }
          stream.end();
          expect(out).toBe(redactor.restore(text));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a prompt of several texts', () => {
  it('takes no literal of a later one for the placeholder of an earlier one', () => {
    const redactor = createRedactor();
    const text = 'The form says [EMAIL_1].';
    const sent = protect(
      {
        system: 'Write to jo@example.com.',
        messages: [{ role: 'user', content: [{ type: 'text', text }] }],
      },
      redactor,
    );
    expect(sent.system).toBe('Write to [EMAIL_2].');
    expect(redactor.restore(text)).toBe(text);
  });
});
