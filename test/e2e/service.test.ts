import { describe, expect, it } from '@jest/globals';
import { engineOf, send } from '../helpers/api-client.ts';

describe('the service', () => {
  it('says that it is there, without a key', async () => {
    const { status, body } = await send('GET', '/health', { key: null });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      version: expect.any(String),
      engine: expect.any(String),
      models: { planner: expect.any(Array) },
    });
  });

  it('describes itself as OpenAPI 3.1, without a key', async () => {
    const { body } = await send<{ openapi: string; paths: Record<string, Record<string, unknown>> }>(
      'GET',
      '/openapi.json',
      { key: null },
    );
    expect(body.openapi).toMatch(/^3\.1/);
    expect(Object.keys(body.paths['/tasks'] ?? {}).sort()).toEqual(['get', 'post']);
  });

  it('has a page to read that needs nothing else', async () => {
    const sent = await send<string>('GET', '/docs', { key: null });
    expect(sent.headers.get('content-type')).toContain('text/html');
    expect(sent.text).toContain('/tasks/{task_id}');
    expect(sent.text).not.toMatch(/<script|src=/);
  });

  it('sums up usage by day, model and role', async () => {
    const { status, body } = await send('GET', '/usage');
    expect(status).toBe(200);
    expect(body).toMatchObject({ from: expect.any(String), to: expect.any(String) });
    expect((await send('GET', '/usage?from=2026-01-31&to=2026-01-01')).status).toBe(400);
    expect((await send('GET', '/usage?from=yesterday')).status).toBe(400);
  });

  it('shows and sets the budget', async () => {
    const limits = { day_usd: 1_000, month_usd: 10_000 };
    expect((await send('PUT', '/budget', { body: limits })).status).toBe(200);
    expect((await send('GET', '/budget')).body).toMatchObject({
      day: { limit_usd: 1_000 },
      month: { limit_usd: 10_000 },
    });
    expect((await send('PUT', '/budget', { body: { day_usd: -1, month_usd: 1 } })).status).toBe(400);
    expect((await send('PUT', '/budget', { body: { day_usd: 1 } })).status).toBe(400);
  });

  it('audits what was registered, set and tried', async () => {
    await send('POST', '/tools/math_calculator/invoke', { body: { inputs: { expression: '1' } } });
    const { body } = await send<{ entries: { action: string; actor: string }[] }>('GET', '/audit?limit=200');
    expect(body.entries).toContainEqual(
      expect.objectContaining({ action: 'tool.invoked', actor: expect.stringMatching(/^key:/) }),
    );
  });

  it('tells what it uses to nobody without a key', async () => {
    expect((await send('GET', '/metrics', { key: null })).status).toBe(401);
  });

  it('counts what it uses, where it runs in one process', async () => {
    const sent = await send<string>('GET', '/metrics');
    if ((await engineOf()) === 'embedded') {
      expect(sent.status).toBe(200);
      expect(sent.text).toMatch(/^# (HELP|TYPE) /m);
    } else {
      expect(sent.status).toBe(404);
      console.info('Metrics of a deployed office are in CloudWatch.');
    }
  });
});
