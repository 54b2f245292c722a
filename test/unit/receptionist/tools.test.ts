import { describe, expect, it } from '@jest/globals';
import { adminKey, fakeOffice, otherKey, someTool } from '../../helpers/receptionist-fakes.ts';

const { name: _name, ...rest } = someTool;
const manifest = { ...rest, source: { kind: 'lambda', function_name: 'my-function' } };

const large = { type: 'object', description: 'x'.repeat(400_000) };

describe('tools', () => {
  it('are listed with their availability', async () => {
    const office = fakeOffice({
      shelf: async () => ({
        manifests: new Map([[someTool.name, someTool]]),
        unavailable: new Map([[someTool.name, 'set X']]),
      }),
    });
    const { tools } = await (await office.request('GET', '/tools')).json();
    expect(tools).toEqual([expect.objectContaining({ available: false, unavailable_reason: 'set X' })]);
  });

  it('are registered, shown to their tenant, and removed', async () => {
    const office = fakeOffice();
    expect((await office.request('PUT', '/tools/my_tool', { body: manifest })).status).toBe(200);
    expect((await office.request('GET', '/tools/my_tool')).status).toBe(200);
    expect((await office.request('GET', '/tools/my_tool', { key: otherKey })).status).toBe(404);
    expect((await office.request('DELETE', '/tools/my_tool')).status).toBe(204);
    expect((await office.request('DELETE', '/tools/my_tool')).status).toBe(404);
    expect(office.audit.map(({ action }) => action)).toEqual(['tool.registered', 'tool.removed']);
  });

  it.each([
    ['a built-in name', '/tools/math_calculator', manifest, 409],
    ['a name that is none', '/tools/My-Tool', manifest, 400],
    ['another name in the body', '/tools/my_tool', { ...manifest, name: 'other' }, 400],
    ['no place to run', '/tools/my_tool', { ...manifest, source: { kind: 'builtin' } }, 400],
    ['no manifest', '/tools/my_tool', {}, 400],
    ['a schema that is none', '/tools/my_tool', { ...manifest, input_schema: { $ref: '#/nope' } }, 400],
    ['a manifest that no item holds', '/tools/my_tool', { ...manifest, output_schema: large }, 413],
  ])('refuse to be registered with %s', async (_case, path, body, status) => {
    expect((await fakeOffice().request('PUT', path, { body })).status).toBe(status);
  });

  it('keep a version as it is', async () => {
    const office = fakeOffice();
    await office.request('PUT', '/tools/my_tool', { body: manifest });
    const other = await office.request('PUT', '/tools/my_tool', {
      body: { ...manifest, description: 'Else.' },
    });
    expect(other.status).toBe(409);
  });

  it('are tried by themselves, with files, and audited', async () => {
    const seen: unknown[] = [];
    const office = fakeOffice({
      invokeTool: async (trial) => {
        seen.push(trial);
        return { status: 'ok', output: 2, error: null, duration_ms: 3 };
      },
    });
    const body = { inputs: { expression: '1 + 1' }, workspace: { files: [{ path: './a', content: 'x' }] } };
    const answer = await office.request('POST', '/tools/math_calculator/invoke', { body });
    expect(await answer.json()).toEqual({ status: 'ok', output: 2, error: null, duration_ms: 3 });
    expect(seen).toEqual([
      expect.objectContaining({
        tenant_id: 'acme',
        inputs: body.inputs,
        files: [{ path: 'a', bytes: Buffer.from('x') }],
      }),
    ]);
    expect(office.audit).toEqual([expect.objectContaining({ action: 'tool.invoked' })]);
  });

  it('answer 400 when the inputs do not fit', async () => {
    const error = { name: 'InvalidInputs', message: 'inputs.expression: expected string' };
    const office = fakeOffice({
      invokeTool: async () => ({ status: 'error', output: null, error, duration_ms: 1 }),
    });
    const answer = await office.request('POST', '/tools/math_calculator/invoke', { body: { inputs: {} } });
    expect(answer.status).toBe(400);
    expect((await answer.json()).errors).toEqual([{ path: 'inputs', message: error.message }]);
  });

  it('say which of the inputs does not fit, without running', async () => {
    const office = fakeOffice({
      invokeTool: async () => {
        throw new Error('It ran.');
      },
    });
    const input_schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    await office.request('PUT', '/tools/my_tool', { body: { ...manifest, input_schema } });
    const answer = await office.request('POST', '/tools/my_tool/invoke', { body: { inputs: { n: 'x' } } });
    expect(answer.status).toBe(400);
    expect((await answer.json()).errors).toEqual([{ path: 'inputs.n', message: expect.any(String) }]);
  });

  it('answer 404 to an unknown one', async () => {
    const answer = await fakeOffice().request('POST', '/tools/levitate/invoke', { body: { inputs: {} } });
    expect(answer.status).toBe(404);
  });
});

describe('plans, money and the audit', () => {
  it('judges any object as a plan, and nothing else', async () => {
    const office = fakeOffice();
    expect((await office.request('POST', '/plans/validate', { body: { plan: {} } })).status).toBe(200);
    expect((await office.request('POST', '/plans/validate', { body: { plan: 'x' } })).status).toBe(400);
    expect((await office.request('POST', '/plans/validate', { body: {} })).status).toBe(400);
  });

  it('sums up the last 30 days when no range is given', async () => {
    const answer = await fakeOffice().request('GET', '/usage');
    expect(await answer.json()).toEqual({ from: '2026-04-02', to: '2026-05-01' });
  });

  it("sets the tenant's own lists of models and says so in the audit", async () => {
    const kept: unknown[] = [];
    const office = fakeOffice({
      modelRoutes: {
        read: async () => ({}),
        set: async (tenant, routes) => void kept.push(tenant, routes),
      },
    });
    const put = (body: unknown) => office.request('PUT', '/models/routes', { body });
    const routes = { planner: ['gpt-4o', 'ollama'] };
    expect(await (await put({ routes })).json()).toEqual({ routes });
    for (const wrong of [{}, { routes: { cook: ['gpt-4o'] } }, { routes: { planner: [] } }])
      expect((await put(wrong)).status).toBe(400);
    expect(kept).toEqual([expect.any(String), routes]);
    const { entries } = await (await office.request('GET', '/audit', { key: adminKey })).json();
    expect(entries).toEqual([expect.objectContaining({ action: 'model_routes.set', detail: { routes } })]);
  });

  it('sets a budget and says so in the audit', async () => {
    const office = fakeOffice();
    const body = { day_usd: 5, month_usd: null };
    expect((await office.request('PUT', '/budget', { body })).status).toBe(200);
    expect((await office.request('PUT', '/budget', { body: { day_usd: -1, month_usd: null } })).status).toBe(
      400,
    );
    const { entries } = await (await office.request('GET', '/audit', { key: adminKey })).json();
    expect(entries).toEqual([expect.objectContaining({ action: 'budget.set', detail: body })]);
  });
});
