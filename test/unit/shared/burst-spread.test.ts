import { describe, expect, it } from '@jest/globals';
import { createBurstSpread } from '../../../lambdas/shared/burst-spread.ts';

function spread(places: number) {
  const clock = { seconds: 0 };
  const delayOf = createBurstSpread({
    places,
    longestSeconds: 20,
    now: () => new Date(clock.seconds * 1000),
  });
  return { clock, delayOf, burst: (count: number) => Array.from({ length: count }, () => delayOf('acme')) };
}

describe('a tenant’s burst of tasks', () => {
  it('goes at once as far as there are places, and then 50 a second', () => {
    const { burst } = spread(20);
    const delays = burst(1_000);
    expect(delays.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
    for (const second of [1, 2, 10]) expect(delays.filter((delay) => delay === second)).toHaveLength(50);
    expect(Math.max(...delays)).toBe(20);
  });

  it('goes as fast as its places when there are more of them', () => {
    const delays = spread(400).burst(2_000);
    expect(delays.filter((delay) => delay === 0)).toHaveLength(400);
    expect(delays.filter((delay) => delay === 1)).toHaveLength(400);
  });

  it('delays nobody else, and itself no longer when it has passed', () => {
    const { burst, delayOf, clock } = spread(20);
    burst(100_000);
    expect(delayOf('other')).toBe(0);
    clock.seconds = 21;
    expect(delayOf('acme')).toBe(0);
  });

  it('is none when tasks come as fast as they may run', () => {
    const { delayOf, clock } = spread(20);
    for (let n = 0; n < 1_000; n++) {
      clock.seconds += 1 / 50;
      expect(delayOf('acme')).toBe(0);
    }
  });
});
