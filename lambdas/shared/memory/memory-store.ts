import type { Encoded } from './encoder.ts';
import type { MemoryRecord, Pitfall } from './record.ts';

export interface Match {
  readonly record: MemoryRecord;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** A plan that ran, to be written with its request; written again it counts on. */
export interface NewMemory
  extends Pick<
    MemoryRecord,
    | 'key'
    | 'description'
    | 'encoder'
    | 'vector'
    | 'steps'
    | 'result'
    | 'context'
    | 'files'
    | 'reusable'
    | 'stated_confidence'
    | 'pitfalls'
  > {
  /** Left out, both stay what they were. */
  readonly shown?: true;
  readonly instead_of?: readonly string[];
  readonly run: Run;
}

/** One more run of a plan. */
export interface Run {
  readonly outcome: 'succeeded' | 'failed';
  readonly first_try: boolean;
  readonly lesson: string;
  readonly pitfall?: Pitfall;
  readonly seconds: number | null;
  readonly usd: number | null;
  readonly tokens: number | null;
}

export interface Rating {
  readonly task_id: string;
  readonly rating: number;
  readonly comment: string;
}

/** Where memories are kept and found by vector. Every method is one tenant's; `SHARED` is a tenant of its own. */
export interface MemoryStore {
  /** Writes a memory and its run in one request. */
  put(tenantId: string, memory: NewMemory): Promise<void>;
  /** Counts a run of a memory that is there; false when it is gone. */
  count(tenantId: string, key: string, run: Run): Promise<boolean>;
  /** Keeps one rating per task, the latest; false when the memory is gone. */
  rate(tenantId: string, key: string, rating: Rating): Promise<boolean>;
  /** The most similar memories of the same encoder, best first. May be up to 30 seconds old. */
  nearest(
    tenantId: string,
    query: { encoder: Encoded['encoder']; vector: Float32Array; limit: number },
  ): Promise<Match[]>;
  /** The tenant's latest memories of any encoder, at most a thousand. May be up to 30 seconds old. */
  latest(tenantId: string): Promise<readonly MemoryRecord[]>;
  /** As `latest`, from what this process has read already, without any request. */
  known(tenantId: string): readonly MemoryRecord[];
}

export const SHARED = 'shared-pool';
export const REFRESH_MS = 30_000;
export const LATEST = 1_000;
