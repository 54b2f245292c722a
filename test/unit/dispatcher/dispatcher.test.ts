import { describe, expect, it } from '@jest/globals';
import { type Admission, createAdmission } from '../../../lambdas/dispatcher/admission.ts';
import {
  createDispatcher,
  type DispatcherDeps,
  type Engine,
  type Enqueue,
  type QueuedTask,
  retryDelay,
} from '../../../lambdas/dispatcher/dispatcher.ts';
import { createSweeper, type SweeperDeps } from '../../../lambdas/dispatcher/sweeper.ts';
import type { TaskRecord } from '../../../lambdas/shared/stores/task-record.ts';
import { TaskStateConflictError } from '../../../lambdas/shared/stores/task-store.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import { aTaskRecord } from '../../helpers/task-records.ts';

const record = (changes: Partial<TaskRecord> = {}): TaskRecord =>
  aTaskRecord({ task_id: '01TASK', ...changes });
const message: QueuedTask = { tenant_id: 'acme', task_id: '01TASK', run: 0, resume: false, attempt: 0 };

function dispatcher(options: {
  stored?: TaskRecord;
  /** What admission answers, one after the other; the last one for good. */
  admitted?: readonly Awaited<ReturnType<Admission['admit']>>[];
  /** Seconds until the tenant's next turn. */
  turn?: number;
  state?: 'running' | 'ended' | 'gone';
  listed?: readonly string[];
  now?: string;
  /** Milliseconds that pass between two looks at the clock. */
  tick?: number;
}) {
  const stored = options.stored ?? record();
  const did: string[] = [];
  let time = Date.parse(options.now ?? '2026-01-01T00:10:00.000Z');
  const now = () => {
    time += options.tick ?? 0;
    return new Date(time);
  };
  const engine: Engine = {
    start: async (name, input) => {
      did.push(`started ${name}${input.resume ? ' resuming' : ''}`);
      return `arn:${name}`;
    },
    state: async () => options.state ?? 'running',
    running: async () => new Set(options.listed),
    stop: async (arn) => void did.push(`stopped ${arn}`),
  };
  const tasks = {
    get: async () => stored,
    start: async (key: TaskKey, _arn: string, run: number) => {
      if (stored.stage !== 'accepted' || stored.runs !== run)
        throw new TaskStateConflictError(key.task_id, 'started');
      did.push('recorded');
      return stored;
    },
    postpone: async (_key: TaskKey, until: Date) => void did.push(`expected by ${until.toISOString()}`),
    listActive: async () => ({ tasks: [stored], next: null }),
  };
  const enqueue: Enqueue = async (sent, priority, delay) =>
    void did.push(`enqueued ${priority} ${delay > 0 ? 'later' : 'now'}${sent.resume ? ' resuming' : ''}`);
  const places: DispatcherDeps['places'] = {
    wait: async ({ message: { attempt }, priority }) => {
      did.push(`waits ${priority} ${attempt}`);
      return 99;
    },
    leave: async () => void did.push('left the line'),
    release: async () => void did.push('place released'),
    pass: async () => void did.push('next one called'),
  };
  const answers = [...(options.admitted ?? ['admitted' as const])];
  const admission: Admission = {
    admit: async () => (answers.length > 1 ? answers.shift() : answers[0]) ?? 'admitted',
  };
  const deps: DispatcherDeps = {
    tasks,
    admission,
    places,
    maxPerTenant: 100,
    engine,
    enqueue,
    now,
    random: () => 0.5,
    spread: () => options.turn ?? 0,
  };
  const sweeper: SweeperDeps = {
    tasks,
    engine,
    enqueue,
    bury: async ({ failure }) => void did.push(`buried ${failure.Error}`),
    webhooks: { overdue: async () => [] },
    refill: async (tenantId) => {
      did.push(`refilled ${tenantId}`);
      return 0;
    },
    remind: async () => undefined,
    withdraw: async () => void did.push('questions withdrawn'),
    now,
    warn: (problem) => void did.push(`warned ${String(problem)}`),
  };
  return { ...createDispatcher(deps), ...createSweeper(sweeper), did };
}

describe('dispatching', () => {
  it('starts an execution under the task’s name, then records it', async () => {
    const { dispatch, did } = dispatcher({});
    expect(await dispatch(message, 'normal')).toBe('started');
    expect(did).toEqual(['started 01TASK', 'recorded']);
  });

  it('puts a task back when the office is full, and says when it will be back', async () => {
    const { dispatch, did } = dispatcher({ admitted: ['office_full'] });
    expect(await dispatch(message, 'low')).toBe('delayed');
    expect(did).toEqual(['enqueued low later', 'expected by 2026-01-01T00:11:02.000Z']);
  });

  it('makes a tenant with many waiting tasks wait for its turn', async () => {
    const { dispatch, did } = dispatcher({ admitted: ['office_full'], turn: 45 });
    expect(await dispatch(message, 'low')).toBe('delayed');
    expect(did).toEqual(['enqueued low later', 'expected by 2026-01-01T00:11:45.000Z']);
  });

  it('leaves a task of a tenant without a free place in the tenant’s line', async () => {
    const { dispatch, did } = dispatcher({ admitted: ['tenant_full'] });
    expect(await dispatch(message, 'high')).toBe('waiting');
    expect(did).toEqual(['waits high 1', 'expected by 2026-01-01T00:15:00.000Z']);
  });

  it('starts a task whose place became free while it joined the line', async () => {
    const { dispatch, did } = dispatcher({ admitted: ['tenant_full', 'admitted'] });
    expect(await dispatch(message, 'high')).toBe('started');
    expect(did).toEqual(['waits high 1', 'left the line', 'started 01TASK', 'recorded']);
  });

  it('takes a called task out of the line when it has its place', async () => {
    const { dispatch, did } = dispatcher({});
    expect(await dispatch({ ...message, attempt: 1 }, 'normal')).toBe('started');
    expect(did).toEqual(['left the line', 'started 01TASK', 'recorded']);
  });

  it('passes the call on when the task that was called has ended', async () => {
    const { dispatch, did } = dispatcher({ stored: record({ stage: 'ended', status: 'cancelled' }) });
    expect(await dispatch({ ...message, attempt: 1 }, 'normal')).toBe('settled');
    expect(did).toEqual(['left the line', 'next one called']);
  });

  it('is harmless when a message is delivered twice', async () => {
    const { dispatch, did } = dispatcher({ stored: record({ stage: 'started', runs: 1 }) });
    expect(await dispatch(message, 'normal')).toBe('settled');
    expect(did).toEqual(['started 01TASK']);
  });

  it('stops what it started for a task that was cancelled in the queue', async () => {
    const { dispatch, did } = dispatcher({ stored: record({ stage: 'ended', status: 'cancelled' }) });
    expect(await dispatch(message, 'normal')).toBe('settled');
    expect(did).toEqual(['started 01TASK', 'stopped arn:01TASK', 'place released']);
  });

  it('gives a redriven task an execution of its own that resumes', async () => {
    const { dispatch, did } = dispatcher({ stored: record({ runs: 1 }) });
    await dispatch({ ...message, run: 1, resume: true }, 'normal');
    expect(did).toEqual(['started 01TASK-r1 resuming', 'recorded']);
  });

  it('starts no second execution for a redrive that was delivered twice', async () => {
    const { dispatch, did } = dispatcher({ stored: record({ stage: 'started', runs: 2 }) });
    expect(await dispatch({ ...message, run: 1, resume: true }, 'normal')).toBe('settled');
    expect(did).toEqual([]);
  });

  it('takes a late message of the first run for no start of a redriven task', async () => {
    const { dispatch, did } = dispatcher({ stored: record({ runs: 1 }) });
    expect(await dispatch(message, 'normal')).toBe('settled');
    expect(did).toEqual(['started 01TASK']);
  });

  it('waits longer each time, 20 seconds at most', () => {
    expect([0, 1, 2, 3, 20].map((attempt) => retryDelay(attempt, 0.5))).toEqual([2, 3, 5, 7, 20]);
  });
});

describe('admission', () => {
  const key = { tenant_id: 'acme', task_id: 't' };
  const at = (running: number) => {
    let asked = 0;
    const admission = createAdmission({
      slots: {
        take: async () => true,
        running: async () => {
          asked += 1;
          return running;
        },
      },
      maxPerTenant: 100,
      maxRunning: 10,
      now: () => new Date(0),
    });
    return { admission, asked: () => asked };
  };

  it('keeps the last places for what is more urgent', async () => {
    expect(await at(8).admission.admit(key, 'low')).toBe('office_full');
    expect(await at(8).admission.admit(key, 'normal')).toBe('admitted');
    expect(await at(9).admission.admit(key, 'normal')).toBe('office_full');
    expect(await at(9).admission.admit(key, 'high')).toBe('admitted');
  });

  it('remembers for a moment that a tenant has no place, but asks for a task that has been promised one', async () => {
    let asked = 0;
    let time = 0;
    const admission = createAdmission({
      slots: {
        take: async () => {
          asked += 1;
          return false;
        },
        running: async () => 0,
      },
      maxPerTenant: 1,
      maxRunning: 10,
      now: () => new Date(time),
    });
    for (let n = 0; n < 5; n++) expect(await admission.admit(key, 'high')).toBe('tenant_full');
    expect(asked).toBe(1);
    await admission.admit(key, 'high', true);
    await admission.admit({ ...key, tenant_id: 'other' }, 'high');
    expect(asked).toBe(3);
    time = 300;
    await admission.admit(key, 'high');
    expect(asked).toBe(4);
  });

  it('counts its own admissions until it asks again', async () => {
    const { admission, asked } = at(5);
    const admitted = [];
    for (let n = 0; n < 8; n++) admitted.push(await admission.admit(key, 'high'));
    expect(admitted.filter((answer) => answer === 'admitted')).toHaveLength(5);
    expect(asked()).toBe(1);
  });
});

describe('sweeping', () => {
  const started = record({
    stage: 'started',
    execution_arn: 'arn:x',
    started_at: '2026-01-01T00:00:00.000Z',
  });

  it('enqueues what was accepted and never started', async () => {
    const { sweep, did } = dispatcher({});
    expect(await sweep(30)).toEqual({ looked_at: 1, mended: 1 });
    expect(did).toEqual(['enqueued normal now', 'expected by 2026-01-01T00:15:00.000Z', 'refilled acme']);
  });

  it('leaves alone what is merely delayed, unless the queues are known to be empty', async () => {
    const stored = record({ queued_until: '2026-01-01T00:10:30.000Z' });
    expect((await dispatcher({ stored }).sweep(30)).mended).toBe(0);
    expect((await dispatcher({ stored, tick: 7 }).sweep(0)).mended).toBe(1);
  });

  it('resumes a redrive whose message was lost', async () => {
    const { sweep, did } = dispatcher({ stored: record({ runs: 1, resume: true }) });
    await sweep(30);
    expect(did[0]).toBe('enqueued normal now resuming');
  });

  it('leaves alone what runs, listed or not, and what was touched just now', async () => {
    const listed = dispatcher({ stored: started, listed: ['arn:x'], state: 'gone' });
    expect((await listed.sweep(30)).mended).toBe(0);
    expect((await dispatcher({ stored: started }).sweep(30)).mended).toBe(0);
    const fresh = dispatcher({ stored: record({ updated_at: '2026-01-01T00:09:50.000Z' }) });
    expect((await fresh.sweep(30)).mended).toBe(0);
  });

  it('buries a task whose execution is gone', async () => {
    const { sweep, did } = dispatcher({ stored: started, state: 'gone' });
    await sweep(30);
    expect(did).toEqual(['stopped arn:x', 'buried ExecutionLost', 'questions withdrawn']);
  });

  it('ends a task at its deadline, wherever it waits', async () => {
    for (const stored of [record(), started]) {
      const { sweep, did } = dispatcher({ stored, listed: ['arn:x'], now: '2026-01-01T03:00:00.000Z' });
      await sweep(30);
      expect(did).toEqual(expect.arrayContaining(['buried DeadlineExceededError', 'questions withdrawn']));
    }
  });
});
