import { describe, expect, it } from '@jest/globals';
import { handle } from 'hono/aws-lambda';
import { createApp } from '../../../lambdas/receptionist/app.ts';
import { adminKey, fakeOffice } from '../../helpers/receptionist-fakes.ts';

type Handler = ReturnType<typeof handle>;
type GatewayEvent = Parameters<Handler>[0];

/** A request as API Gateway's HTTP API hands it to a Lambda (payload format 2.0). */
function gatewayEvent(method: string, path: string, body?: string): GatewayEvent {
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', host: 'x.example' },
    requestContext: {
      accountId: '1',
      apiId: 'x',
      authentication: null,
      authorizer: {},
      domainName: 'x.example',
      domainPrefix: 'x',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'r',
      routeKey: '$default',
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined,
  } as GatewayEvent;
}

function gateway(office = fakeOffice({ streaming: false })) {
  const handler = handle(createApp(office.deps));
  return {
    office,
    send: async (method: string, path: string, body?: string) => {
      const answer = await handler(gatewayEvent(method, path, body));
      const bytes = Buffer.from(answer.body, answer.isBase64Encoded ? 'base64' : 'utf8');
      return {
        status: answer.statusCode,
        headers: answer.headers ?? {},
        bytes,
        json: () => JSON.parse(String(bytes)),
      };
    },
  };
}

describe('behind API Gateway', () => {
  it('takes a submission and shows the task', async () => {
    const { send } = gateway();
    const accepted = await send('POST', '/tasks', '{"description":"grün 🧮"}');
    expect(accepted.status).toBe(202);
    expect(accepted.headers['location']).toBe(`/tasks/${accepted.json().task_id}`);
    const task = await send('GET', `/tasks/${accepted.json().task_id}?x=1`);
    expect(task.json()).toMatchObject({ description: 'grün 🧮', status: 'submitted' });
  });

  it('answers events in one piece', async () => {
    const { send, office } = gateway();
    const { task_id } = (await send('POST', '/tasks', '{"description":"x"}')).json();
    office.log(
      { tenant_id: 'acme', task_id },
      { type: 'task.completed', message: 'done', status: 'completed' },
    );
    const answer = await send('GET', `/tasks/${task_id}/events`);
    expect(String(answer.bytes)).toMatch(/^retry: 1000\n\nid: \w{26}\ndata: \{.*\}\n\n$/);
  });

  it('keeps bytes of files as they are, and sends large ones elsewhere', async () => {
    const { send, office } = gateway();
    const { task_id } = (await send('POST', '/tasks', '{"description":"x"}')).json();
    const workspace = office.deps.workspaces.of({ tenant_id: 'acme', task_id });
    const bytes = Buffer.from([0, 255, 128, 10]);
    await workspace.write('a.bin', bytes);
    await workspace.write('b.bin', Buffer.alloc(4_000_001));
    expect((await send('GET', `/tasks/${task_id}/artifacts/a.bin`)).bytes).toEqual(bytes);
    const large = await send('GET', `/tasks/${task_id}/artifacts/b.bin`);
    expect(large.status).toBe(303);
    expect(large.headers['location']).toContain('/get/');
  });

  it('answers problems', async () => {
    const { send } = gateway();
    expect((await send('POST', '/tasks', '{')).status).toBe(400);
    expect((await send('PATCH', '/tasks', '{}')).status).toBe(405);
  });
});
