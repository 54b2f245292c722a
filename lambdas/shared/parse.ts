import { z } from 'zod';

/** Compiling takes as long as some fifty parses save: a function that has just started, or soon ends, is spared it. */
const USES_BEFORE_COMPILING = 50;

const known = new WeakMap<z.ZodType, { uses: number; schema: z.ZodType }>();

/**
 * The schema itself, and when it is used often, with a function that zod generated from it: that makes the same output
 * of valid values, without an object per field. What the function refuses, the schema itself refuses with its errors.
 */
function inUse<Schema extends z.ZodType>(schema: Schema): Schema {
  let entry = known.get(schema);
  if (entry === undefined) {
    entry = { uses: 0, schema };
    known.set(schema, entry);
  }
  if (entry.uses < USES_BEFORE_COMPILING && ++entry.uses === USES_BEFORE_COMPILING)
    entry.schema = z.compile(schema);
  return entry.schema as Schema;
}

/**
 * `schema.parse(value)` for schemas that are used again and again.
 * @throws ZodError when the value is not of the schema
 */
export const parse = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> =>
  inUse(schema).parse(value);

/** `schema.safeParse(value)` for schemas that are used again and again. */
export const safeParse = <Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.ZodSafeParseResult<z.output<Schema>> => inUse(schema).safeParse(value);
