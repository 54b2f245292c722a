import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { timeLimit } from '../../../../lambdas/shared/tools/time-limit.ts';

const aborted = (signal: AbortSignal) =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));

describe('timeLimit', () => {
  it('aborts when the time is over, also after garbage collection', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const outer = new AbortController();
    const limits = Array.from({ length: 20 }, () => aborted(timeLimit(outer.signal, 30).signal));
    collect();
    await expect(Promise.all(limits)).resolves.toHaveLength(20);
  });

  it('aborts with the outer signal and its reason', () => {
    const outer = new AbortController();
    const limit = timeLimit(outer.signal, 60_000);
    outer.abort('why');
    expect(limit.signal).toMatchObject({ aborted: true, reason: 'why' });
    limit.end();
    const late = timeLimit(outer.signal, 60_000);
    expect(late.signal.aborted).toBe(true);
    late.end();
  });

  it('does nothing after its end', async () => {
    const outer = new AbortController();
    const limit = timeLimit(outer.signal, 10);
    const later = timeLimit(outer.signal, 30);
    limit.end();
    await aborted(later.signal);
    outer.abort();
    expect(limit.signal.aborted).toBe(false);
  });
});
