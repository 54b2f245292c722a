import type { DetectPiiEntitiesCommand } from '@aws-sdk/client-comprehend';
import { describe, expect, it } from '@jest/globals';
import { askComprehend } from '../../../../lambdas/shared/privacy/comprehend.ts';
import { createRedactor } from '../../../../lambdas/shared/privacy/redact.ts';

/** Marks every "Ada Lovelace" as a name and every year as a date, in characters as the service does. */
function service(score = 0.99) {
  const asked: string[] = [];
  const find = (text: string, wanted: string, Type: string) =>
    [...text.matchAll(new RegExp(wanted, 'g'))].map((match) => {
      const BeginOffset = [...text.slice(0, match.index)].length;
      return { Type, Score: score, BeginOffset, EndOffset: BeginOffset + [...match[0]].length };
    });
  const send = async (command: DetectPiiEntitiesCommand) => {
    const text = command.input.Text ?? '';
    asked.push(text);
    return { Entities: [...find(text, 'Ada Lovelace', 'NAME'), ...find(text, '18\\d\\d', 'DATE_TIME')] };
  };
  return { asked, ask: askComprehend({ client: { send } as never, language: 'en' }) };
}

describe('Amazon Comprehend', () => {
  it('finds names, counted in characters and not in UTF-16 units; a date is nobody', async () => {
    const { ask } = service();
    expect(await ask(['👩‍🔬 wrote: Ada Lovelace, 1843'])).toEqual([
      { value: 'Ada Lovelace', type: 'person' },
    ]);
  });

  it('is asked once for each text, in pieces that it takes, cut between words', async () => {
    const { ask, asked } = service();
    const long = Array.from({ length: 3_000 }, (_, index) => `Ada Lovelace and ${index}. `).join('');
    await ask(['the same', 'the same', '12345', long]);
    expect(asked[0]).toBe('the same');
    expect(asked.slice(1).join('') === long).toBe(true);
    expect(asked.every((piece) => Buffer.byteLength(piece) <= 100_000 && /[\s.e]$/.test(piece))).toBe(true);
  });

  it('is not believed when it is unsure', async () => {
    expect(await service(0.3).ask(['Ada Lovelace'])).toEqual([]);
  });

  it('that fails lets nothing through', async () => {
    const send = () => Promise.reject(new Error('ThrottlingException'));
    const ask = askComprehend({ client: { send } as never, language: 'en' });
    await expect(ask(['Ada Lovelace'])).rejects.toThrow('so it was not sent');
  });

  it('has its findings replaced wherever they stand as words, and put back', async () => {
    const { ask } = service();
    const document = JSON.stringify({ to: 'Ada Lovelace', files: ['Ada Lovelaces', 'jo@example.com'] });
    const redactor = createRedactor(await ask([document]));
    const redacted = redactor.redactDocument(document);
    expect(JSON.parse(redacted)).toEqual({ to: '[PERSON_1]', files: ['Ada Lovelaces', '[EMAIL_1]'] });
    expect(redactor.restore(redacted)).toBe(document);
    expect(redactor.redact('Ada Lovelace wrote.')).toBe('[PERSON_1] wrote.');
  });
});
