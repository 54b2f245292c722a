import type { z } from 'zod';
import type { failureAnalyticsSchema } from '../../schemas/http-tools.ts';
import type { DeadLetter, DeadLetterStore } from '../shared/stores/dead-letter-store.ts';

type FailureAnalytics = Omit<z.infer<typeof failureAnalyticsSchema>, 'patterns'>;

const LOOKED_AT = 1_000;
const EXAMPLES = 5;

/** Counts the tenant's latest dead letters by class, most frequent first. */
export async function failureClasses(
  store: Pick<DeadLetterStore, 'list'>,
  tenantId: string,
): Promise<FailureAnalytics> {
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
  const classes = new Map<string, DeadLetter[]>();
  for (const letter of letters) classes.set(letter.class, [...(classes.get(letter.class) ?? []), letter]);
  return {
    total: letters.length,
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
