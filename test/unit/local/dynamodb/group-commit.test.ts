import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupCommit, type Level } from '../../../../infra/local/dynamodb/group-commit.ts';
import type { RangeOptions } from '../../../../infra/local/dynamodb/range.ts';
import { WriteLog, type Writes } from '../../../../infra/local/dynamodb/write-log.ts';

type Batch = Parameters<Level['batch']>[0];

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'write-log-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A LevelDB in memory whose batches end when the test says so, behind a log on disk. */
function setUp() {
  const stored = new Map<string, string>();
  const batches: { operations: Batch; end: (failure?: Error) => void }[] = [];
  const within = (key: string, { gt = '', gte = '', lt = '~', lte = '~' }: RangeOptions): boolean =>
    key > gt && key >= gte && key < lt && key <= lte;
  const pageOf = <Item>(items: Item[]) => ({
    nextv: async (size: number) => items.splice(0, size),
    close: async () => undefined,
  });
  const rangeOf = (range: RangeOptions) => {
    const entries = [...stored].filter(([key]) => within(key, range)).sort();
    return range.reverse ? entries.reverse() : entries;
  };
  const refusals: unknown[] = [];
  const groups: Record<string, string | null>[] = [];
  let failure: Error | null = null;
  class WatchedLog extends WriteLog {
    override append(group: Writes): void {
      const failed = failure;
      failure = null;
      if (failed !== null) throw failed;
      groups.push(Object.fromEntries(group));
      super.append(group);
    }
  }
  const log = new WatchedLog(directory);
  const level = groupCommit(
    {
      getSync: (key) => stored.get(key),
      batch: (operations) =>
        new Promise((resolve, reject) => {
          batches.push({
            operations,
            end: (refusal) => {
              if (refusal !== undefined) {
                reject(refusal);
                return;
              }
              for (const operation of operations) {
                if (operation.type === 'put') stored.set(operation.key, operation.value);
                else stored.delete(operation.key);
              }
              resolve();
            },
          });
        }),
      keys: () => pageOf([...stored.keys()]),
      iterator: (range) => {
        const { nextv, close } = pageOf(rangeOf(range));
        // Short pages, so that a range takes several.
        return { nextv: (size) => nextv(Math.min(size, 3)), close };
      },
    },
    log,
    (error) => refusals.push(error),
  );
  const put = (key: string, value: unknown) =>
    new Promise<Error | null | undefined>((resolve) => level.put(key, value, resolve));
  const get = (key: string) =>
    new Promise<unknown>((resolve) => level.get(key, (_error, value) => resolve(value)));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const failNext = (error: Error): void => {
    failure = error;
  };
  return { level, log, refusals, batches, groups, stored, put, get, turn, failNext };
}

describe('group commit', () => {
  it('logs what arrives together as one group and acknowledges it afterwards', async () => {
    const { groups, put, turn } = setUp();
    const acknowledged: string[] = [];
    void put('a', 1).then(() => acknowledged.push('a'));
    void put('b', 2).then(() => acknowledged.push('b'));
    await Promise.resolve();
    expect(acknowledged).toEqual([]);
    await turn();

    expect(groups).toEqual([{ a: '1', b: '2' }]);
    expect(acknowledged).toEqual(['a', 'b']);
  });

  it('acknowledges an index entry with its item, which is logged with it', async () => {
    const { groups, put, turn } = setUp();
    const acknowledged: string[] = [];
    await put('index-global~t~i~k', 1);
    void put('item-t~k', 2).then(() => acknowledged.push('item'));
    expect(groups).toEqual([]);
    await turn();

    expect(groups).toEqual([{ 'index-global~t~i~k': '1', 'item-t~k': '2' }]);
    expect(acknowledged).toEqual(['item']);
  });

  it('reads what is not logged yet, what is logged, and what is on its way into LevelDB', async () => {
    const { batches, level, put, get, turn } = setUp();
    void put('a', { n: 1 });
    expect(await get('a')).toEqual({ n: 1 });
    await turn();
    expect(await get('a')).toEqual({ n: 1 });
    const settled = level.settle();
    expect(await get('a')).toEqual({ n: 1 });
    void put('a', { n: 2 });
    level.del('b', () => undefined);
    batches[0]?.end();
    await settled;

    expect(await get('a')).toEqual({ n: 2 });
    expect(await get('b')).toBeUndefined();
  });

  it('forgets a deleted key before the deletion is in LevelDB', async () => {
    const { stored, level, get, turn } = setUp();
    stored.set('a', '1');
    level.del('a', () => undefined);
    expect(await get('a')).toBeUndefined();
    await turn();
    expect(await get('a')).toBeUndefined();
  });

  it('reads a range as it is, wherever its writes are, forwards and backwards', async () => {
    const partitions = ['', 'item-t~aa/61/', 'item-t~bb/62/'];
    const keys = fc.constantFrom(
      ...partitions.flatMap((partition) => [...'abc'].map((end) => partition + end)),
    );
    const range = fc.record({ gte: keys, lt: keys, reverse: fc.boolean() });
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ put: keys, value: fc.nat() }) },
      fc.record({ del: keys }),
      fc.record({ read: range }),
      fc.record({ act: fc.constantFrom('log', 'settle begins', 'settle ends') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), range, async (steps, last) => {
        rmSync(directory, { recursive: true });
        const { batches, level, turn } = setUp();
        const model = new Map<string, number>();
        for (const one of [...steps, { read: last }]) {
          if ('put' in one) {
            level.put(one.put, one.value, () => undefined);
            model.set(one.put, one.value);
          } else if ('del' in one) {
            level.del(one.del, () => undefined);
            model.delete(one.del);
          } else if ('read' in one) {
            const { gte, lt, reverse } = one.read;
            const expected = [...model].filter(([key]) => key >= gte && key < lt).sort();
            if (reverse) expected.reverse();
            const read = await level.createValueStream(one.read).toArray();
            expect(read).toEqual(expected.map(([, value]) => value));
          } else if (one.act === 'settle begins') void level.settle();
          else if (one.act === 'settle ends') batches.at(-1)?.end();
          if ('act' in one) await turn();
        }
      }),
    );
  });

  it('writes a key that changed often into LevelDB once', async () => {
    const { batches, level, put, turn } = setUp();
    for (const n of [1, 2, 3]) {
      void put('a', n);
      await turn();
    }
    const settled = level.settle();
    batches[0]?.end();
    await settled;

    expect(batches.map(({ operations }) => operations)).toEqual([[{ type: 'put', key: 'a', value: '3' }]]);
  });

  it('tells every writer of a group that it could not be logged, and goes on', async () => {
    const { put, get, turn, failNext } = setUp();
    failNext(new Error('disk full'));
    const writes = [put('a', 1), put('b', 2)];
    await turn();
    expect(await Promise.all(writes)).toMatchObject([{ message: 'disk full' }, { message: 'disk full' }]);
    expect(await get('a')).toBeUndefined();
    const next = put('b', 3);
    await turn();

    expect(await next).toBeNull();
    expect(await get('b')).toBe(3);
  });

  it('says what LevelDB refuses when it is to have what is logged', async () => {
    const { batches, refusals, put, get, turn } = setUp();
    const large = 'x'.repeat(1024 * 1024);
    void put('a', large);
    await turn();
    batches[0]?.end(new Error('LevelDB is ill'));
    await turn();

    expect(refusals).toMatchObject([{ message: 'LevelDB is ill' }]);
    expect(await get('a')).toBe(large);
  });

  it('keeps in the log what LevelDB refuses', async () => {
    const { batches, level, log, put, get, turn } = setUp();
    void put('a', 1);
    await turn();
    const refused = level.settle();
    batches[0]?.end(new Error('LevelDB is ill'));
    await expect(refused).rejects.toThrow('LevelDB is ill');

    expect(await get('a')).toBe(1);
    expect(log.read()).toEqual(new Map([['a', '1']]));
    const settled = level.settle();
    batches[1]?.end();
    await settled;
    expect(log.read()).toEqual(new Map());
  });
});

describe('the log', () => {
  const openLog = () => new WriteLog(directory);

  it('gives the next process every group that was logged whole, the latest of each key', () => {
    const log = openLog();
    log.append(new Map([['a', '{"n":1}']]));
    log.append(
      new Map([
        ['a', '{"n":2}'],
        ['b', null],
      ]),
    );
    log.turnPage();
    log.append(new Map([['c', '"line\\nend"']]));
    appendFileSync(join(directory, '2.log'), 'd\t1\nhalf a gro');

    expect(openLog().read()).toEqual(
      new Map([
        ['a', '{"n":2}'],
        ['b', null],
        ['c', '"line\\nend"'],
      ]),
    );
  });

  it('keeps a group that is larger than its room, and characters of several bytes', () => {
    const log = openLog();
    const groups = ['é€😀', '€'.repeat(40_000), 'end'].map(
      (text, n) => new Map([[`k${n}`, JSON.stringify(text)]]),
    );
    for (const group of groups) log.append(group);

    expect(openLog().read()).toEqual(new Map(groups.flatMap((group) => [...group])));
    expect(log.size).toBe(statSync(join(directory, '1.log')).size);
  });

  it('forgets the pages before, and no later one', () => {
    const log = openLog();
    log.append(new Map([['a', '1']]));
    const forget = log.turnPage();
    log.append(new Map([['b', '2']]));
    forget();

    expect(openLog().read()).toEqual(new Map([['b', '2']]));
  });
});
