import { describe, expect, it } from '@jest/globals';
import { needOf, rules } from '../../../../lambdas/shared/privacy/detect.ts';
import { detect } from '../../../../lambdas/shared/privacy/redact.ts';
import { aroundOf } from '../../../../lambdas/shared/privacy/rule.ts';
import {
  readLabelledSet,
  requiredPrecision,
  requiredRecall,
  runPiiEval,
  score,
} from '../../../eval/pii/run.ts';

const found = (text: string) =>
  detect(text).map(({ start, end, type }) => `${type}:${text.slice(start, end)}`);

describe('detection', () => {
  it.each([
    ['Mail jo+x@sub.example.co.uk.', 'email:jo+x@sub.example.co.uk'],
    ['Call +49 (0)30 901820 today', 'phone:+49 (0)30 901820'],
    ['card 4111 1111 1111 1111, 12/27', 'card:4111 1111 1111 1111'],
    ['IBAN DE89 3704 0044 0532 0130 00 please', 'iban:DE89 3704 0044 0532 0130 00'],
    ['SSN 123-45-6789', 'national_id:123-45-6789'],
    ['from 203.0.113.7:443', 'ip:203.0.113.7'],
    ['to [2001:db8::1]:443', 'ip:2001:db8::1'],
    ['at 221B Baker Street, London NW1 6XE', 'address:221B Baker Street, London NW1 6XE'],
    [`key ${'AKIA'}ABCDEFGHIJKLMNOP`, `secret:${'AKIA'}ABCDEFGHIJKLMNOP`],
    ['postgres://app:s3cr3tPw@db/main', 'secret:s3cr3tPw'],
    ['EE52 and DE89370400440532013000', 'iban:DE89370400440532013000'],
    [`<password>${'Winter'}2024!</password>`, 'secret:Winter2024!'],
    [`my password's ${'Gr33n'}-Tea!, really`, 'secret:Gr33n-Tea!'],
    [`requests.get(url, auth=("bot", "${'Gx4!'}pTq8zz"))`, 'secret:Gx4!pTq8zz'],
    ['ana,4111111111111111,123', 'card:4111111111111111'],
    ['Ana,52998224725,12.5', 'national_id:52998224725'],
    ['sender: 64 Zoo Lane, Bristol BS8 3HA', 'address:64 Zoo Lane, Bristol BS8 3HA'],
    ['31 Harbour View Road, Cardiff CF10 5AB', 'address:31 Harbour View Road, Cardiff CF10 5AB'],
  ])('finds in "%s"', (text, span) => {
    expect(found(text)).toEqual([span]);
  });

  it.each([
    'Version 10.0.19041.1, build 4.8.1.2',
    'Order #4111111111111112 and ISBN 978-3-16-148410-0',
    'DE89370400440532013001 has a wrong check digit',
    'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
    '3f2504e0-4f89-11d3-9a0c-0305e82c3301 at 2024-01-15T10:30:00Z',
    'git@github.com:acme/office.git and left-pad@1.3.0 and logo@2x.png',
    'const token = getToken(); password = os.environ["DB_PASSWORD"]',
    'listen on 127.0.0.1:8787, mask 255.255.255.0',
    'Rolled back to 7.4.33 because 8.1.2.1 broke the cache',
    'function reset(token: string, password: string): void',
    'std::vector a::b 12:30:45 00:1A:2B:3C:4D:5E',
  ])('finds nothing in "%s"', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('finds what stands right behind another of its kind', () => {
    expect(found('DE89 3704 0044 0532 0130 00 or GB29 NWBK 6016 1331 9268 19')).toEqual([
      'iban:DE89 3704 0044 0532 0130 00',
      'iban:GB29 NWBK 6016 1331 9268 19',
    ]);
    expect(found('4111 1111 1111 1111 4000 0566 5566 5556')).toEqual([
      'card:4111 1111 1111 1111',
      'card:4000 0566 5566 5556',
    ]);
  });

  it('gives spans in order and without overlaps', () => {
    const text = 'jo@example.com, 203.0.113.7, +1 415 555 2671, 12 High Street, Leeds LS1 4AB';
    const spans = detect(text);
    expect(spans.map((span) => span.type)).toEqual(['email', 'ip', 'phone', 'address']);
    for (const [index, span] of spans.entries())
      expect(span.start).toBeGreaterThanOrEqual(spans[index - 1]?.end ?? 0);
  });

  it('comes to an end on hostile text, which a rule that goes back over it would not within a test’s time', () => {
    const hostile = [
      '1 '.repeat(20_000),
      'A'.repeat(40_000),
      '-----BEGIN PRIVATE KEY-----'.repeat(500),
      'a@'.repeat(20_000),
      'Aa Bb '.repeat(8_000),
      '1234 Aa, '.repeat(4_000),
      'password '.repeat(5_000),
      ':'.repeat(20_000),
    ];
    for (const text of hostile) expect(detect(text)).toBeInstanceOf(Array);
  });
});

describe('what a text must have for a rule to be tried', () => {
  it('is in every value that the rule finds', () => {
    const texts = (['labelled', 'varied'] as const).flatMap((name) => readLabelledSet(name));
    const tried = new Set<RegExp>();
    for (const rule of rules)
      for (const { text } of texts)
        for (const match of text.matchAll(rule.pattern)) {
          const around = aroundOf(text, match.index, match.index + match[0].length);
          if (rule.valid && !rule.valid(match[0], around)) continue;
          if (rule.words && !rule.words.test(around.before)) continue;
          tried.add(rule.pattern);
          const seen = around.before + match[0];
          expect([seen, needOf(rule).test(seen)]).toEqual([seen, true]);
        }
    expect(tried.size).toBeGreaterThan(150);
  });

  it.each([
    ['PAN ABCPE1234F', 'national_id:ABCPE1234F'],
    ['codice MRTMTT91D08F205J', 'national_id:MRTMTT91D08F205J'],
    ['xoxb-1234567890', 'secret:xoxb-1234567890'],
  ])('spares no value that has little of it: %s', (text, span) => {
    expect(found(text)).toEqual([span]);
  });
});

describe('a secret with an underscore', () => {
  it.each(['DB_PASSWORD', 'user_password', 'API_KEY_2'])('is none when it is the name %s', (name) => {
    for (const text of [`password: ${name}`, `"token": "${name}"`, `Authorization: Bearer ${name}`])
      expect(detect(text)).toEqual([]);
  });

  it.each(['Rainbow_77', 'tk_9f3k2m8x7q1w', 'aB3_dE5fG7hJ9'])('is one when it is %s', (secret) => {
    const text = `the password is ${secret}`;
    expect(detect(text).map(({ start, end }) => text.slice(start, end))).toEqual([secret]);
  });
});

describe('the labelled set', () => {
  it('is found and nothing else is, as far as required', () => {
    const result = runPiiEval();
    expect(result.texts).toBeGreaterThan(900);
    expect(result.recall).toBeGreaterThanOrEqual(requiredRecall);
    expect(result.precision).toBeGreaterThanOrEqual(requiredPrecision);
  });

  it('is found in texts that were written apart from it', () => {
    const { varied } = runPiiEval();
    expect(varied.texts).toBeGreaterThan(500);
    expect(varied.labelled).toBeGreaterThan(300);
    expect(varied.recall).toBeGreaterThanOrEqual(requiredRecall);
    expect(varied.precision).toBeGreaterThanOrEqual(requiredPrecision);
  });

  it.each(['unseen-1', 'unseen-2', 'unseen-3', 'unseen-4', 'unseen-5', 'unseen-6', 'unseen-7'] as const)(
    'is found in the texts of %s',
    (name) => {
      const result = score(readLabelledSet(name), detect);
      expect(result.texts).toBeGreaterThan(60);
      expect(result.labelled).toBeGreaterThan(40);
      expect(result.recall).toBeGreaterThanOrEqual(requiredRecall);
      expect(result.precision).toBeGreaterThanOrEqual(requiredPrecision);
    },
  );

  it('has every kind and hard negatives, and is scored honestly', () => {
    const set = readLabelledSet();
    expect(new Set(set.flatMap(({ spans }) => spans.map(({ type }) => type))).size).toBe(9);
    expect(set.filter(({ spans }) => spans.length === 0).length).toBeGreaterThan(300);
    expect(score(set, () => [])).toMatchObject({ recall: 0, precision: 1 });
    const all = score(set, (text) => [{ start: 0, end: text.length, type: 'email' }]);
    expect(all.recall).toBe(1);
    expect(all.precision).toBeLessThan(0.7);
  });
});
