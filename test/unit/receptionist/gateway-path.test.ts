import { describe, expect, it } from '@jest/globals';
import { encodedPath } from '../../../lambdas/receptionist/gateway-path.ts';

describe('a path that API Gateway has decoded', () => {
  it.each([
    ['/tasks/01ABC', '/tasks/01ABC'],
    ['/tasks/\0', '/tasks/%00'],
    ['/tools/a?b=c', '/tools/a%3Fb=c'],
    ['/approvals/task#1:plan', '/approvals/task%231:plan'],
    ['/artifacts/a b/ü.txt', '/artifacts/a%20b/%C3%BC.txt'],
    ['/tools/100%25', '/tools/100%25'],
    ['/tools/\ud800', '/tools/%EF%BF%BD'],
  ])('%j is encoded as %j', (decoded, encoded) => {
    expect(encodedPath(decoded)).toBe(encoded);
    expect(new URL(encodedPath(decoded), 'https://office.example').pathname).toBe(encoded);
  });
});
