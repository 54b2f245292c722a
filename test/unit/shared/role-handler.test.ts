import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { InvalidEventError, roleHandler } from '../../../lambdas/shared/role-handler.ts';
import { FileNotFoundError } from '../../../lambdas/shared/tools/workspace.ts';

const context = { awsRequestId: 'r1', getRemainingTimeInMillis: () => 1_000 };
const failing = (thrown: unknown) => {
  const handler = roleHandler('planner', z.looseObject({}), async () => {
    throw thrown;
  });
  return handler({}, context).then(
    () => null,
    (error: unknown) => error as Error,
  );
};

describe('a role that fails', () => {
  it('lets an error of the office through as it is', async () => {
    const error = new FileNotFoundError('a.txt');
    expect(await failing(error)).toBe(error);
  });

  it.each([
    [new TypeError("Cannot read properties of undefined (reading 'x')"), 'TypeError'],
    [
      Object.assign(new Error('One or more parameter values'), { name: 'ValidationException' }),
      'ValidationException',
    ],
    [Object.assign(new Error('boom'), { name: 'a name of several words' }), 'Error'],
    ['a string', 'Error'],
  ])('says of the unforeseen %p only its kind', async (thrown, name) => {
    const error = await failing(thrown);
    expect(error?.name).toBe(name);
    expect(error?.message).toBe(`planner failed in a way it does not foresee (${name}).`);
    expect(error?.cause).toBe(thrown);
  });

  it('says of an unreachable store that it may be tried again, without the client\u2019s own words', async () => {
    const thrown = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:8000'), { code: 'ECONNREFUSED' });
    expect(await failing(thrown)).toMatchObject({
      name: 'StoreUnavailableError',
      retryable: true,
      message: 'planner could not reach a store (Error).',
    });
  });

  it('names the first field of an event that is wrong', async () => {
    const handler = roleHandler('planner', z.object({ task_id: z.string() }), async () => null);
    await expect(handler({}, context)).rejects.toThrow(InvalidEventError);
  });
});
