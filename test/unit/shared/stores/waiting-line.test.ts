import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSlotStore } from '../../../../lambdas/shared/stores/slot-store.ts';
import { createWaitingLine, type WaitingTask } from '../../../../lambdas/shared/stores/waiting-line.ts';
import { startTestTable, type TestTable } from '../../../helpers/dynalite-table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable();
});
afterAll(() => table.stop());

const taskOf = (tenant_id: string, task_id: string, priority: WaitingTask['priority']): WaitingTask => ({
  message: { tenant_id, task_id, run: 0, resume: false, attempt: 1 },
  priority,
});

describe('the line of a tenant’s waiting tasks', () => {
  it('has the urgent ones first, then the older ones, each once, and nobody else’s', async () => {
    const line = createWaitingLine({ ...table, now: () => new Date(0) });
    const tasks = [
      taskOf('a', '02', 'normal'),
      taskOf('a', '01', 'normal'),
      taskOf('a', '03', 'high'),
      taskOf('b', '00', 'high'),
      taskOf('a', '02', 'normal'),
    ];
    for (const task of tasks) await line.join(task);
    const names = async (limit = 10) =>
      (await line.head('a', limit)).next.map(({ message }) => message.task_id);
    expect(await names()).toEqual(['03', '01', '02']);
    expect(await names(1)).toEqual(['03']);
    expect((await line.head('a', 1)).next).toEqual([tasks[2]]);
    await line.leave(taskOf('a', '03', 'high'));
    expect(await names()).toEqual(['01', '02']);
    expect(await line.head('nobody', 1)).toEqual({ next: [], isEmpty: true });
  });

  it('lets one of all callers call a task, and the next one when that call has led to nothing', async () => {
    let time = 1_000;
    const line = createWaitingLine({ ...table, now: () => new Date(time) });
    const task = taskOf('calls', '01', 'normal');
    await line.join(task);
    const claims = await Promise.all(Array.from({ length: 5 }, () => line.claim(task)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await line.head('calls', 1)).toEqual({ next: [], isEmpty: false });
    time += 31_000;
    expect((await line.head('calls', 1)).next).toEqual([task]);
    expect(await line.claim(task)).toBe(true);
    await line.join(task);
    expect(await line.claim(task)).toBe(true);
    await line.leave(task);
    expect(await line.claim(task)).toBe(false);
  });
});

describe('slots', () => {
  it('tell whoever frees one how often tasks were announced to wait, until the last announcement is withdrawn', async () => {
    const slots = createSlotStore(table);
    const key = { tenant_id: 'announces', task_id: 't' };
    expect(await slots.release(key)).toBe(0);
    await slots.take(key, 1);
    expect(await Promise.all([slots.announce('announces'), slots.announce('announces')])).toEqual([1, 1]);
    expect(await slots.load('announces')).toEqual({ running: 1, announced: 2 });
    await slots.withdraw('announces', 1);
    expect(await slots.release(key)).toBe(2);
    await slots.withdraw('announces', 2);
    expect(await slots.load('announces')).toEqual({ running: 0, announced: 0 });
  });
});
