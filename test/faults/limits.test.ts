import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentClient, s3Client } from '../../lambdas/shared/aws.ts';
import { readEnvironment } from '../../lambdas/shared/environment.ts';
import { createAccountStore, scopes } from '../../lambdas/shared/stores/account-store.ts';
import { createTenantData, type TenantItem } from '../../lambdas/shared/stores/tenant-data.ts';
import { aStep } from '../helpers/plans.ts';
import { riskyTool } from '../helpers/risky-tool.ts';
import { openTestOffice, type TestOffice } from './office.ts';

let test: TestOffice;
let otherKey: string;

beforeAll(async () => {
  test = await openTestOffice({ environment: { MAX_CONCURRENT_TASKS_PER_TENANT: '3' } });
  const { ACCOUNTS_TABLE } = readEnvironment(['ACCOUNTS_TABLE']);
  const accounts = createAccountStore({ client: documentClient(), table: ACCOUNTS_TABLE });
  otherKey = (await accounts.createKey({ tenant_id: 'other', name: 'test', scopes })).key;
}, 60_000);
afterAll(() => test.stop());

const asOther = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(test.office.url + path, {
    method,
    headers: { authorization: `Bearer ${otherKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
};
async function runAsOther(): Promise<string> {
  const { task_id } = await asOther('POST', '/tasks', {
    description: 'Compute 6 * 7.',
    workspace: { files: [{ path: 'a.txt', content: 'a', encoding: 'utf8' }] },
  });
  for (;;) {
    const { status } = await asOther('GET', `/tasks/${String(task_id)}`);
    if (status === 'completed') return String(task_id);
    if (status === 'failed') throw new Error('The task failed.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('admission', () => {
  it('does not let one tenant’s many tasks delay another’s one', async () => {
    const ids = await Promise.all(
      Array.from({ length: 60 }, (_, n) => test.submit({ description: `Compute ${n} + 1.` })),
    );
    await runAsOther();
    const waiting = await Promise.all(ids.map((id) => test.request('GET', `/tasks/${id}`)));
    expect(waiting.filter(({ body }) => body['status'] === 'submitted').length).toBeGreaterThan(20);
    await Promise.all(ids.map((id) => test.request('POST', `/tasks/${id}/cancel`)));
  }, 60_000);
});

describe('deadlines', () => {
  it('end a task that waits for a person, and its question', async () => {
    await test.request('PUT', '/tools/risky', riskyTool);
    const id = await test.submit({
      description: 'Take the risk.',
      constraints: { max_duration: 3 },
      plan: {
        plan_id: 'p',
        task_id: 'given',
        metadata: {},
        steps: [aStep({ step_id: 'risk', action: 'risky', inputs: { expression: '20 + 22' } })],
      },
    });
    await test.reach(id, ['awaiting_approval']);
    const task = await test.reach(id);
    expect(task).toMatchObject({ status: 'failed', error: { name: 'DeadlineExceededError' } });
    expect((await test.request('GET', `/dead-letters/${id}`)).body['class']).toBe('deadline_exceeded');
    // The end is written first, so that it wins; the question is withdrawn after it.
    const pending = async () => (await test.request('GET', '/approvals?status=pending')).body['approvals'];
    const patience = performance.now() + 5_000;
    while (JSON.stringify(await pending()) !== '[]' && performance.now() < patience);
    expect(await pending()).toEqual([]);
    expect(test.office.engine.runningCount()).toBe(0);
  }, 60_000);
});

describe('a tenant’s data', () => {
  it('can be taken out and erased, and nobody else’s is touched', async () => {
    const task = await runAsOther();
    const own = await test.submit({ description: 'Compute 1 + 1.' });
    await test.reach(own);
    const names = readEnvironment([
      'TASKS_TABLE',
      'ACCOUNTS_TABLE',
      'REGISTRY_TABLE',
      'MEMORY_TABLE',
      'WORKSPACE_BUCKET',
    ]);
    const data = createTenantData({
      client: documentClient(),
      tables: {
        tasks: names.TASKS_TABLE,
        accounts: names.ACCOUNTS_TABLE,
        registry: names.REGISTRY_TABLE,
        memory: names.MEMORY_TABLE,
      },
      s3: s3Client,
      bucket: names.WORKSPACE_BUCKET,
    });
    const found: TenantItem[] = [];
    for await (const each of data.items('other')) found.push(each);
    expect(new Set(found.map(({ table }) => table))).toEqual(new Set(['tasks', 'accounts', 'memory']));
    expect(found.some(({ item }) => item['task_id'] === task && item['sk'] === 'META')).toBe(true);
    const erased = await data.erase('other');
    expect(erased.items).toBeGreaterThan(10);
    expect(erased.files).toBeGreaterThan(0);
    for await (const each of data.items('other')) expect(each).toBeUndefined();
    for await (const file of data.files('other')) expect(file).toBeUndefined();
    // The key is gone; a process may remember it for a moment, and finds nothing with it.
    expect([401, 404]).toContain((await asOther('GET', `/tasks/${task}`))['status']);
    expect((await test.request('GET', `/tasks/${own}`)).body['status']).toBe('completed');
    const open = await test.submit({ description: 'Wait.', workspace: { upload: true } });
    await expect(data.erase('local')).rejects.toMatchObject({ name: 'TenantActiveError' });
    await test.request('POST', `/tasks/${open}/cancel`);
  }, 60_000);
});
