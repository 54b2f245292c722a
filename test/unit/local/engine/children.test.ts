import { afterEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../../schemas/json.ts';
import {
  childTask,
  type Functions,
  machine,
  NamedError,
  startEngine,
  type TestEngine,
  task,
} from '../../../helpers/embedded-engine.ts';

let test: TestEngine | undefined;
afterEach(async () => test?.remove());

async function engineFor(main: JsonObject, functions: Functions, others: Record<string, JsonObject> = {}) {
  test = await startEngine({ main, ...others }, functions);
  return test;
}
const output = (record: { output?: string | undefined }): unknown => JSON.parse(record.output ?? 'null');

describe('a child execution', () => {
  const child = machine({ C: task('child') });

  it('gives its description with the output as JSON', async () => {
    const main = machine({ R: childTask('sub', { Name: 'first', Input: { 'id.$': '$.id' } }) });
    const { run } = await engineFor(main, { child: (event) => ({ got: event }) }, { sub: child });

    expect(output(await run({ id: 7 }))).toMatchObject({
      Name: 'first',
      Status: 'SUCCEEDED',
      Input: { id: 7 },
      Output: { got: { id: 7 } },
      ExecutionArn: 'arn:aws:states:us-east-1:000000000000:execution:sub:first',
    });
  });

  it('that fails is States.TaskFailed, with its own error in the cause', async () => {
    const main = machine({ R: childTask('sub', {}) });
    const functions: Functions = {
      child: () => {
        throw new NamedError('ChildError');
      },
    };
    const { run } = await engineFor(main, functions, { sub: child });

    const record = await run();

    expect(record).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(record.cause ?? '')).toMatchObject({ Status: 'FAILED', Error: 'ChildError' });
  });

  it('can’t have the name of one that ended', async () => {
    const main = machine({
      R: childTask('sub', { Name: 'same' }, { ResultPath: null, Next: 'S' }),
      S: childTask('sub', { Name: 'same' }),
    });
    const { run } = await engineFor(main, {}, { sub: child });

    expect(await run()).toMatchObject({ error: 'StepFunctions.ExecutionAlreadyExistsException' });
  });
});
