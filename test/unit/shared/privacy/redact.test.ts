import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor } from '../../../../lambdas/shared/privacy/redact.ts';

describe('redaction', () => {
  it('gives the same value the same placeholder and puts it back', () => {
    const redactor = createRedactor();
    const text = 'jo@example.com wrote to al@example.com; jo@example.com waits.';
    const redacted = redactor.redact(text);
    expect(redacted).toBe('[EMAIL_1] wrote to [EMAIL_2]; [EMAIL_1] waits.');
    expect(redactor.restore(redacted)).toBe(text);
  });

  it('leaves placeholders alone that it did not give out', () => {
    const redactor = createRedactor();
    const redacted = redactor.redact('Literally [EMAIL_1] and jo@example.com');
    expect(redacted).toBe('Literally [EMAIL_1] and [EMAIL_2]');
    expect(redactor.restore('[EMAIL_1] [EMAIL_2] [EMAIL_3]')).toBe('[EMAIL_1] jo@example.com [EMAIL_3]');
  });

  it('redacts a JSON document value by value, with the key for context, and keeps it JSON', () => {
    const redactor = createRedactor();
    const key = `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA ${'PRIVATE'} KEY-----`;
    const document = {
      ssn: '123456789',
      note: 'no "secrets"',
      files: [{ content: `x\n${key}\ny` }],
      count: 123456789,
    };
    const redacted = redactor.redactDocument(JSON.stringify(document));
    expect(JSON.parse(redacted)).toEqual({
      ssn: '[NATIONAL_ID_1]',
      note: 'no "secrets"',
      files: [{ content: 'x\n[PRIVATE_KEY_1]\ny' }],
      count: 123456789,
    });
    expect(redactor.restoreValue(JSON.parse(redacted))).toEqual(document);
  });

  it('redacts a JSON value, and takes no literal for a placeholder that stands behind the value', () => {
    const redactor = createRedactor();
    const value = ['jo@example.com', { to: 'jo@example.com', 'jo@example.com': 1 }, 'see [EMAIL_1]'];
    const redacted = redactor.redactValue(value);
    expect(redacted).toEqual(['[EMAIL_2]', { to: '[EMAIL_2]', '[EMAIL_2]': 1 }, 'see [EMAIL_1]']);
    expect(redactor.restoreValue(redacted)).toEqual(value);
  });

  it.each([
    ['[email_1]', 'jo@example.com'],
    ['"[Email_1]"', '"jo@example.com"'],
    ['\\[EMAIL\\_1\\]', 'jo@example.com'],
    ['[EMAIL\\_1]', 'jo@example.com'],
    [
      'https://x.test/?to=%5BEMAIL_1%5D&cc=%5bemail_1%5d',
      'https://x.test/?to=jo%40example.com&cc=jo%40example.com',
    ],
    ['[national_id_1]', '123-45-6789'],
    ['[EMAIL 1], [EMAIL-1], [ EMAIL_1 ], [EMAIL_\n1]', Array(4).fill('jo@example.com').join(', ')],
    ['[NATIONAL ID 1]', '123-45-6789'],
    ['[Email 1] and [email-1]', '[Email 1] and [email-1]'],
    ['C:\\[EMAIL_1]', 'C:\\jo@example.com'],
    ['[EMAIL_1 [EMAIL_11] [EMAIL] EMAIL_1', '[EMAIL_1 [EMAIL_11] [EMAIL] EMAIL_1'],
  ])('restores %s, as a model may write it', (written, restored) => {
    const redactor = createRedactor();
    expect(redactor.redact('jo@example.com, SSN 123-45-6789')).toBe('[EMAIL_1], SSN [NATIONAL_ID_1]');
    expect(redactor.restore(written)).toBe(restored);
  });

  it('takes no literal for a placeholder, however it is written', () => {
    const redactor = createRedactor();
    const text = 'see users[email_1] and \\[EMAIL_2\\] or jo@example.com';
    const redacted = redactor.redact(text);
    expect(redacted).toContain('[EMAIL_3]');
    expect(redactor.restore(redacted)).toBe(text);
  });

  it('restores in keys and deep inside of tool inputs', () => {
    const redactor = createRedactor();
    redactor.redact('jo@example.com');
    expect(redactor.restoreValue({ '[EMAIL_1]': [{ to: 'cc [EMAIL_1]' }, 1, null] })).toEqual({
      'jo@example.com': [{ to: 'cc jo@example.com' }, 1, null],
    });
  });

  it('loses nothing, whatever the text', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.emailAddress(),
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom(
        '[EMAIL_1]',
        '[IP_1]',
        '[ip_1]',
        '[IP 1]',
        '[EMAIL_\n1]',
        '\\\\',
        '\\[EMAIL_1\\]',
        '%5Bip_1%5D',
        '4111 1111 1111 1111',
        '+49 30 901820',
        '$&',
        '$1',
      ),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), fc.constantFrom(' ', '\\'), (parts, separator) => {
        const redactor = createRedactor();
        const text = parts.join(separator);
        expect(redactor.restore(redactor.redact(text))).toBe(text);
        const json = JSON.stringify({ parts });
        expect(JSON.stringify(redactor.restoreValue(JSON.parse(redactor.redactDocument(json))))).toBe(json);
      }),
      { numRuns: 200 },
    );
  });
});
