import { describe, expect, it } from '@jest/globals';
import { compileTemplate } from '../../../../infra/local/engine/payload-template.ts';

const context = { Run: { Id: 'arn' }, Path: 'r' };

describe('a payload template', () => {
  it('takes values from the input and the context object, at any depth', () => {
    const template = compileTemplate({
      whole: { 'all.$': '$', 'id.$': '$$.Run.Id' },
      list: [1, null, { 'first.$': '$.a.b' }, ['$.a']],
      text: '$.a',
      'none.$': '$.nothing',
      'no.$': '$.no',
    });
    const input = { a: { b: 'x' }, nothing: null, no: false };

    expect(template?.(input, context)).toEqual({
      whole: { all: input, id: 'arn' },
      list: [1, null, { first: 'x' }, ['$.a']],
      text: '$.a',
      none: null,
      no: false,
    });
  });

  it('is left to the library when it has more than plain paths', () => {
    for (const path of [
      "States.Format('{}', $.a[0])",
      "States.Format('{}', 'b')",
      'States.UUID()',
      '$.a[0]',
      '$..b',
      "$['a']",
    ])
      expect(compileTemplate({ deep: [{ 'value.$': path }] })).toBeNull();
    expect(compileTemplate({ 'value.$': 1 })).toBeNull();
  });

  it('makes names of what plain paths lead to', () => {
    const template = compileTemplate({ 'name.$': "States.Format('{}_{}:{}', $$.Run.Id, $.a.b, $.n)" });

    expect(template?.({ a: { b: '$&' }, n: null }, context)).toEqual({ name: 'arn_$&:null' });
    expect(() => template?.({ a: { b: {} }, n: 1 }, context)).toThrow('expected argument 3 to be of type');
    expect(() => template?.({ a: {}, n: 1 }, context)).toThrow("'$.a.b' does not point to a value");
  });

  it('finds no length of texts and lists, which Step Functions does not know', () => {
    for (const a of ['text', [1, 2]])
      expect(() => compileTemplate({ 'n.$': '$.a.length' })?.({ a }, context)).toThrow('does not point to');
  });

  it('says which path leads nowhere', () => {
    expect(() => compileTemplate({ 'a.$': '$.a.toString' })?.({ a: 'x' }, context)).toThrow(
      "Path expression '$.a.toString' does not point to a value",
    );
  });
});
