import { describe, expect, it } from '@jest/globals';
import { run, send } from '../helpers/api-client.ts';

/** Keys of another tenant, and of this one with the scope tasks:read alone; `office keys create` makes them. */
const otherTenant = process.env['OFFICE_OTHER_TENANT_KEY'] ?? '';
const reader = process.env['OFFICE_READER_KEY'] ?? '';

const needs = (name: string, value: string) => {
  if (value !== '') return describe;
  console.info(`Skipped: ${name} is not set.`);
  return describe.skip;
};

needs('OFFICE_OTHER_TENANT_KEY', otherTenant)('another tenant', () => {
  it('sees nothing of a task', async () => {
    const task = await run({ description: 'Write the text "secret" to secret.txt' });
    const key = otherTenant;
    for (const path of ['', '/status', '/logs', '/events', '/plans', '/artifacts', '/artifacts/secret.txt']) {
      expect((await send('GET', `/tasks/${task.task_id}${path}`, { key })).status).toBe(404);
    }
    expect((await send('POST', `/tasks/${task.task_id}/cancel`, { key })).status).toBe(404);
    expect((await send('POST', `/tasks/${task.task_id}/feedback`, { key, body: { rating: 1 } })).status).toBe(
      404,
    );
    expect((await send('GET', `/dead-letters/${task.task_id}`, { key })).status).toBe(404);
    const { body } = await send<{ tasks: { task_id: string }[] }>('GET', '/tasks?limit=100', { key });
    expect(body.tasks.map(({ task_id }) => task_id)).not.toContain(task.task_id);
  });

  it('has its own idempotency keys', async () => {
    const headers = { 'idempotency-key': `tenants-${Date.now()}` };
    const body = { description: 'What is 1 + 1?' };
    const mine = await send<{ task_id: string }>('POST', '/tasks', { body, headers });
    const other = await send<{ task_id: string }>('POST', '/tasks', { body, headers, key: otherTenant });
    expect([mine.status, other.status]).toEqual([202, 202]);
    expect(other.body.task_id).not.toBe(mine.body.task_id);
  });
});

needs('OFFICE_READER_KEY', reader)('a key that only reads', () => {
  it('reads, and does nothing else', async () => {
    const key = reader;
    expect((await send('GET', '/tasks', { key })).status).toBe(200);
    const refused = [
      await send('POST', '/tasks', { key, body: { description: 'x' } }),
      await send('GET', '/approvals', { key }),
      await send('GET', '/audit', { key }),
      await send('PUT', '/budget', { key, body: { day_usd: 1, month_usd: 1 } }),
      await send('POST', '/tools/math_calculator/invoke', { key, body: { inputs: { expression: '1' } } }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  });
});
