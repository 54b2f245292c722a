import type { z } from 'zod';
import type { failureAnalyticsSchema } from '../../schemas/http-tools.ts';
import type { DeadLetter, DeadLetterStore } from '../shared/stores/dead-letter-store.ts';

type FailureAnalytics = Omit<z.infer<typeof failureAnalyticsSchema>, 'patterns'>;

const LOOKED_AT = 1_000;
const EXAMPLES = 5;
const SIMILAR = 10;

async function latest(store: Pick<DeadLetterStore, 'list'>, tenantId: string): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<DeadLetterStore['list']>> = await store.list(tenantId, {
      limit: 100,
      ...(cursor === null ? {} : { cursor }),
    });
    letters.push(...page.letters);
    cursor = page.cursor;
  } while (cursor !== null && letters.length < LOOKED_AT);
  return letters;
}

/** Failures of the same class and error as this one, newest first: what a person may have solved before. */
export async function similarFailures(store: Pick<DeadLetterStore, 'list'>, letter: DeadLetter) {
  const letters = await latest(store, letter.tenant_id);
  return letters
    .filter(
      (other) =>
        other.task_id !== letter.task_id &&
        other.class === letter.class &&
        other.error.name === letter.error.name,
    )
    .slice(0, SIMILAR)
    .map((other) => ({
      task_id: other.task_id,
      failed_at: other.failed_at,
      status: other.status,
      same_plan: other.plan_hash !== undefined && other.plan_hash === letter.plan_hash,
      message: other.error.message,
    }));
}

/** Failures by day and class, oldest day first. */
function byDay(letters: readonly DeadLetter[]): FailureAnalytics['by_day'] {
  const days = new Map<string, Map<string, number>>();
  for (const { failed_at, class: name } of letters) {
    const date = failed_at.slice(0, 10);
    const counts = days.get(date) ?? new Map<string, number>();
    counts.set(name, (counts.get(name) ?? 0) + 1);
    days.set(date, counts);
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, counts]) => ({ date, counts: Object.fromEntries(counts) }));
}

/** Counts the tenant's latest dead letters by class, most frequent first. */
export async function failureClasses(
  store: Pick<DeadLetterStore, 'list'>,
  tenantId: string,
): Promise<FailureAnalytics> {
  const letters = await latest(store, tenantId);
  const classes = new Map<string, DeadLetter[]>();
  for (const letter of letters) classes.set(letter.class, [...(classes.get(letter.class) ?? []), letter]);
  return {
    total: letters.length,
    by_day: byDay(letters),
    classes: [...classes]
      .map(([name, members]) => ({
        class: name,
        count: members.length,
        open: members.filter(({ status }) => status === 'open').length,
        cost_usd: members.reduce((sum, { cost }) => sum + cost.usd, 0),
        latest_at: members[0]?.failed_at ?? '',
        examples: members.slice(0, EXAMPLES).map(({ task_id }) => task_id),
      }))
      .sort((a, b) => b.count - a.count),
  };
}
