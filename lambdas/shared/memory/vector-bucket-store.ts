import {
  ConflictException,
  CreateIndexCommand,
  DeleteVectorsCommand,
  NotFoundException,
  PutVectorsCommand,
  QueryVectorsCommand,
  S3VectorsClient,
} from '@aws-sdk/client-s3vectors';
import { tracedClient } from '../tracing.ts';
import { LATEST, type MemoryStore, REFRESH_MS } from './memory-store.ts';
import type { MemoryRecord } from './record.ts';
import type { TableMemoryStore } from './table-memory-store.ts';

/** S3 Vectors answers at most this many. */
const MAX_RESULTS = 100;
/** Read for patterns, calibration and estimates, where not everything is held in memory. */
const READ = 200;

/**
 * Index names take 3 to 63 characters of a-z, 0-9, `.` and `-`. Each encoder and dimension has an index of its own:
 * vectors of different encoders never meet, not even those of one whose model changed under its old name.
 */
export function indexNameOf(encoder: string, dimension: number): string {
  const suffix = `-${dimension}`;
  const name = encoder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `plans-${name}`.slice(0, 63 - suffix.length) + suffix;
}

/**
 * Memories in DynamoDB, their vectors in Amazon S3 Vectors: for more memories than a function can hold, and cold starts
 * that read none. Every vector carries its tenant, and every query filters by it.
 */
export function createVectorBucketStore(deps: {
  client: S3VectorsClient;
  bucket: string;
  records: TableMemoryStore;
  now?: () => number;
  onTrouble?: (what: string, error: unknown) => void;
}): MemoryStore {
  const { client, records, bucket } = deps;
  const now = deps.now ?? Date.now;
  const read = new Map<string, { at: number; latest: Promise<MemoryRecord[]> }>();
  const known = new Map<string, readonly MemoryRecord[]>();

  const put = (tenantId: string, encoder: string, key: string, vector: Float32Array) =>
    client.send(
      new PutVectorsCommand({
        vectorBucketName: bucket,
        indexName: indexNameOf(encoder, vector.length),
        vectors: [
          {
            key: `${tenantId}#${key}`,
            data: { float32: [...vector] },
            metadata: { tenant_id: tenantId, memory: key },
          },
        ],
      }),
    );

  async function createIndex(encoder: string, dimension: number): Promise<void> {
    try {
      await client.send(
        new CreateIndexCommand({
          vectorBucketName: bucket,
          indexName: indexNameOf(encoder, dimension),
          dataType: 'float32',
          dimension,
          distanceMetric: 'cosine',
          metadataConfiguration: { nonFilterableMetadataKeys: ['memory'] },
        }),
      );
    } catch (error) {
      // Another function was first with the same index.
      if (!(error instanceof ConflictException)) throw error;
    }
  }

  /** The table forgets by itself; vectors without a record would take the places of others in every answer. */
  async function forget(tenantId: string, indexName: string, keys: readonly string[]): Promise<void> {
    try {
      await client.send(
        new DeleteVectorsCommand({
          vectorBucketName: bucket,
          indexName,
          keys: keys.map((key) => `${tenantId}#${key}`),
        }),
      );
    } catch (error) {
      deps.onTrouble?.('Vectors of forgotten memories could not be deleted.', error);
    }
  }

  function latestOf(tenantId: string): Promise<MemoryRecord[]> {
    const before = read.get(tenantId);
    if (before !== undefined && now() - before.at < REFRESH_MS) return before.latest;
    const latest = records.changed(tenantId, READ);
    read.set(tenantId, { at: now(), latest });
    latest.then(
      (found) => known.set(tenantId, found),
      () => read.delete(tenantId),
    );
    return latest;
  }

  return {
    async put(tenantId, memory) {
      await records.put(tenantId, memory);
      try {
        await put(tenantId, memory.encoder, memory.key, memory.vector);
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error;
        await createIndex(memory.encoder, memory.vector.length);
        await put(tenantId, memory.encoder, memory.key, memory.vector);
      }
    },
    count: (tenantId, key, run) => records.count(tenantId, key, run),
    rate: (tenantId, key, rating) => records.rate(tenantId, key, rating),

    async nearest(tenantId, { encoder, vector, limit }) {
      let found: readonly { key?: string | undefined; distance?: number | undefined }[];
      try {
        const answer = await client.send(
          new QueryVectorsCommand({
            vectorBucketName: bucket,
            indexName: indexNameOf(encoder, vector.length),
            topK: Math.min(limit, MAX_RESULTS),
            queryVector: { float32: [...vector] },
            filter: { tenant_id: { $eq: tenantId } },
            returnDistance: true,
          }),
        );
        found = answer.vectors ?? [];
      } catch (error) {
        // Nothing was ever remembered with this encoder.
        if (error instanceof NotFoundException) return [];
        throw error;
      }
      const prefix = `${tenantId}#`;
      const similarity = new Map(
        found.flatMap(({ key = '', distance = 1 }) =>
          // Cosine distance is 1 minus the cosine.
          key.startsWith(prefix) ? [[key.slice(prefix.length), 1 - distance] as const] : [],
        ),
      );
      const fetched = await records.get(tenantId, [...similarity.keys()]);
      const there = new Set(fetched.map(({ key }) => key));
      const gone = [...similarity.keys()].filter((key) => !there.has(key));
      if (gone.length > 0) await forget(tenantId, indexNameOf(encoder, vector.length), gone);
      return fetched
        .filter((record) => record.encoder === encoder && record.expires_at * 1000 > now())
        .map((record) => ({ record, similarity: similarity.get(record.key) ?? 0 }))
        .sort((a, b) => b.similarity - a.similarity);
    },
    latest: (tenantId) => latestOf(tenantId),
    known: (tenantId) => (known.get(tenantId) ?? []).slice(0, LATEST),
  };
}

export const vectorBucketStoreFromEnvironment = (
  records: TableMemoryStore,
  bucket: string,
  onTrouble: (what: string, error: unknown) => void,
): MemoryStore =>
  createVectorBucketStore({ client: tracedClient(new S3VectorsClient({})), bucket, records, onTrouble });
