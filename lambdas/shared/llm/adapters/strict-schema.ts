/** What OpenAI's strict mode takes, by its structured-outputs guide: closed objects with every property required. */
import { type Json, type JsonObject, jsonObjectSchema } from '../../../../schemas/json.ts';

const unsupported = [
  'propertyNames',
  'patternProperties',
  'oneOf',
  'allOf',
  'not',
  'if',
  'default',
  'prefixItems',
];

/** Whether the schema can be enforced strictly; others are sent as guidance. */
export function isStrictSchema(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.every(isStrictSchema);
  if (schema === null || typeof schema !== 'object') return true;
  if (unsupported.some((keyword) => keyword in schema)) return false;
  const properties = jsonObjectSchema.safeParse(schema['properties'] ?? {});
  if (schema['type'] === 'object' || 'properties' in schema) {
    if (schema['additionalProperties'] !== false || !properties.success) return false;
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    if (Object.keys(properties.data).some((name) => !required.includes(name))) return false;
  }
  // An open schema says nothing that could be enforced.
  if (Object.keys(schema).length === 0) return false;
  const { properties: _, const: __, enum: ___, required: ____, ...rest } = schema;
  return (
    Object.values(properties.success ? properties.data : {}).every(isStrictSchema) &&
    Object.values(rest).every((value) => typeof value !== 'object' || isStrictSchema(value))
  );
}

/** Without the dialect's address, which some servers refuse. */
export function withoutMeta(schema: JsonObject): JsonObject {
  const { $schema: _, ...rest } = schema;
  return rest;
}
