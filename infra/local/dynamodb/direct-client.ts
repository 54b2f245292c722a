import { ConditionalCheckFailedException, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { shortCut } from '../short-cut.ts';
import { type AttributeMap, fromAttributes, toAttributes, UnusualValueError } from './attributes.ts';
import type { AskDynamodb } from './channel.ts';

interface DocumentCommand {
  readonly input: Readonly<Record<string, unknown>>;
}

/** The document client's commands and the operations they stand for. */
const OPERATIONS: Readonly<Record<string, string>> = {
  BatchGetCommand: 'BatchGetItem',
  BatchWriteCommand: 'BatchWriteItem',
  DeleteCommand: 'DeleteItem',
  GetCommand: 'GetItem',
  PutCommand: 'PutItem',
  QueryCommand: 'Query',
  ScanCommand: 'Scan',
  UpdateCommand: 'UpdateItem',
};

/**
 * Lets a document client ask DynamoDB without HTTP and without the SDK's layers between a command and its bytes.
 * Commands, answers and exceptions stay what they are; what is unusual goes the usual way.
 */
export function askDirectly(client: DynamoDBDocumentClient, ask: AskDynamodb): void {
  shortCut(client, async (command) => {
    const operation = OPERATIONS[command.constructor.name];
    const input = operation === undefined ? null : marshalled((command as DocumentCommand).input);
    if (operation === undefined || input === null) return null;
    const { status, body } = await ask(operation, input);
    if (status !== 200) throw exceptionOf(status, body as { __type?: string; message?: string });
    return { $metadata: { httpStatusCode: 200 }, ...unmarshalled(body as Record<string, unknown>) };
  });
}

/** Null when the input holds something that only the SDK can marshal. */
function marshalled(input: DocumentCommand['input']): Record<string, unknown> | null {
  try {
    return mapFields(input, toAttributes);
  } catch (error) {
    if (error instanceof UnusualValueError) return null;
    throw error;
  }
}

const unmarshalled = (output: Record<string, unknown>): Record<string, unknown> =>
  mapFields(output, (attributes) => fromAttributes(attributes as AttributeMap));

/** Maps what are items, keys and values in inputs and outputs, by the API's names for them. */
function mapFields(
  fields: Readonly<Record<string, unknown>>,
  map: (values: object) => object,
): Record<string, unknown> {
  const mapped: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
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
        mapped[name] = mapFields(value as Record<string, unknown>, map);
        break;
      case 'RequestItems':
      case 'Responses':
      case 'UnprocessedItems':
      case 'UnprocessedKeys':
        mapped[name] = mapTables(value as Record<string, unknown>, name, map);
        break;
      default:
        mapped[name] = value;
    }
  }
  return mapped;
}

/** By table: requests of a batch (a list of writes, or keys to get), or items. */
function mapTables(
  tables: Readonly<Record<string, unknown>>,
  field: string,
  map: (values: object) => object,
) {
  const each = (one: object): object => (field === 'Responses' ? map(one) : mapFields({ ...one }, map));
  return Object.fromEntries(
    Object.entries(tables).map(([table, held]) => [
      table,
      Array.isArray(held) ? held.map(each) : each(held as object),
    ]),
  );
}

function exceptionOf(status: number, { __type = '', message = '' }: { __type?: string; message?: string }) {
  const name = __type.split('#').at(-1) ?? '';
  const $metadata = { httpStatusCode: status };
  if (name === 'ConditionalCheckFailedException')
    return new ConditionalCheckFailedException({ message, $metadata });
  const $fault = status >= 500 ? 'server' : 'client';
  return new DynamoDBServiceException({ name, message, $fault, $metadata });
}
