import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonObjectSchema, jsonSchema } from '../../../schemas/json.ts';

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: [nested(depth - 1)] });

describe('a JSON value', () => {
  it('is whatever JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonSchema.safeParse(value).success).toBe(true);
        expect(jsonObjectSchema.safeParse({ value }).success).toBe(true);
      }),
    );
  });

  it.each([
    ['a function', () => 1],
    ['no number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a big integer', 1n],
    ['a symbol', Symbol('a')],
  ])('holds nowhere %s', (_, value) => {
    for (const holder of [value, [value], { a: value }, { a: [1, { b: value }] }])
      expect(jsonSchema.safeParse(holder).success).toBe(false);
    expect(jsonObjectSchema.safeParse({ a: { b: [value] } }).success).toBe(false);
  });

  it('may leave fields undefined, and inherit what is not JSON', () => {
    expect(jsonSchema.safeParse({ a: undefined, b: [undefined] }).success).toBe(true);
    expect(jsonSchema.safeParse({ a: Object.create({ inherited: () => 1 }) }).success).toBe(true);
  });

  it('is no deeper than 200', () => {
    expect(jsonSchema.safeParse(nested(100)).success).toBe(true);
    expect(jsonSchema.safeParse(nested(101)).success).toBe(false);
  });
});
