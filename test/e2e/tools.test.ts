import { describe, expect, it } from '@jest/globals';
import { type ProblemView, send } from '../helpers/api-client.ts';

interface ToolView {
  readonly name: string;
  readonly description: string;
  readonly available: boolean;
  readonly unavailable_reason: string | null;
  readonly input_schema: Readonly<Record<string, unknown>>;
}
interface Outcome {
  readonly status: string;
  readonly output: unknown;
  readonly error: { readonly name: string; readonly message: string } | null;
  readonly duration_ms: number;
}
const names = [
  'ai_tool',
  'code_analyzer',
  'file_operations',
  'http_client',
  'math_calculator',
  'python_exec',
  'web_search',
];
const invoke = (name: string, body: unknown) => send<Outcome>('POST', `/tools/${name}/invoke`, { body });

describe('the tools', () => {
  it('are all there, each with a schema, those that lack a setting with its name', async () => {
    const { body } = await send<{ tools: ToolView[] }>('GET', '/tools');
    const builtIn = body.tools.filter(({ name }) => names.includes(name));
    expect(builtIn.map(({ name }) => name).sort()).toEqual(names);
    for (const tool of builtIn) {
      expect(tool.input_schema['$schema'] ?? 'object').toBeDefined();
      expect(tool.available).toBe(tool.unavailable_reason === null);
    }
  });

  it('calculate', async () => {
    const { status, body } = await invoke('math_calculator', { inputs: { expression: '2 ^ 10' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', output: { value: 1024 }, error: null });
    expect(body.duration_ms).toBeGreaterThanOrEqual(0);
  });

  it('work on a workspace that comes with the request', async () => {
    const workspace = { files: [{ path: 'a.txt', content: 'hello' }] };
    const { body } = await invoke('file_operations', {
      inputs: { operation: 'read', path: 'a.txt' },
      workspace,
    });
    expect(body).toMatchObject({ status: 'ok', output: { content: 'hello' } });
  });

  it('tell their own failures as answers', async () => {
    const { status, body } = await invoke('file_operations', {
      inputs: { operation: 'read', path: 'none.txt' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'error', output: null, error: { name: expect.any(String) } });
  });

  it.each([
    ['file_operations', { operation: 'read', path: 'none.txt' }, 'FileNotFound'],
    ['file_operations', { operation: 'read', path: '../x' }, 'InvalidPath'],
    ['python_exec', { code: '1', files: ['none.txt'] }, 'FileNotFound'],
    ['python_exec', { code: '1', files: ['../x'] }, 'InvalidPath'],
  ])('%s names a wrong path as every tool does: %j', async (tool, inputs, name) => {
    const { body } = await invoke(tool, { inputs });
    expect(body).toMatchObject({ status: 'error', error: { name } });
  });

  it('keep to the workspace', async () => {
    const { body } = await invoke('file_operations', {
      inputs: { operation: 'read', path: '../../../etc/passwd' },
    });
    expect(body.status ?? 'error').not.toBe('ok');
  });

  it('stops a program at the time limit that was asked for, and does not run it again', async () => {
    const { body } = await invoke('python_exec', {
      inputs: { code: 'while True:\n    pass', timeout_seconds: 1 },
    });
    expect(body).toMatchObject({
      status: 'error',
      error: { name: 'TimeoutExceeded', message: 'The code did not end within 1 s and was stopped.' },
    });
  });

  it("keep away from the machine's own network", async () => {
    const { body } = await invoke('http_client', {
      inputs: { method: 'GET', url: 'http://169.254.169.254/latest/' },
    });
    expect(body).toMatchObject({ status: 'error' });
  });

  it.each([
    ['a missing field', 'math_calculator', { inputs: {} }],
    ['an unknown field', 'math_calculator', { inputs: { expression: '1', surprise: 1 } }],
    ['no inputs', 'math_calculator', {}],
    [
      'a bad path',
      'file_operations',
      { inputs: { operation: 'list', path: '' }, workspace: { files: [{ path: '../a', content: '' }] } },
    ],
  ])('answer 400 to %s', async (_name, tool, body) => {
    const sent = await invoke(tool, body);
    expect({ status: sent.status, text: sent.text }).toMatchObject({ status: 400 });
  });

  it('say which of the inputs does not fit', async () => {
    const inputs = { code: '1', timeout_seconds: 301 };
    const { body } = await send<ProblemView>('POST', '/tools/python_exec/invoke', { body: { inputs } });
    expect(body.errors).toEqual([{ path: 'inputs.timeout_seconds', message: expect.any(String) }]);
  });

  it('answer 404 to an unknown one', async () => {
    expect((await invoke('teleport', { inputs: {} })).status).toBe(404);
    for (const name of ['teleport', '%00', '..%2fx', 'a'.repeat(2_000), '%E2%98%83'.repeat(300)]) {
      expect((await send('GET', `/tools/${name}`)).status).toBe(404);
      expect((await send('DELETE', `/tools/${name}`)).status).toBe(404);
    }
  });
});

describe('registering a tool', () => {
  const name = `mine_${Date.now().toString(36)}`;
  const manifest = {
    version: '1.0.0',
    description: 'Does nothing.',
    input_schema: { type: 'object' },
    output_schema: { type: 'object' },
    risk: 'low',
    idempotent: true,
    timeout_seconds: 30,
    memory_mb: 128,
    network: 'none',
    workspace: 'none',
    example: {},
    source: { kind: 'lambda', function_name: 'does-not-exist' },
  };
  const put = (tool: string, body: unknown) => send('PUT', `/tools/${tool}`, { body });

  it('makes it visible until it is removed', async () => {
    expect((await put(name, manifest)).status).toBe(200);
    expect((await put(name, manifest)).status).toBe(200);
    expect((await put(name, { ...manifest, description: 'Does something.' })).status).toBe(409);
    expect((await put(name, { ...manifest, version: '1.0.1', description: 'Does more.' })).status).toBe(200);
    expect((await send('GET', `/tools/${name}`)).body).toMatchObject({
      name,
      version: '1.0.1',
      available: true,
    });
    expect((await send('DELETE', `/tools/${name}`)).status).toBe(204);
    expect((await send('DELETE', `/tools/${name}`)).status).toBe(404);
  });

  it.each([
    ['a built-in name', 'python_exec', manifest, 409],
    ['a name that is none', 'Not-A-Name', manifest, 400],
    ['an incomplete manifest', 'mine', { version: '1.0.0' }, 400],
    ['a version that is none', 'mine', { ...manifest, version: 'latest' }, 400],
    ['a schema that is none', 'mine', { ...manifest, input_schema: { $ref: '#/nope' } }, 400],
    ['too much', 'mine', { ...manifest, output_schema: { description: 'x'.repeat(400_000) } }, 413],
  ])('is refused with %s', async (_name, tool, body, status) => {
    expect((await put(tool, body)).status).toBe(status);
  });
});

interface Verdict {
  readonly verdict: string;
  readonly feedback: readonly { readonly rule: string; readonly path: string; readonly message: string }[];
  readonly hash: string;
  readonly quote: { readonly max_usd: number; readonly max_tokens: number };
}

describe('POST /plans/validate', () => {
  const step = {
    step_id: 'a',
    action: 'math_calculator',
    inputs: { expression: '1 + 1' },
    idempotency_key: 'k1',
  };
  const plan = { plan_id: 'p', task_id: 't', metadata: {}, steps: [step] };
  const validate = (body: unknown) => send<Verdict>('POST', '/plans/validate', { body });

  it('approves and prices a good plan', async () => {
    const { status, body } = await validate({ plan });
    expect(status).toBe(200);
    expect(body).toEqual({
      verdict: 'APPROVED',
      feedback: [],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      quote: { max_usd: expect.any(Number), max_tokens: expect.any(Number) },
    });
  });

  it('gives equal plans equal hashes, whatever the order of their fields', async () => {
    const turned = Object.fromEntries(Object.entries(plan).reverse());
    const [one, other] = await Promise.all([validate({ plan }), validate({ plan: turned })]);
    expect(other.body.hash).toBe(one.body.hash);
  });

  it.each([
    ['an unknown tool', { ...plan, steps: [{ ...step, action: 'teleport' }] }],
    ['inputs that do not fit', { ...plan, steps: [{ ...step, inputs: { wrong: 1 } }] }],
    ['an unknown dependency', { ...plan, steps: [{ ...step, dependencies: ['z'] }] }],
    [
      'a cycle',
      {
        ...plan,
        steps: [
          { ...step, dependencies: ['b'] },
          { ...step, step_id: 'b', idempotency_key: 'k2', dependencies: ['a'] },
        ],
      },
    ],
    ['one step twice', { ...plan, steps: [step, { ...step, idempotency_key: 'k2' }] }],
    ['one idempotency key twice', { ...plan, steps: [step, { ...step, step_id: 'b' }] }],
    ['no idempotency key', { ...plan, steps: [{ ...step, idempotency_key: undefined }] }],
    ['an unknown field', { ...plan, surprise: 1 }],
    ['no steps', { ...plan, steps: [] }],
  ])('rejects %s and says where', async (_name, bad) => {
    const { status, body } = await validate({ plan: bad });
    expect(status).toBe(200);
    expect(body.verdict).toBe('REJECTED');
    expect(body.feedback.length).toBeGreaterThan(0);
    for (const finding of body.feedback) {
      expect(finding).toEqual({
        rule: expect.any(String),
        path: expect.any(String),
        message: expect.any(String),
      });
    }
  });

  it('rejects a tool that is not allowed', async () => {
    const { body } = await validate({ plan, allowed_tools: ['file_operations'] });
    expect(body.verdict).toBe('REJECTED');
  });

  it.each([[{}], [{ plan: 'x' }], [{ plan, surprise: 1 }], [{ plan, allowed_tools: 'all' }]])(
    'answers 400 to %j',
    async (body) => {
      expect((await validate(body)).status).toBe(400);
    },
  );
});
