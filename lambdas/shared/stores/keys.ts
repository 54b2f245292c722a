import type { TaskKey } from '../../../schemas/task.ts';

/** Every key starts with its tenant, so that no query can cross tenants. */
export const taskPartition = ({ tenant_id, task_id }: TaskKey): string => `T#${tenant_id}#${task_id}`;
export const tenantPartition = (tenantId: string, collection: string): string =>
  `T#${tenantId}#${collection}`;

/** A task's items stay this long: a wait for people or money may take a year, and then someone may ask why. */
const KEPT_SECONDS = 400 * 86_400;
/** `expires_at` of an item written now: seconds since the epoch. */
export const expiry = (now: Date): number => Math.floor(now.getTime() / 1000) + KEPT_SECONDS;

export const META = 'META';
export const DEAD_LETTER = 'DEADLETTER';
const padded = (iteration: number): string => String(iteration).padStart(3, '0');

export const sortKey = {
  event: (id: string) => `EVENT#${id}`,
  subtask: (subtaskId: string) => `SUBTASK#${subtaskId}`,
  plan: (subtaskId: string, iteration: number) => `PLAN#${subtaskId}#${padded(iteration)}`,
  verdict: (subtaskId: string, iteration: number) => `VERDICT#${subtaskId}#${padded(iteration)}`,
  review: (subtaskId: string, iteration: number) => `REVIEW#${subtaskId}#${padded(iteration)}`,
  receipt: (subtaskId: string, idempotencyKey: string) => `RECEIPT#${subtaskId}#${idempotencyKey}`,
  gate: (gate: string) => `GATE#${gate}`,
  approval: (approvalId: string) => `APPROVAL#${approvalId}`,
  hold: (place: string) => `HOLD#${place}`,
} as const;

/** Prefix and its end for `BETWEEN`: `#` is 0x23, so `$` (0x24) is past every key with the prefix. */
export const range = (prefix: string): [string, string] => [prefix, `${prefix.slice(0, -1)}$`];
