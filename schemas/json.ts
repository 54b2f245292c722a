import { z } from 'zod';

/** Any JSON value, as it travels between states and over HTTP. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Deeper than any document of the office; what is deeper would overflow somebody's stack. */
const MAX_DEPTH = 200;

function isJson(value: unknown, depth = 0): value is Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      if (depth === MAX_DEPTH) return false;
      for (const item of Array.isArray(value) ? value : Object.values(value)) {
        if (item !== undefined && !isJson(item, depth + 1)) return false;
      }
      return true;
    default:
      return false;
  }
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * One pass over the value instead of zod's union per node: `z.json()` takes twenty times as long, on every event of
 * every state. In JSON Schema both are "anything" and "any object".
 */
export const jsonSchema: z.ZodType<Json> = z.any().refine((value) => isJson(value), 'is not a JSON value');
export const jsonObjectSchema: z.ZodType<JsonObject> = z
  .looseObject({})
  .refine(
    (value) => isObject(value) && isJson(value),
    'is not a JSON object',
  ) as unknown as z.ZodType<JsonObject>;
