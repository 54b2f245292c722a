import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PartitionCache } from '../../../../infra/local/dynamodb/partition-cache.ts';
import type { RangeOptions } from '../../../../infra/local/dynamodb/range.ts';

const key = fc
  .tuple(fc.constantFrom('item-t~aa/61/', 'item-t~bb/62/'), fc.constantFrom('61/', '62/', '63/', '64/'))
  .map((parts) => parts.join(''));
const command = fc.oneof(
  fc.record({ do: fc.constant('write' as const), key, text: fc.option(fc.string({ maxLength: 6 })) }),
  fc.record({ do: fc.constant('read' as const), key }),
  fc.record({
    do: fc.constant('range' as const),
    key,
    reverse: fc.boolean(),
    limit: fc.constantFrom(-1, 1, 2),
  }),
  fc.record({ do: fc.constant('end a load' as const) }),
);

/** What a store answers that has everything in memory. */
function within(entries: Map<string, string>, { gte = '', lt = '', reverse, limit = -1 }: RangeOptions) {
  const found = [...entries].filter(([name]) => name >= gte && name < lt).sort();
  if (reverse) found.reverse();
  return limit < 0 ? found : found.slice(0, limit);
}

describe('the cache of partitions', () => {
  it('knows what was written last, or nothing, while partitions are loaded, too large, and given up', async () => {
    let known = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
        const entries = new Map([['item-t~aa/61/61/', 'old']]);
        const loads: (() => void)[] = [];
        const cache = new PartitionCache({
          most: 12,
          largest: 3,
          load: (range) => {
            const found = within(entries, range);
            return new Promise((resolve) => loads.push(() => resolve(found)));
          },
        });
        const asked: Promise<void>[] = [];
        for (const one of commands) {
          if (one.do === 'write') {
            if (one.text === null) entries.delete(one.key);
            else entries.set(one.key, one.text);
            cache.write(one.key, one.text);
          } else if (one.do === 'read') {
            const entry = cache.read(one.key);
            if (entry !== null) expect(entry?.text).toBe(entries.get(one.key));
            known += entry === null ? 0 : 1;
          } else if (one.do === 'range') {
            const partition = one.key.slice(0, -3);
            const range = { gte: one.key, lt: `${partition}~`, reverse: one.reverse, limit: one.limit };
            asked.push(
              cache.range(range).then((found) => {
                if (found === null) return;
                known += 1;
                expect(found.map(({ text }) => text)).toEqual(within(entries, range).map(([, text]) => text));
              }),
            );
          } else {
            loads.shift()?.();
          }
          // Answers that are ready come before the next command.
          await new Promise((resolve) => setImmediate(resolve));
        }
        while (loads.length > 0) {
          loads.shift()?.();
          await new Promise((resolve) => setImmediate(resolve));
        }
        await Promise.all(asked);
      }),
      { numRuns: 300 },
    );
    // How often depends on the random commands; that it knows what it should is the next test's.
    expect(known).toBeGreaterThan(0);
  });

  it('asks once for what a partition lacks, and not at all for one that is read once', async () => {
    const asked: RangeOptions[] = [];
    const cache = new PartitionCache({
      load: async (range) => {
        asked.push(range);
        return [['item-t~aa/61/61/', 'one']];
      },
    });
    expect(cache.read('item-t~cc/63/61/')).toBeNull();
    expect(asked).toEqual([]);

    const range = { gte: 'item-t~aa/61/', lt: 'item-t~aa/61/~' };
    expect(await cache.range(range)).toEqual([{ text: 'one' }]);
    expect(cache.read('item-t~aa/61/62/')).toBeUndefined();
    cache.write('item-t~aa/61/62/', 'two');
    expect(await cache.range({ ...range, reverse: true })).toEqual([{ text: 'two' }, { text: 'one' }]);
    expect(asked).toHaveLength(1);
  });

  it('gives up first what was not used since room was made', async () => {
    const key = (name: string) => `item-t~${name}/61/61/`;
    const cache = new PartitionCache({
      most: 14,
      load: async ({ gte = '' }) => [[`${gte}61/`, 'text']],
    });
    const load = (name: string) => cache.range({ gte: `item-t~${name}/61/`, lt: `item-t~${name}/61/~` });
    // With the fourth there is too much, and the first goes.
    for (const name of 'abcd') await load(name);
    cache.read(key('b'));
    await load('e');

    const known = [...'abcde'].filter((name) => cache.read(key(name)) !== null);
    expect(known.join('')).toBe('bde');
  });

  it('asks once for a partition that is too large, however often its entries are read', async () => {
    let asked = 0;
    const cache = new PartitionCache({
      largest: 2,
      load: async ({ limit = 0 }) => {
        asked += 1;
        return Array.from({ length: limit }, (_, n) => [`item-t~aa/61/${n}/`, 'entry']);
      },
    });
    for (let read = 0; read < 10; read++) {
      expect(cache.read('item-t~aa/61/none/')).toBeNull();
      expect(await cache.range({ gte: 'item-t~aa/61/', lt: 'item-t~aa/61/~' })).toBeNull();
    }
    expect(asked).toBe(1);
  });
});
