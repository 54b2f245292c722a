import { duration, oneLine, usd } from '../format.ts';
import type { TaskEvent } from '../views.ts';

/**
 * One event as one plain line, for pipes and logs: seconds since the first event, where, what, and how.
 * @param since milliseconds since 1970 of the first event
 */
export function plainLine(event: TaskEvent, since: number): string {
  const at = Date.parse(event.at);
  const seconds = Number.isNaN(at) ? '' : `+${((at - since) / 1_000).toFixed(2)}s`;
  const where = [event.subtask_id, event.step_id].filter(Boolean).join('/');
  const data = event.data ?? {};
  const figures: string[] = [];
  if (event.iteration && event.iteration > 1) figures.push(`iteration ${event.iteration}`);
  if (typeof data['verdict'] === 'string') figures.push(data['verdict']);
  if (typeof data['duration_ms'] === 'number') figures.push(duration(data['duration_ms']));
  if (typeof data['cost_usd'] === 'number' && data['cost_usd'] > 0) figures.push(usd(data['cost_usd']));
  const message = oneLine(event.message ?? '');
  const extra = figures.filter((each) => !message.includes(each));
  return [
    seconds.padStart(9),
    event.type.padEnd(18),
    where === '' ? '' : `[${oneLine(where)}]`,
    message,
    extra.length > 0 ? `(${extra.join(', ')})` : '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}
