/**
 * One circuit breaker per model, its state shared by all functions: a model that fails for one is not tried by the
 * others, and one probe, by one of them, decides when it is back.
 *
 * Item (table ACCOUNTS_TABLE): `pk = MODEL#<name>`, `sk = BREAKER`, the record below and `expires_at`.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

const recordSchema = z.object({
  version: z.number(),
  /** Failures since `window_started`; times are epoch milliseconds. */
  failures: z.number(),
  window_started: z.number(),
  open_until: z.number(),
  /** How often it opened without a success in between. */
  trips: z.number(),
  probe_until: z.number(),
  /** It opened because the provider refuses the key, not because calls failed. */
  key_refused: z.boolean().optional(),
});
export type BreakerRecord = z.infer<typeof recordSchema>;

/** Where records live. `swap` replaces version `expected` (0: there is none), or answers false. */
export interface BreakerRecords {
  load(model: string): Promise<BreakerRecord | null>;
  swap(model: string, expected: number, next: BreakerRecord): Promise<boolean>;
}

export interface CircuitBreaker {
  /** Null when the model may be called, else when to ask again (epoch milliseconds). */
  admit(model: string): Promise<number | null>;
  /** Why a model that `admit` has just turned away may not be called. */
  reason(model: string): string;
  succeeded(model: string): Promise<void>;
  /** `at_once` opens without counting, for a key that is refused. */
  failed(model: string, at_once: boolean): Promise<void>;
  /** Whoever was admitted is through: a probe that came to no verdict, because it never called, is free for another. */
  left(model: string): Promise<void>;
}

const THRESHOLD = 5;
const WINDOW_MS = 60_000;
const FIRST_OPEN_MS = 15_000;
const LONGEST_OPEN_MS = 300_000;
/** Longer than a probe's call may take; after that another function probes. */
const PROBE_MS = 120_000;
const BELIEVE_MS = 3_000;
const SWAPS = 6;

export function createCircuitBreaker(deps: {
  readonly records: BreakerRecords;
  readonly now?: () => number;
}): CircuitBreaker {
  const now = deps.now ?? (() => Date.now());
  const seen = new Map<string, { record: BreakerRecord | null; at: number }>();
  /** Probes of this function without a verdict yet, by when they end. */
  const probes = new Map<string, number>();

  async function look(model: string): Promise<BreakerRecord | null> {
    const known = seen.get(model);
    if (known && now() - known.at < BELIEVE_MS) return known.record;
    const record = await deps.records.load(model);
    seen.set(model, { record, at: now() });
    return record;
  }

  /** Applies the change to the newest record; null from `change` leaves it as it is. */
  async function change(
    model: string,
    next: (record: BreakerRecord) => BreakerRecord | null,
  ): Promise<boolean> {
    for (let attempt = 0; attempt < SWAPS; attempt += 1) {
      const record = await deps.records.load(model);
      const current = record ?? {
        version: 0,
        failures: 0,
        window_started: now(),
        open_until: 0,
        trips: 0,
        probe_until: 0,
      };
      const changed = next(current);
      if (!changed) {
        seen.set(model, { record, at: now() });
        return false;
      }
      const written = { ...changed, version: current.version + 1 };
      if (await deps.records.swap(model, current.version, written)) {
        seen.set(model, { record: written, at: now() });
        return true;
      }
    }
    return false;
  }

  return {
    async admit(model) {
      const record = await look(model);
      if (!record || record.open_until === 0) return null;
      if (record.open_until > now()) return record.open_until;
      const until = now() + PROBE_MS;
      const probing = await change(model, (latest) =>
        latest.open_until > now() || latest.probe_until > now() ? null : { ...latest, probe_until: until },
      );
      if (probing) {
        probes.set(model, until);
        return null;
      }
      const latest = seen.get(model)?.record;
      if (!latest || latest.open_until === 0) return null;
      return Math.max(latest.open_until, latest.probe_until);
    },

    reason: (model) =>
      seen.get(model)?.record?.key_refused
        ? 'the provider refuses the key; it is not asked again before the circuit closes'
        : 'circuit open after repeated failures',

    async succeeded(model) {
      probes.delete(model);
      const known = seen.get(model)?.record;
      if (!known || (known.failures === 0 && known.open_until === 0)) return;
      await change(model, (latest) => ({
        ...latest,
        failures: 0,
        open_until: 0,
        trips: 0,
        probe_until: 0,
        key_refused: false,
      }));
    },

    async failed(model, atOnce) {
      probes.delete(model);
      await change(model, (latest) => {
        const recent = now() - latest.window_started < WINDOW_MS;
        const failures = recent ? latest.failures + 1 : 1;
        const probeFailed = latest.open_until > 0 && latest.probe_until > now();
        const window_started = recent ? latest.window_started : now();
        if (!atOnce && !probeFailed && failures < THRESHOLD) return { ...latest, failures, window_started };
        const pause = Math.min(LONGEST_OPEN_MS, FIRST_OPEN_MS * 2 ** latest.trips);
        return {
          ...latest,
          failures: 0,
          window_started: now(),
          open_until: now() + pause,
          trips: latest.trips + 1,
          probe_until: 0,
          key_refused: atOnce,
        };
      });
    },

    async left(model) {
      const until = probes.get(model);
      if (until === undefined) return;
      probes.delete(model);
      await change(model, (latest) => (latest.probe_until === until ? { ...latest, probe_until: 0 } : null));
    },
  };
}

/** Records of this process alone, for models that touch no shared store. */
export function memoryBreakerRecords(): BreakerRecords {
  const records = new Map<string, BreakerRecord>();
  return {
    load: async (model) => records.get(model) ?? null,
    swap: async (model, expected, next) => {
      if ((records.get(model)?.version ?? 0) !== expected) return false;
      records.set(model, next);
      return true;
    },
  };
}

export function dynamoBreakerRecords(deps: {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly table: string;
}): BreakerRecords {
  return {
    async load(model) {
      const answer = await deps.client.send(
        new GetCommand({ TableName: deps.table, Key: { pk: `MODEL#${model}`, sk: 'BREAKER' } }),
      );
      return answer.Item ? recordSchema.parse(answer.Item) : null;
    },
    async swap(model, expected, next) {
      try {
        await deps.client.send(
          new PutCommand({
            TableName: deps.table,
            Item: {
              pk: `MODEL#${model}`,
              sk: 'BREAKER',
              ...next,
              expires_at: Math.floor(Date.now() / 1000) + 86_400,
            },
            ConditionExpression: expected === 0 ? 'attribute_not_exists(pk)' : '#version = :expected',
            ...(expected === 0
              ? {}
              : {
                  ExpressionAttributeNames: { '#version': 'version' },
                  ExpressionAttributeValues: { ':expected': expected },
                }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
