import { describe, expect, it } from '@jest/globals';
import { groupCommit, type Level } from '../../../../infra/local/dynamodb/group-commit.ts';

type Batch = Parameters<Level['batch']>[0];

/** A LevelDB in memory whose batches end when the test says so. */
function setUp() {
  const stored = new Map<string, string>();
  const batches: { operations: Batch; end: (failure?: Error) => void }[] = [];
  const pageOf = (items: unknown[]) => ({
    nextv: async (size: number) => items.splice(0, size),
    close: async () => undefined,
  });
  const level = groupCommit({
    getSync: (key) => stored.get(key),
    batch: (operations) =>
      new Promise((resolve, reject) => {
        batches.push({
          operations,
          end: (failure) => {
            if (failure !== undefined) {
              reject(failure);
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
    values: () => pageOf([...stored.values()].map((text) => JSON.parse(text))),
  });
  const put = (key: string, value: unknown) =>
    new Promise<Error | null | undefined>((resolve) => level.put(key, value, resolve));
  const get = (key: string) =>
    new Promise<unknown>((resolve) => level.get(key, (_error, value) => resolve(value)));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { level, batches, stored, put, get, turn };
}

describe('group commit', () => {
  it('writes what arrives together in one batch and acknowledges it afterwards', async () => {
    const { batches, put, turn } = setUp();
    const acknowledged: string[] = [];
    void put('a', 1).then(() => acknowledged.push('a'));
    void put('b', 2).then(() => acknowledged.push('b'));
    await turn();
    await turn();

    expect(batches).toHaveLength(1);
    expect(acknowledged).toEqual([]);
    batches[0]?.end();
    await turn();
    expect(acknowledged).toEqual(['a', 'b']);
  });

  it('acknowledges an index entry with its item, which goes to disk with it', async () => {
    const { batches, put, turn } = setUp();
    const acknowledged: string[] = [];
    await put('index-global~t~i~k', 1);
    void put('item-t~k', 2).then(() => acknowledged.push('item'));
    await turn();
    await turn();

    expect(acknowledged).toEqual([]);
    expect(batches[0]?.operations.map(({ key }) => key)).toEqual(['index-global~t~i~k', 'item-t~k']);
  });

  it('lets a range be read once what came before it is on disk, whatever comes after', async () => {
    const { batches, level, put, turn } = setUp();
    void put('a', 1);
    await turn();
    await turn();
    void put('b', 2);
    const values: unknown[] = [];
    const reading = (async () => {
      for await (const value of level.createValueStream({})) values.push(value);
    })();
    await turn();
    batches[0]?.end();
    await turn();
    await turn();
    void put('c', 3);
    batches[1]?.end();
    await reading;

    expect(values).toEqual([1, 2]);
    batches[2]?.end();
  });

  it('reads what is not on disk yet, also while a batch is under way', async () => {
    const { batches, level, put, get, turn } = setUp();
    void put('a', { n: 1 });
    expect(await get('a')).toEqual({ n: 1 });
    await turn();
    await turn();
    void put('a', { n: 2 });
    level.del('b', () => undefined);

    expect(await get('a')).toEqual({ n: 2 });
    batches[0]?.end();
    await turn();
    expect(await get('a')).toEqual({ n: 2 });
    expect(await get('b')).toBeUndefined();
  });

  it('forgets a deleted key before the deletion is on disk', async () => {
    const { stored, level, get } = setUp();
    stored.set('a', '1');
    level.del('a', () => undefined);
    expect(await get('a')).toBeUndefined();
  });

  it('lets a range wait for the writes before it', async () => {
    const { batches, level, put, turn } = setUp();
    void put('a', 1);
    void put('b', 2);
    const values = level.createValueStream({}).toArray();
    await turn();
    await turn();
    batches[0]?.end();
    expect(await values).toEqual([1, 2]);
  });

  it('tells every writer of a group that it failed, and goes on', async () => {
    const { batches, put, turn } = setUp();
    const first = put('a', 1);
    await turn();
    await turn();
    const second = put('b', 2);
    batches[0]?.end(new Error('disk full'));
    expect(await first).toMatchObject({ message: 'disk full' });
    await turn();
    batches[1]?.end();
    expect(await second).toBeNull();
  });
});
