import type { TaskRecord } from '../../lambdas/shared/stores/task-record.ts';

/** A task that was just accepted, with what a test wants to be otherwise. */
export const aTaskRecord = (changes: Partial<TaskRecord> = {}): TaskRecord => ({
  tenant_id: 'acme',
  task_id: 't',
  stage: 'accepted',
  status: 'submitted',
  description: 'd',
  constraints: {},
  criteria: [],
  priority: 'normal',
  dry_run: false,
  plan: null,
  webhook: null,
  metadata: {},
  inputs: {},
  runs: 0,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  deadline: '2026-01-01T02:00:00.000Z',
  ...changes,
});
