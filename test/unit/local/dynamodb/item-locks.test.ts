import { describe, expect, it } from '@jest/globals';
import { database } from '../../../../infra/local/dynamodb/dynalite.ts';
import { watchItemLocks } from '../../../../infra/local/dynamodb/item-locks.ts';

describe('the locks of items', () => {
  it('are seen while dynalite holds or awaits them, and are handed on as before', async () => {
    const store = database.create({});
    watchItemLocks(store);
    const { lock } = store.getItemDb('things');
    expect(store.getItemDb('things').lock).toBe(lock);
    expect(lock.isLocked('a')).toBe(false);

    const acts: string[] = [];
    const releases: ((...results: unknown[]) => void)[] = [];
    for (const name of ['first', 'second'])
      lock('a', (release) => {
        acts.push(name);
        releases.push(release((...results) => acts.push(`${name} ended: ${results}`)));
      });
    expect(acts).toEqual(['first']);
    expect(['a', 'b'].map((key) => lock.isLocked(key))).toEqual([true, false]);

    releases[0]?.(null, 1);
    expect(lock.isLocked('a')).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    releases[1]?.(null, 2);
    expect(acts).toEqual(['first', 'first ended: ,1', 'second', 'second ended: ,2']);
    expect(lock.isLocked('a')).toBe(false);
  });
});
