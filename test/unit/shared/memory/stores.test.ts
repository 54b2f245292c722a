import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unit } from '../../../../lambdas/shared/memory/encoder.ts';
import type { MemoryStore, NewMemory, Run } from '../../../../lambdas/shared/memory/memory-store.ts';
import {
  createTableMemoryStore,
  type TableMemoryStore,
} from '../../../../lambdas/shared/memory/table-memory-store.ts';
import {
  createVectorBucketStore,
  indexNameOf,
} from '../../../../lambdas/shared/memory/vector-bucket-store.ts';
import { tenantPartition } from '../../../../lambdas/shared/stores/keys.ts';
import { startTestTable, type TestTable } from '../../../helpers/dynalite-table.ts';
import { type S3VectorsServer, startS3Vectors } from '../../../helpers/s3-vectors-server.ts';

const ENCODER = 'test-encoder@1';
const success: Run = { outcome: 'succeeded', first_try: true, lesson: '', seconds: 2, usd: 0.01, tokens: 10 };
const failure: Run = {
  ...success,
  outcome: 'failed',
  first_try: false,
  lesson: 'No such file.',
  pitfall: { action: 'file_operations', error: 'FileNotFoundError', lesson: 'No such file.' },
};

const memory = (key: string, vector: readonly number[], more: Partial<NewMemory> = {}): NewMemory => ({
  key,
  description: `Do ${key}.`,
  encoder: ENCODER,
  vector: unit(Float32Array.from(vector)),
  steps: [],
  result: {},
  context: '',
  files: [],
  reusable: true,
  stated_confidence: 0.9,
  pitfalls: [],
  run: success,
  ...more,
});

let table: TestTable;
let vectors: S3VectorsServer;
beforeAll(async () => {
  [table, vectors] = await Promise.all([startTestTable(), startS3Vectors()]);
}, 30_000);
afterAll(() => Promise.all([table.stop(), vectors.close()]));

let tenants = 0;
const newTenant = () => {
  tenants += 1;
  return `tenant-${tenants}`;
};
let time = Date.parse('2026-01-01T00:00:00Z');
const now = () => time;
const inTable = (more: { cap?: number; onTrouble?: (what: string) => void } = {}): TableMemoryStore =>
  createTableMemoryStore({ ...table, now, ...more });
const inVectors = (): MemoryStore =>
  createVectorBucketStore({ client: vectors.client, bucket: vectors.bucket, records: inTable(), now });

describe.each([
  ['the embedded store', () => inTable()],
  ['Amazon S3 Vectors', inVectors],
])('memories in %s', (_name, open) => {
  const keys = async (store: MemoryStore, tenant: string, vector: readonly number[], encoder = ENCODER) =>
    (await store.nearest(tenant, { encoder, vector: unit(Float32Array.from(vector)), limit: 10 })).map(
      ({ record }) => record.key,
    );

  it('are found by likeness, best first, with what was kept', async () => {
    const [store, tenant] = [open(), newTenant()];
    await store.put(tenant, memory('east', [1, 0, 0]));
    await store.put(tenant, memory('north', [0, 1, 0]));
    await store.put(tenant, memory('north-east', [1, 1, 0]));
    const query = { encoder: ENCODER, vector: unit(Float32Array.from([1, 0.1, 0])), limit: 2 };
    const found = await store.nearest(tenant, query);
    expect(found.map(({ record }) => record.key)).toEqual(['east', 'north-east']);
    expect(found[0]?.similarity).toBeCloseTo(1 / Math.sqrt(1.01), 5);
    expect(found[0]?.record).toMatchObject({
      description: 'Do east.',
      successes: 1,
      first_tries: 1,
      version: 1,
      stated_confidence: 0.9,
    });
    expect([...(found[0]?.record.vector ?? [])]).toEqual([1, 0, 0]);
  });

  it('are one for the same plan, which counts its runs and versions', async () => {
    const [store, tenant] = [open(), newTenant()];
    await store.put(tenant, memory('same', [1, 0]));
    await store.put(
      tenant,
      memory('same', [1, 0], { run: failure, pitfalls: failure.pitfall ? [failure.pitfall] : [] }),
    );
    expect(await store.count(tenant, 'same', failure)).toBe(true);
    const [match, ...others] = await store.nearest(tenant, {
      encoder: ENCODER,
      vector: Float32Array.from([1, 0]),
      limit: 10,
    });
    expect(others).toEqual([]);
    expect(match?.record).toMatchObject({
      successes: 1,
      failures: 2,
      failure_streak: 2,
      version: 3,
      lesson: 'No such file.',
    });
    expect(match?.record.pitfalls).toHaveLength(2);
  });

  it("are a tenant's own", async () => {
    const [store, tenant, other] = [open(), newTenant(), newTenant()];
    await store.put(tenant, memory('mine', [1, 0]));
    expect(await keys(store, other, [1, 0])).toEqual([]);
    expect(await store.count(other, 'mine', success)).toBe(false);
    expect(await store.rate(other, 'mine', { task_id: 't', rating: 1, comment: '' })).toBe(false);
    expect(await keys(store, tenant, [1, 0])).toEqual(['mine']);
  });

  it('never meet those of another encoder, or of one that changed its dimension', async () => {
    const [store, tenant] = [open(), newTenant()];
    await store.put(tenant, memory('old', [1, 0]));
    await store.put(tenant, memory('other', [1, 0], { encoder: 'other@1' }));
    await store.put(tenant, memory('longer', [1, 0, 0]));
    expect(await keys(store, tenant, [1, 0])).toEqual(['old']);
    expect(await keys(store, tenant, [1, 0], 'other@1')).toEqual(['other']);
    expect(await keys(store, tenant, [1, 0, 0])).toEqual(['longer']);
    expect(await keys(store, tenant, [1, 0, 0, 0])).toEqual([]);
  });

  it('keep one rating for each task, the latest', async () => {
    const [store, tenant] = [open(), newTenant()];
    await store.put(tenant, memory('rated', [1, 0]));
    for (const [task_id, rating] of [
      ['a', 1],
      ['b', 5],
      ['a', 4],
    ] as const)
      expect(await store.rate(tenant, 'rated', { task_id, rating, comment: `${rating}` })).toBe(true);
    const [match] = await store.nearest(tenant, {
      encoder: ENCODER,
      vector: Float32Array.from([1, 0]),
      limit: 1,
    });
    expect(match?.record).toMatchObject({ ratings: { a: 4, b: 5 }, comment: '4' });
  });

  it('that are gone are not changed, and what nobody remembers is nothing', async () => {
    const [store, tenant] = [open(), newTenant()];
    expect(await keys(store, tenant, [1, 0], 'never-used@1')).toEqual([]);
    expect(await store.count(tenant, 'gone', success)).toBe(false);
    expect(await store.latest(tenant)).toEqual([]);
    expect(store.known(tenant)).toEqual([]);
  });

  it('expire: successes after half a year without use, failures sooner', async () => {
    const [store, tenant] = [open(), newTenant()];
    await store.put(tenant, memory('good', [1, 0]));
    await store.put(tenant, memory('bad', [1, 0.1], { run: failure }));
    time += 46 * 86_400_000;
    expect(await keys(store, tenant, [1, 0])).toEqual(['good']);
    time += 135 * 86_400_000;
    expect(await keys(store, tenant, [1, 0])).toEqual([]);
  });

  it('tell the latest, and know them then without a request', async () => {
    const [store, tenant] = [open(), newTenant()];
    await store.put(tenant, memory('first', [1, 0]));
    time += 1_000;
    await store.put(tenant, memory('second', [0, 1]));
    expect((await store.latest(tenant)).map(({ key }) => key)).toEqual(['second', 'first']);
    expect(store.known(tenant).map(({ key }) => key)).toEqual(['second', 'first']);
  });
});

describe('the embedded store', () => {
  it('gives up what is worth least beyond its cap, here and in the table', async () => {
    const [store, tenant] = [inTable({ cap: 3 }), newTenant()];
    for (const [at, key] of ['a', 'b', 'c', 'd'].entries())
      await store.put(tenant, memory(key, [1, at], { run: key === 'b' ? failure : success }));
    const query = { encoder: ENCODER, vector: Float32Array.from([1, 0]), limit: 10 };
    const found = (await store.nearest(tenant, query)).map(({ record }) => record.key);
    expect(found.sort()).toEqual(['a', 'c', 'd']);
    expect(await store.get(tenant, ['b'])).toEqual([]);
  });

  it('reads what another process wrote after 30 seconds', async () => {
    const [mine, theirs, tenant] = [inTable(), inTable(), newTenant()];
    const query = { encoder: ENCODER, vector: Float32Array.from([1, 0]), limit: 10 };
    expect(await mine.nearest(tenant, query)).toEqual([]);
    await theirs.put(tenant, memory('theirs', [1, 0]));
    expect(await mine.nearest(tenant, query)).toEqual([]);
    time += 31_000;
    expect(await mine.nearest(tenant, query)).toHaveLength(1);
  });

  it('leaves a damaged memory out, says so, and keeps the others', async () => {
    const troubles: string[] = [];
    const [store, tenant] = [inTable({ onTrouble: (what) => troubles.push(what) }), newTenant()];
    await store.put(tenant, memory('whole', [1, 0]));
    await store.put(tenant, memory('damaged', [1, 0], { vector: new Uint8Array(3) as never }));
    const found = await inTable({ onTrouble: (what) => troubles.push(what) }).nearest(tenant, {
      encoder: ENCODER,
      vector: Float32Array.from([1, 0]),
      limit: 10,
    });
    expect(found.map(({ record }) => record.key)).toEqual(['whole']);
    expect(troubles).toEqual([expect.stringContaining('MEMORY#damaged')]);
  });
});

describe('Amazon S3 Vectors', () => {
  it('loses the vectors of memories that the table has forgotten', async () => {
    const [store, tenant] = [inVectors(), newTenant()];
    await store.put(tenant, memory('kept', [1, 0]));
    await store.put(tenant, memory('forgotten', [1, 0]));
    await table.client.send(
      new DeleteCommand({
        TableName: table.table,
        Key: { pk: tenantPartition(tenant, 'MEMORY'), sk: 'MEMORY#forgotten' },
      }),
    );
    const query = { encoder: ENCODER, vector: Float32Array.from([1, 0]), limit: 10 };
    expect((await store.nearest(tenant, query)).map(({ record }) => record.key)).toEqual(['kept']);
    const index = vectors.indexes.get(indexNameOf(ENCODER, 2));
    expect([...(index?.vectors.keys() ?? [])].filter((key) => key.startsWith(`${tenant}#`))).toEqual([
      `${tenant}#kept`,
    ]);
  });
});

describe('names of indexes', () => {
  it('are what S3 Vectors takes, whatever the encoder is called', () => {
    expect(indexNameOf('amazon.titan-embed-text-v2:0@1024', 1_024)).toBe(
      'plans-amazon-titan-embed-text-v2-0-1024-1024',
    );
    const long = indexNameOf('x'.repeat(200), 384);
    expect(long).toHaveLength(63);
    expect(long.endsWith('-384')).toBe(true);
  });
});
