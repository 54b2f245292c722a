import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAccountStore, isUsable } from '../../../../lambdas/shared/stores/account-store.ts';
import { createAuditStore } from '../../../../lambdas/shared/stores/audit-store.ts';
import {
  createDeadLetterStore,
  type DeadLetter,
} from '../../../../lambdas/shared/stores/dead-letter-store.ts';
import { createLimitStore } from '../../../../lambdas/shared/stores/limit-store.ts';
import { createRateCounter } from '../../../../lambdas/shared/stores/rate-counter.ts';
import { createRegistryStore } from '../../../../lambdas/shared/stores/registry-store.ts';
import { createTaskDocuments } from '../../../../lambdas/shared/stores/task-documents.ts';
import { startTestTable, type TestTable } from '../../../helpers/dynalite-table.ts';
import { someTool } from '../../../helpers/receptionist-fakes.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable();
});
afterAll(() => table.stop());

const now = new Date('2026-05-01T12:00:00Z');

describe('the account store', () => {
  it('makes, finds, lists and revokes keys, and holds none of them', async () => {
    const accounts = createAccountStore({ ...table, now: () => now });
    const wanted = { tenant_id: 'acme', name: 'ci', scopes: ['tasks:write'] as const };
    const { key, record } = await accounts.createKey(wanted);
    expect(await accounts.findKey(key)).toEqual(record);
    expect(await accounts.findKey(`${key}x`)).toBeNull();
    expect(await accounts.listKeys('acme')).toEqual([record]);
    expect(await accounts.listKeys('other')).toEqual([]);
    await expect(accounts.revokeKey('other', record.key_id)).rejects.toMatchObject({
      name: 'ApiKeyNotFoundError',
    });
    const revoked = await accounts.revokeKey('acme', record.key_id);
    expect(isUsable(record, now)).toBe(true);
    expect(isUsable(revoked, now)).toBe(false);
    const { Items } = await table.client.send(new ScanCommand({ TableName: table.table }));
    expect(JSON.stringify(Items)).not.toContain(key);
  });

  it('seeds a key once, and again after it was revoked', async () => {
    const accounts = createAccountStore({ ...table, now: () => now });
    const wanted = { tenant_id: 'local', name: 'local', scopes: ['admin'] as const };
    const first = await accounts.seedKey('a-key-of-my-own-choice', wanted);
    expect(await accounts.seedKey('a-key-of-my-own-choice', wanted)).toEqual(first);
    await accounts.revokeKey('local', first.key_id);
    const again = await accounts.seedKey('a-key-of-my-own-choice', wanted);
    expect(isUsable(again, now)).toBe(true);
    expect(await accounts.listKeys('local')).toHaveLength(1);
    await expect(accounts.seedKey('short', wanted)).rejects.toThrow('16 characters');
  });

  it('knows an expired key', async () => {
    const accounts = createAccountStore({ ...table, now: () => now });
    const { record } = await accounts.createKey({
      tenant_id: 't',
      name: 'n',
      scopes: [],
      expires_at: new Date(1),
    });
    expect(isUsable(record, now)).toBe(false);
  });
});

describe('the registry store', () => {
  it('keeps versions apart and shows the latest', async () => {
    const registry = createRegistryStore(table);
    const first = { ...someTool, name: 'mine' };
    const second = { ...first, version: '1.1.0', description: 'Better.' };
    await registry.put('acme', first);
    await registry.put('acme', first);
    await registry.put('acme', second);
    expect(await registry.list('acme')).toEqual([second]);
    expect(await registry.get('acme', 'mine')).toEqual(second);
    expect(await registry.get('acme', 'mine', '1.0.0')).toEqual(first);
    expect(await registry.get('other', 'mine')).toBeNull();
    await expect(registry.put('acme', { ...first, description: 'Else.' })).rejects.toMatchObject({
      name: 'ToolVersionExistsError',
    });
    expect(await registry.remove('acme', 'mine')).toBe(true);
    expect(await registry.remove('acme', 'mine')).toBe(false);
    expect(await registry.list('acme')).toEqual([]);
  });
});

describe('the dead letter store', () => {
  const letter = (task_id: string, minute: number): DeadLetter => ({
    tenant_id: 'acme',
    task_id,
    class: 'tool_failed',
    failed_state: 'Execute the plan',
    error: { name: 'X', message: 'y' },
    cost: { usd: 0, tokens: 0 },
    execution_arn: 'arn',
    failed_at: `2026-05-01T12:0${minute}:00.000Z`,
    redrives: 0,
    status: 'open',
  });

  it('lists by pages, newest first, and resolves once', async () => {
    const letters = createDeadLetterStore(table);
    for (const [index, id] of ['a', 'b', 'c'].entries()) await letters.put(letter(id, index));
    const first = await letters.list('acme', { limit: 2 });
    expect(first.letters.map(({ task_id }) => task_id)).toEqual(['c', 'b']);
    const second = await letters.list('acme', { limit: 2, cursor: first.cursor ?? '' });
    expect(second.letters.map(({ task_id }) => task_id)).toEqual(['a']);
    expect((await letters.list('other', { limit: 9 })).letters).toEqual([]);
    const key = { tenant_id: 'acme', task_id: 'a' };
    expect(await letters.resolve(key)).toMatchObject({ status: 'redriven', redrives: 1 });
    await expect(letters.resolve(key)).rejects.toMatchObject({ name: 'DeadLetterNotOpenError' });
    await expect(letters.resolve({ ...key, task_id: 'none' })).rejects.toMatchObject({
      name: 'DeadLetterNotOpenError',
    });
  });
});

describe('audit, counts and documents', () => {
  it('appends entries and pages through them, newest first', async () => {
    const audit = createAuditStore({ ...table, now: () => now });
    for (const action of ['a', 'b', 'c']) await audit.append('acme', { action, actor: 'key:1', detail: {} });
    const first = await audit.list('acme', { limit: 2 });
    const second = await audit.list('acme', { limit: 2, cursor: first.cursor ?? '' });
    expect([...first.entries, ...second.entries].map(({ action }) => action)).toEqual(['c', 'b', 'a']);
  });

  it('keeps limits of tenants and keys apart, and replaces them whole', async () => {
    const limits = createLimitStore(table);
    await limits.set('acme', null, { requests_per_minute: 100, tasks_per_day: 10 });
    await limits.set('acme', null, { tasks_per_day: 20 });
    await limits.set('acme', 'k1', { requests_per_minute: 5 });
    expect(await limits.read('acme')).toEqual({
      tenant: { tasks_per_day: 20 },
      keys: new Map([['k1', { requests_per_minute: 5 }]]),
    });
    expect(await limits.read('other')).toEqual({ tenant: {}, keys: new Map() });
  });

  it('adds up counts of a window', async () => {
    const counter = createRateCounter(table);
    await Promise.all(Array.from({ length: 20 }, () => counter.add('k', 60, 5)));
    expect(await counter.add('k', 60, 1)).toBe(101);
    expect(await counter.add('k', 120, 1)).toBe(1);
  });

  it('reads plans to verdicts, and neither events nor the record', async () => {
    const documents = createTaskDocuments(table);
    const key = { tenant_id: 'acme', task_id: 't' };
    const { PutCommand } = await import('@aws-sdk/lib-dynamodb');
    for (const sk of ['EVENT#1', 'META', 'PLAN#a#001', 'RECEIPT#a#k', 'REVIEW#a#001', 'VERDICT#a#001']) {
      await table.client.send(new PutCommand({ TableName: table.table, Item: { pk: 'T#acme#t', sk } }));
    }
    const at = now.toISOString();
    await documents.putFeedback(key, { feedback_id: 'f', task_id: 't', rating: 5, created_at: at });
    expect((await documents.list(key)).map(({ sk }) => sk)).toEqual([
      'PLAN#a#001',
      'RECEIPT#a#k',
      'REVIEW#a#001',
      'VERDICT#a#001',
    ]);
  });
});
