import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { detect } from '../../../../lambdas/shared/privacy/detect.ts';
import { spansOfDocument } from '../../../../lambdas/shared/privacy/document.ts';
import { readLabelledSet } from '../../../eval/pii/run.ts';

const texts = [...readLabelledSet('labelled'), ...readLabelledSet('varied')].map(({ text }) => text);

describe('a document as a whole', () => {
  it('has what its strings have one by one, and nothing across them', () => {
    const text = fc.constantFrom(...texts);
    const key = fc.constantFrom('ssn', 'note', 'phone', 'to', 'address', 'password', 'items', '0');
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 12 }),
        fc.dictionary(key, fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxKeys: 6 }),
        (list, record) => {
          const spansOf = spansOfDocument([list, record]);
          for (const item of list) expect(spansOf(item, '')).toEqual(detect(item));
          for (const [name, value] of Object.entries(record))
            for (const item of [value].flat()) {
              const prefix = name.length + 2;
              const alone = detect(`${name}: ${item}`)
                .filter(({ end }) => end > prefix)
                .map((span) => ({
                  ...span,
                  start: Math.max(0, span.start - prefix),
                  end: span.end - prefix,
                }));
              expect(spansOf(item, name)).toEqual(alone);
            }
        },
      ),
      { numRuns: 150, examples: [[[], { address: ['a::b'], ssn: '::ffff:192.0.2.128 is mapped' }]] },
    );
  });

  it('looks at each string alone where a key without an end would swallow the others', () => {
    const begin = `-----BEGIN ${'PRIVATE'} KEY-----\nMIIEpAIBAAKCAQEA`;
    const spansOf = spansOfDocument({ a: begin, b: 'write to jo@example.com' });
    expect(spansOf(begin, 'a')).toEqual([{ start: 0, end: begin.length, type: 'private_key' }]);
    expect(spansOf('write to jo@example.com', 'b')).toEqual([{ start: 9, end: 23, type: 'email' }]);
  });
});
