import type { TaskEvent } from '../../schemas/events.ts';
import type { ReceiptSummary } from '../shared/stores/dead-letter-store.ts';

const LISTED = 20;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What the task's steps have done so far: how many ended how, and which effects are in doubt. */
export function receiptsIn(events: readonly TaskEvent[]): ReceiptSummary {
  const last = new Map<string, TaskEvent>();
  for (const event of events) {
    if (event.type === 'step.finished') last.set(`${event.subtask_id}/${event.step_id}`, event);
  }
  const of = (status: string) => [...last].filter(([, { data }]) => text(data?.['status']) === status);
  return {
    succeeded: of('succeeded').length,
    failed: of('failed').length,
    in_doubt: of('in_doubt')
      .slice(0, LISTED)
      .map(([step, { data }]) => ({ step, action: text(data?.['action']) })),
  };
}
