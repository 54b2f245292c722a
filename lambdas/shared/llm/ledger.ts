/**
 * Meters in one DynamoDB item: money that is available, spent and held, changed by one conditional write per decision.
 *
 * An item has any number of meters and a map of holds. Per meter `<m>`: `<m>_limit`, `<m>_available`, `<m>_spent`
 * (nano-dollars), with `available = limit - spent - holds` at every instant. A hold is
 * `{amount, meters, until}`; whoever removes it decides what became of the money, so settling twice is impossible.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

export interface LedgerKey {
  readonly pk: string;
  readonly sk: string;
}

/** Stands for "no limit": the largest sum that nano-dollars keep exact, about 9 million dollars. */
export const UNLIMITED_NANO = 9_000_000_000_000_000;

export interface MeterLimit {
  readonly name: string;
  readonly limit: number;
}

export interface MeterState {
  readonly limit: number;
  readonly available: number;
  readonly spent: number;
}

const holdSchema = z.object({ amount: z.number(), meters: z.array(z.string()), until: z.number() });
const itemSchema = z.looseObject({ holds: z.record(z.string(), holdSchema).default({}) });
type LedgerItem = z.infer<typeof itemSchema>;

export interface MeterLedger {
  /**
   * Takes `amount` from all meters at once, or from none.
   * @returns the names of the meters that can't take it; empty when reserved
   */
  reserve(
    key: LedgerKey,
    hold: { readonly id: string; readonly amount: number; readonly until: number },
    meters: readonly string[],
    limits: () => Promise<readonly MeterLimit[]>,
    fixedLimits: boolean,
  ): Promise<readonly string[]>;
  /** Ends a hold with what was really spent. Null when the hold was ended before. */
  settle(
    key: LedgerKey,
    hold: { readonly id: string; readonly amount: number },
    meters: readonly string[],
    spent: number,
  ): Promise<Readonly<Record<string, MeterState>> | null>;
  /** Brings the meters to these limits; what is spent or held stays spent or held. */
  limit(key: LedgerKey, limits: () => Promise<readonly MeterLimit[]>): Promise<void>;
  /** Holds past their time count as spent: their calls may have been billed. Returns the meters after that. */
  read(key: LedgerKey, meters: readonly string[]): Promise<Readonly<Record<string, MeterState>>>;
}

const ATTEMPTS = 12;

/** `expiresAt` gives the item's time to live, epoch seconds. */
export function createMeterLedger(deps: {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly table: string;
  readonly now: () => number;
  readonly expiresAt: (key: LedgerKey) => number;
}): MeterLedger {
  /** One conditional update; false when its condition did not hold. */
  async function update(
    key: LedgerKey,
    expression: string,
    condition: string,
    names: Record<string, string>,
    values: Record<string, unknown>,
  ): Promise<Record<string, unknown> | false> {
    try {
      const answer = await deps.client.send(
        new UpdateCommand({
          TableName: deps.table,
          Key: key,
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return answer.Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function load(key: LedgerKey): Promise<LedgerItem | null> {
    const answer = await deps.client.send(
      new GetCommand({ TableName: deps.table, Key: key, ConsistentRead: true }),
    );
    return answer.Item ? itemSchema.parse(answer.Item) : null;
  }

  /** The limits are read after the item, each time: an older limit can never replace a newer one. */
  async function setLimits(key: LedgerKey, limits: () => Promise<readonly MeterLimit[]>): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const item = await load(key);
      const meters = await limits();
      if (!item?.['holds_ready']) {
        const created = await update(
          key,
          'SET #holds = :empty, #ready = :yes, #ttl = :ttl',
          'attribute_not_exists(#ready)',
          { '#holds': 'holds', '#ready': 'holds_ready', '#ttl': 'expires_at' },
          { ':empty': {}, ':yes': true, ':ttl': deps.expiresAt(key) },
        );
        if (created === false) continue;
      }
      let changed = true;
      for (const meter of meters) changed = (await setLimit(key, item, meter)) && changed;
      if (changed) return;
    }
    throw new Error(`The ledger item ${key.sk} could not be brought to its limits in ${ATTEMPTS} attempts.`);
  }

  async function setLimit(key: LedgerKey, item: LedgerItem | null, meter: MeterLimit): Promise<boolean> {
    const current = item ? stateOf(item, meter.name) : null;
    if (current && current.limit === meter.limit) return true;
    const names = {
      '#limit': `${meter.name}_limit`,
      '#available': `${meter.name}_available`,
      '#spent': `${meter.name}_spent`,
    };
    if (!current)
      return (
        (await update(
          key,
          'SET #limit = :limit, #available = :limit, #spent = :zero',
          'attribute_not_exists(#limit)',
          names,
          { ':limit': meter.limit, ':zero': 0 },
        )) !== false
      );
    const { '#spent': _, ...two } = names;
    return (
      (await update(key, 'SET #limit = :limit, #available = #available + :delta', '#limit = :old', two, {
        ':limit': meter.limit,
        ':old': current.limit,
        ':delta': meter.limit - current.limit,
      })) !== false
    );
  }

  return {
    limit: setLimits,

    async reserve(key, hold, meters, limits, fixedLimits) {
      const fixed = fixedLimits ? await limits() : [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const names: Record<string, string> = { '#holds': 'holds', '#id': hold.id };
        const values: Record<string, unknown> = {
          ':amount': hold.amount,
          ':hold': { amount: hold.amount, meters, until: hold.until },
        };
        const sets = ['#holds.#id = :hold'];
        const conditions = ['attribute_not_exists(#holds.#id)'];
        for (const [index, meter] of meters.entries()) {
          names[`#a${index}`] = `${meter}_available`;
          sets.push(`#a${index} = #a${index} - :amount`);
          conditions.push(`#a${index} >= :amount`);
          const limit = limitOf(fixed, meter);
          if (limit !== undefined) {
            names[`#l${index}`] = `${meter}_limit`;
            values[`:l${index}`] = limit;
            conditions.push(`#l${index} = :l${index}`);
          }
        }
        const done = await update(key, `SET ${sets.join(', ')}`, conditions.join(' AND '), names, values);
        if (done !== false) return [];

        const item = await load(key);
        const wanted = await limits();
        // An SDK retry after a lost answer finds its own hold: the first write took place.
        if (item?.holds[hold.id]) return [];
        const states = item ? meters.map((meter) => stateOf(item, meter)) : [];
        const current =
          item !== null &&
          states.every((state, index) => state !== null && state.limit === limitOf(wanted, meters[index]));
        if (!current) {
          await setLimits(key, limits);
          continue;
        }
        const short = meters.filter((_, index) => (states[index]?.available ?? 0) < hold.amount);
        if (short.length > 0) return short;
      }
      throw new Error(`The ledger item ${key.sk} was too busy for ${ATTEMPTS} attempts.`);
    },

    async settle(key, hold, meters, spent) {
      const names: Record<string, string> = { '#holds': 'holds', '#id': hold.id };
      const sets: string[] = [];
      for (const [index, meter] of meters.entries()) {
        names[`#a${index}`] = `${meter}_available`;
        names[`#s${index}`] = `${meter}_spent`;
        sets.push(`#a${index} = #a${index} + :back`, `#s${index} = #s${index} + :spent`);
      }
      const after = await update(
        key,
        `SET ${sets.join(', ')} REMOVE #holds.#id`,
        'attribute_exists(#holds.#id)',
        names,
        { ':back': hold.amount - spent, ':spent': spent },
      );
      return after === false ? null : statesOf(itemSchema.parse(after), meters);
    },

    async read(key, meters) {
      const item = await load(key);
      if (!item) return {};
      let latest = item;
      for (const [id, hold] of Object.entries(item.holds)) {
        if (hold.until > deps.now()) continue;
        const names: Record<string, string> = { '#holds': 'holds', '#id': id };
        const sets = hold.meters.map((meter, index) => {
          names[`#s${index}`] = `${meter}_spent`;
          return `#s${index} = #s${index} + :spent`;
        });
        const after = await update(
          key,
          `SET ${sets.join(', ')} REMOVE #holds.#id`,
          'attribute_exists(#holds.#id)',
          names,
          { ':spent': hold.amount },
        );
        if (after !== false) latest = itemSchema.parse(after);
      }
      return statesOf(latest, meters);
    },
  };
}

function limitOf(limits: readonly MeterLimit[], name: string | undefined): number | undefined {
  return limits.find((limit) => limit.name === name)?.limit;
}

function stateOf(item: LedgerItem, meter: string): MeterState | null {
  const state = z.object({ limit: z.number(), available: z.number(), spent: z.number() }).safeParse({
    limit: item[`${meter}_limit`],
    available: item[`${meter}_available`],
    spent: item[`${meter}_spent`],
  });
  return state.success ? state.data : null;
}

function statesOf(item: LedgerItem, meters: readonly string[]): Record<string, MeterState> {
  const states: Record<string, MeterState> = {};
  for (const meter of meters) {
    const state = stateOf(item, meter);
    if (state) states[meter] = state;
  }
  return states;
}
