/** A tenant's own policies decide about plans, on an embedded office of its own. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenPlan, type OwnOffice, startOwnOffice } from '../helpers/own-office.ts';

let office: OwnOffice;
beforeAll(async () => {
  office = await startOwnOffice();
});
afterAll(() => office?.stop());

const put = (name: string, text: string) =>
  office.send<{ detail: string }>('PUT', `/policies/${name}`, { text });
const write = (path: string) => ({
  description: 'Write a file',
  plan: givenPlan({
    step_id: 'w',
    action: 'file_operations',
    inputs: { operation: 'write', path, content: 'x' },
  }),
});

describe('a tenant’s policy', () => {
  it('that Cedar refuses is told in Cedar’s words', async () => {
    const { status, body } = await put(
      'odd',
      'permit (principal, action, resource) when { context.nonsense };',
    );
    expect(status).toBe(400);
    expect(body.detail).toContain('nonsense');
    expect((await put('broken', 'permit (principal')).status).toBe(400);
  });

  it('denies at once; log, plans and dead letter name it', async () => {
    const text =
      'forbid (principal, action, resource == Tool::"file_operations") when { context.paths.contains("locked.txt") };';
    expect((await put('locked-file', text)).status).toBe(200);
    const taskId = await office.submit({ ...write('locked.txt'), constraints: { max_iterations: 1 } });
    const task = await office.waitFor(taskId);
    expect(task).toMatchObject({ status: 'failed', error: { name: 'PlanDenied' } });
    const denied = (await office.events(taskId)).find(({ type }) => type === 'plan.denied');
    expect(denied?.data?.['rulings']).toMatchObject([
      { step_id: 'w', ruling: 'deny', policy: 'locked-file' },
    ]);
    const plans = await office.send('GET', `/tasks/${taskId}/plans`);
    expect(JSON.stringify(plans.body)).toContain('locked-file');
    const letter = await office.send<{ error: { message: string } }>('GET', `/dead-letters/${taskId}`);
    expect(letter.body.error.message).toContain('locked-file');

    expect(await office.waitFor(await office.submit(write('open.txt')))).toMatchObject({
      status: 'completed',
    });
    expect((await office.office('policies', 'remove', 'locked-file')).code).toBe(0);
    expect(await office.waitFor(await office.submit(write('locked.txt')))).toMatchObject({
      status: 'completed',
    });
  });

  it('is kept also where a path is known only when its step runs', async () => {
    await put(
      'hidden-file',
      'forbid (principal, action, resource == Tool::"file_operations") when { context.operation == "read" && context.paths.contains("hidden.txt") };',
    );
    const taskId = await office.submit({
      description: 'Read what the other file names',
      constraints: { max_iterations: 1 },
      workspace: {
        files: [
          { path: 'name.txt', content: 'hidden.txt' },
          { path: 'hidden.txt', content: 'not for you' },
        ],
      },
      plan: givenPlan(
        { step_id: 'name', action: 'file_operations', inputs: { operation: 'read', path: 'name.txt' } },
        {
          step_id: 'read',
          action: 'file_operations',
          inputs: { operation: 'read', path: '${steps.name.output.content}' },
          dependencies: ['name'],
        },
      ),
    });
    const task = await office.waitFor(taskId);
    expect(task.status).toBe('failed');
    const read = (await office.events(taskId)).findLast(({ type }) => type === 'step.finished');
    expect(read?.data?.['outcome']).toMatchObject({
      status: 'failed',
      error: { name: 'PolicyDenied', message: expect.stringContaining('hidden-file') },
    });
    expect(JSON.stringify(task)).not.toContain('not for you');
  });
});
