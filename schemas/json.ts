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
      return Array.isArray(value) ? isJsonArray(value, depth) : isJsonRecord(value as JsonObject, depth);
    default:
      return false;
  }
}

function isJsonArray(items: readonly unknown[], depth: number): boolean {
  for (const item of items) if (item !== undefined && !isJson(item, depth + 1)) return false;
  return true;
}

/** With `in`, because `Object.values` is a list for each object of each document. What is inherited isn't JSON's. */
function isJsonRecord(fields: Readonly<Record<string, unknown>>, depth: number): boolean {
  for (const name in fields) {
    const field = fields[name];
    if (field !== undefined && !isJson(field, depth + 1) && Object.hasOwn(fields, name)) return false;
  }
  return true;
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
