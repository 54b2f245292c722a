import { type AttributeMap, fromAttributes, toAttributes, UnusualValueError } from './attributes.ts';

/** Members of an input or an output of DynamoDB's API, or of a part of one. */
export type Fields = Readonly<Record<string, unknown>>;

/** An input as DynamoDB's JSON protocol has it; null when it holds something that only the SDK can marshal. */
export const marshalled = (input: Fields): Fields | null =>
  unlessUnusual(() => mapFields(input, toAttributes));

/** An output with values in the place of attributes. */
export const unmarshalled = (output: Fields): Fields =>
  mapFields(output, (attributes) => fromAttributes(attributes as AttributeMap));

function unlessUnusual(map: () => Fields): Fields | null {
  try {
    return map();
  } catch (error) {
    if (error instanceof UnusualValueError) return null;
    throw error;
  }
}

/** Maps what are items, keys and values in inputs and outputs, by the API's names for them. */
function mapFields(fields: Fields, map: (values: object) => object): Fields {
  const mapped: Record<string, unknown> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined) continue;
    switch (name) {
      case 'Item':
      case 'Key':
      case 'Attributes':
      case 'ExclusiveStartKey':
      case 'LastEvaluatedKey':
      case 'ExpressionAttributeValues':
        mapped[name] = map(value as object);
        break;
      case 'Items':
      case 'Keys':
        mapped[name] = (value as object[]).map(map);
        break;
      case 'PutRequest':
      case 'DeleteRequest':
        mapped[name] = mapFields(value as Fields, map);
        break;
      case 'RequestItems':
      case 'Responses':
      case 'UnprocessedItems':
      case 'UnprocessedKeys':
        mapped[name] = mapTables(value as Fields, name, map);
        break;
      default:
        mapped[name] = value;
    }
  }
  return mapped;
}

/** By table: requests of a batch (a list of writes, or keys to get), or items. */
function mapTables(tables: Fields, field: string, map: (values: object) => object) {
  const each = (one: object): object => (field === 'Responses' ? map(one) : mapFields(one as Fields, map));
  const mapped: Record<string, unknown> = {};
  for (const table in tables) {
    const held = tables[table];
    mapped[table] = Array.isArray(held) ? held.map(each) : each(held as object);
  }
  return mapped;
}
