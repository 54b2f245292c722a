import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentClient } from '../../lambdas/shared/aws.ts';
import { readEnvironment } from '../../lambdas/shared/environment.ts';
import { aStep } from '../helpers/plans.ts';
import { riskyTool } from '../helpers/risky-tool.ts';
import { openReceiver, openTestOffice, type Receiver, type TestOffice } from './office.ts';

let test: TestOffice;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver();
  test = await openTestOffice({ environment: { OFFICE_ALLOW_HOSTS: receiver.host } });
}, 60_000);
afterAll(async () => {
  await test.stop();
  await receiver.close();
});

/** What stays until somebody removes it, or is one item a tenant. */
const SETTINGS = [/^KEY#/, /^T#[^#]+#(KEYS|LIMITS|POLICIES|MCP)$/, /^SLOTS#/];

async function itemsOf(table: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await documentClient().send(
      new ScanCommand({ TableName: table, ...(start === undefined ? {} : { ExclusiveStartKey: start }) }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

describe('what an office stores', () => {
  it('has an end, but for settings', async () => {
    expect((await test.request('PUT', '/tools/risky', riskyTool)).status).toBe(200);
    const plan = (...steps: ReturnType<typeof aStep>[]) => ({
      plan_id: 'p',
      task_id: 'given',
      metadata: {},
      steps,
    });
    const done = await test.submit({
      description: 'Compute 6 * 7.',
      constraints: { max_cost_usd: 1 },
      webhook: { url: `http://${receiver.host}/hook` },
    });
    const asking = await test.submit({
      description: 'Take the risk.',
      plan: plan(aStep({ step_id: 'risk', action: 'risky', inputs: { expression: '1 + 1' } })),
    });
    const failing = await test.submit({
      description: 'Fail.',
      constraints: { max_iterations: 1 },
      plan: plan(
        aStep({
          step_id: 'send',
          action: 'http_client',
          inputs: { method: 'POST', url: `http://${receiver.host}/effect`, body: '{}' },
        }),
        aStep({
          step_id: 'read',
          action: 'file_operations',
          inputs: { operation: 'read', path: 'missing.txt' },
          dependencies: ['send'],
        }),
        // Two wait for the first, and so at its gate.
        aStep({ step_id: 'compute', dependencies: ['send'] }),
      ),
    });
    await test.reach(asking, ['awaiting_approval']);
    expect((await test.reach(done))['status']).toBe('completed');
    expect((await test.reach(failing))['status']).toBe('failed');
    expect((await test.request('POST', `/tasks/${done}/feedback`, { rating: 5 })).status).toBe(201);
    expect((await test.request('POST', `/dead-letters/${failing}/redrive`, { mode: 'retry' })).status).toBe(
      202,
    );
    await test.reach(failing, ['failed']);

    const names = readEnvironment(['TASKS_TABLE', 'ACCOUNTS_TABLE']);
    const items = [...(await itemsOf(names.TASKS_TABLE)), ...(await itemsOf(names.ACCOUNTS_TABLE))];
    const kinds = new Set(items.map(({ sk }) => String(sk).split('#')[0]));
    for (const kind of [
      'META',
      'EVENT',
      'PLAN',
      'RECEIPT',
      'GATE',
      'APPROVAL',
      'DEADLETTER',
      'FEEDBACK',
      'WEBHOOK',
    ])
      expect(kinds).toContain(kind);
    const endless = items.filter(
      ({ pk, expires_at }) =>
        expires_at === undefined && !SETTINGS.some((setting) => setting.test(String(pk))),
    );
    expect(endless.map(({ pk, sk }) => `${pk} ${sk}`)).toEqual([]);
    await test.request('POST', `/tasks/${asking}/cancel`);
  }, 60_000);
});
