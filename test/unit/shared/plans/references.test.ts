import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  findReferences,
  resolveReferences,
  UnresolvedReferenceError,
} from '../../../../lambdas/shared/plans/references.ts';
import type { Json } from '../../../../schemas/json.ts';

const outputs = new Map<string, Json>([
  ['read', { content: 'hello', rows: [{ price: 3 }, { price: 4.5 }] }],
  ['mean', 3.75],
]);

describe('references between steps', () => {
  it('keep the type of what they refer to when the string is nothing else', () => {
    expect(resolveReferences('${steps.read.output.rows}', outputs)).toEqual([{ price: 3 }, { price: 4.5 }]);
    expect(resolveReferences('${steps.read.output.rows.1.price}', outputs)).toBe(4.5);
    expect(resolveReferences('${steps.mean.output}', outputs)).toBe(3.75);
  });

  it('lead to steps whose ids have dots', () => {
    const dotted = new Map<string, Json>([['read.1', { output: { n: 7 } }]]);
    expect(resolveReferences('${steps.read.1.output.output.n}', dotted)).toBe(7);
    expect(findReferences('${steps.a.outputs.output} ${steps.b.output.output.x}')).toMatchObject([
      { step_id: 'a.outputs', path: [] },
      { step_id: 'b', path: ['output', 'x'] },
    ]);
  });

  it('are interpolated inside other text, structures as JSON', () => {
    expect(resolveReferences('mean: ${steps.mean.output} of ${steps.read.output.content}', outputs)).toBe(
      'mean: 3.75 of hello',
    );
    expect(resolveReferences('rows ${steps.read.output.rows.0}', outputs)).toBe('rows {"price":3}');
  });

  it('are found wherever they stand, with their place', () => {
    const found = findReferences({
      a: ['x', '${steps.read.output.content}'],
      b: { c: '${steps.mean.output}' },
    });
    expect(found.map(({ step_id, at }) => [step_id, at])).toEqual([
      ['read', 'a.1'],
      ['mean', 'b.c'],
    ]);
  });

  it('to missing steps or fields are named errors', () => {
    expect(() => resolveReferences('${steps.gone.output}', outputs)).toThrow(UnresolvedReferenceError);
    expect(() => resolveReferences('${steps.read.output.rows.7}', outputs)).toThrow(/"7"/);
  });

  it('never reach inherited properties', () => {
    expect(() => resolveReferences('${steps.read.output.constructor}', outputs)).toThrow(
      UnresolvedReferenceError,
    );
    expect(() => resolveReferences('${steps.read.output.__proto__}', outputs)).toThrow(
      UnresolvedReferenceError,
    );
  });

  it('are not made by resolving: output text is never resolved again', () => {
    const tricky = new Map<string, Json>([
      ['a', '${steps.secret.output}'],
      ['secret', 'leak'],
    ]);
    expect(resolveReferences('${steps.a.output}', tricky)).toBe('${steps.secret.output}');
    expect(resolveReferences('-${steps.a.output}-', tricky)).toBe('-${steps.secret.output}-');
  });

  it('leave values without references as they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('${steps.'));
        expect(resolveReferences(value as Json, new Map())).toEqual(value);
      }),
    );
  });
});
