import { describe, expect, it } from '@jest/globals';
import {
  createDispatcher,
  type DispatcherDeps,
  type QueuedTask,
} from '../../../lambdas/dispatcher/dispatcher.ts';
import type { TaskRecord } from '../../../lambdas/shared/stores/task-record.ts';
import { TaskStateConflictError } from '../../../lambdas/shared/stores/task-store.ts';

const record = (changes: Partial<TaskRecord> = {}): TaskRecord => ({
  tenant_id: 'acme',
  task_id: '01TASK',
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
const message: QueuedTask = { tenant_id: 'acme', task_id: '01TASK', resume: false };

function dispatcher(options: {
  stored?: TaskRecord;
  slots?: number;
  state?: 'running' | 'ended' | 'gone';
  now?: string;
}) {
  const stored = options.stored ?? record();
  const did: string[] = [];
  const deps: DispatcherDeps = {
    tasks: {
      get: async () => stored,
      start: async (key) => {
        if (stored.stage !== 'accepted') throw new TaskStateConflictError(key.task_id, 'started');
        did.push('recorded');
        return stored;
      },
      listActive: async () => [stored],
      end: async () => stored,
    },
    slots: {
      take: async () => (options.slots ?? 1) > 0,
      release: async () => void did.push('slot released'),
    },
    engine: {
      start: async (name, input) => {
        did.push(`started ${name}${input.resume ? ' resuming' : ''}`);
        return `arn:${name}`;
      },
      state: async () => options.state ?? 'running',
      stop: async (arn) => void did.push(`stopped ${arn}`),
    },
    enqueue: async (_message, priority, delay) =>
      void did.push(`enqueued ${priority} ${delay > 0 ? 'later' : 'now'}`),
    bury: async ({ failure }) => void did.push(`buried ${failure.Error}`),
    maxPerTenant: 1,
    now: () => new Date(options.now ?? '2026-01-01T00:10:00.000Z'),
    random: () => 0.5,
  };
  return { ...createDispatcher(deps), did };
}

describe('dispatching', () => {
  it('starts an execution under the task’s name, then records it', async () => {
    const { dispatch, did } = dispatcher({});
    expect(await dispatch(message, 'normal')).toBe('started');
    expect(did).toEqual(['started 01TASK', 'recorded']);
  });

  it('puts a task back when its tenant runs as many as it may', async () => {
    const { dispatch, did } = dispatcher({ slots: 0 });
    expect(await dispatch(message, 'low')).toBe('delayed');
    expect(did).toEqual(['enqueued low later']);
  });

  it('is harmless when a message is delivered twice', async () => {
    const { dispatch, did } = dispatcher({ stored: record({ stage: 'started' }) });
    expect(await dispatch(message, 'normal')).toBe('settled');
    expect(did).toEqual(['started 01TASK']);
  });

  it('stops what it started for a task that was cancelled in the queue', async () => {
    const { dispatch, did } = dispatcher({ stored: record({ stage: 'ended', status: 'cancelled' }) });
    expect(await dispatch(message, 'normal')).toBe('settled');
    expect(did).toEqual(['started 01TASK', 'stopped arn:01TASK', 'slot released']);
  });

  it('gives a redriven task an execution of its own that resumes', async () => {
    const { dispatch, did } = dispatcher({ stored: record({ runs: 1 }) });
    await dispatch({ ...message, resume: true }, 'normal');
    expect(did[0]).toBe('started 01TASK-r1 resuming');
  });
});

describe('sweeping', () => {
  it('enqueues what was accepted and never started', async () => {
    const { sweep, did } = dispatcher({});
    expect(await sweep(30)).toEqual({ looked_at: 1, mended: 1 });
    expect(did).toEqual(['enqueued normal now']);
  });

  it('leaves alone what runs and what was touched just now', async () => {
    const running = dispatcher({
      stored: record({ stage: 'started', execution_arn: 'arn:x', started_at: '2026-01-01T00:00:00.000Z' }),
    });
    expect((await running.sweep(30)).mended).toBe(0);
    const fresh = dispatcher({ stored: record({ updated_at: '2026-01-01T00:09:50.000Z' }) });
    expect((await fresh.sweep(30)).mended).toBe(0);
  });

  it('buries a task whose execution is gone', async () => {
    const stored = record({
      stage: 'started',
      execution_arn: 'arn:x',
      started_at: '2026-01-01T00:00:00.000Z',
    });
    const { sweep, did } = dispatcher({ stored, state: 'gone' });
    await sweep(30);
    expect(did).toEqual(['stopped arn:x', 'buried ExecutionLost']);
  });

  it('ends a task at its deadline, running or not', async () => {
    const { sweep, did } = dispatcher({ now: '2026-01-01T03:00:00.000Z' });
    await sweep(30);
    expect(did).toEqual(['buried DeadlineExceededError']);
  });
});
