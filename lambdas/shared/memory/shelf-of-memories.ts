import type { Match } from './memory-store.ts';
import type { MemoryRecord } from './record.ts';
import { standingOf } from './standing.ts';
import { createVectorMatrix, type VectorMatrix } from './vector-matrix.ts';

/** One tenant's memories in this process: records by key, vectors by encoder. */
export interface MemoryShelf {
  apply(record: MemoryRecord): void;
  nearest(encoder: string, vector: Float32Array, limit: number): Match[];
  /** Newest first. */
  latest(limit: number): MemoryRecord[];
  /** Forgets what has expired and, beyond the cap, what is worth least; returns the keys beyond the cap. */
  trim(now: number, cap: number): string[];
}

export function createMemoryShelf(): MemoryShelf {
  const records = new Map<string, MemoryRecord>();
  const matrices = new Map<string, VectorMatrix>();

  function forget(record: MemoryRecord): void {
    records.delete(record.key);
    matrices.get(matrixName(record.encoder, record.vector))?.delete(record.key);
  }

  return {
    apply(record) {
      const before = records.get(record.key);
      if (before !== undefined) forget(before);
      records.set(record.key, record);
      const name = matrixName(record.encoder, record.vector);
      const matrix = matrices.get(name) ?? createVectorMatrix(record.vector.length);
      matrices.set(name, matrix);
      matrix.set(record.key, record.vector);
    },

    nearest(encoder, vector, limit) {
      const found = matrices.get(matrixName(encoder, vector))?.nearest(vector, limit) ?? [];
      return found.flatMap(({ key, similarity }) => {
        const record = records.get(key);
        return record === undefined ? [] : [{ record, similarity }];
      });
    },

    latest: (limit) =>
      [...records.values()].sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1)).slice(0, limit),

    trim(now, cap) {
      for (const record of [...records.values()]) if (record.expires_at * 1000 <= now) forget(record);
      if (records.size <= cap) return [];
      const worst = [...records.values()]
        .map((record) => ({ record, worth: standingOf(record, now).worth }))
        .sort((a, b) => a.worth - b.worth)
        .slice(0, records.size - cap);
      for (const { record } of worst) forget(record);
      return worst.map(({ record }) => record.key);
    },
  };
}

/** A model whose dimension changed under the same name must not meet its old vectors either. */
const matrixName = (encoder: string, vector: Float32Array): string => `${encoder}/${vector.length}`;
