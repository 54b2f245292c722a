import { describe, expect, it } from '@jest/globals';
import { prepareMachine, substitutePlaceholders } from '../../../../infra/local/engine/definition.ts';
import { officeParts } from '../../../../infra/local/parts.ts';
import type { JsonObject } from '../../../../schemas/json.ts';

const prepare = (States: JsonObject) =>
  prepareMachine({ StartAt: Object.keys(States)[0] ?? '', States }, { name: 'm', arn: 'arn:m' });
const lambda = 'arn:aws:lambda:us-east-1:000000000000:function:f';

describe('placeholders', () => {
  it('get their ARN inside quotes', () => {
    expect(substitutePlaceholders('{"a":"${Gate}"}', (name) => `arn:${name}`)).toBe('{"a":"arn:Gate"}');
  });

  it('without a value are refused by name', () => {
    expect(() => substitutePlaceholders('"${Nobody}"', () => undefined)).toThrow('uses ${Nobody}');
  });
});

describe('a definition', () => {
  it('stays as it was on its way to the library', () => {
    const source = {
      StartAt: 'A',
      States: { A: { Type: 'Task', Resource: lambda, ResultPath: '$', End: true } },
    };
    const before = structuredClone(source);

    prepareMachine(source, { name: 'm', arn: 'arn:m' });

    expect(source).toEqual(before);
  });

  it.each([
    [
      'an integration that is not there',
      { A: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true } },
      'sqs:sendMessage',
    ],
    [
      'an unknown context value',
      { A: { Type: 'Pass', InputPath: '$$.State.RetryCount', End: true } },
      'RetryCount',
    ],
    ['JSONata', { A: { Type: 'Pass', QueryLanguage: 'JSONata', End: true } }, 'JSONata'],
    ['an item reader', { A: { Type: 'Map', ItemReader: {}, ItemProcessor: {}, End: true } }, 'ItemReader'],
    [
      'two Tasks of one name',
      {
        A: { Type: 'Task', Resource: lambda, Next: 'M' },
        M: {
          Type: 'Map',
          ItemProcessor: { StartAt: 'A', States: { A: { Type: 'Task', Resource: lambda, End: true } } },
          End: true,
        },
      },
      '"A"',
    ],
  ])('with %s is refused when it is loaded', (_case, states: JsonObject, message) => {
    expect(() => prepare(states)).toThrow(message);
  });
});

describe('the office’s own machines', () => {
  it('run on the embedded engine, with every function they name', () => {
    const { machines, functions, taskMachine, dispatcher } = officeParts();

    for (const [name, source] of Object.entries(machines)) {
      const { tasks } = prepareMachine(source, { name, arn: `arn:${name}` });
      for (const { resource } of tasks.values()) {
        if (resource.kind === 'function') {
          expect(Object.keys(functions)).toContain(resource.functionArn.split(':').at(-1));
        }
      }
    }
    expect(Object.keys(machines)).toContain(taskMachine);
    expect(Object.keys(functions)).toContain(dispatcher);
  });
});
