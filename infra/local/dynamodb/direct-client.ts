import { ConditionalCheckFailedException, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { shortCut } from '../short-cut.ts';
import type { Dynamodb, DynamodbAnswer } from './dynamodb.ts';
import { type Fields, marshalled, unmarshalled } from './items.ts';

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
 * Answers a request whose items hold JavaScript's values, as the document client's commands and outputs do; null for what
 * only the SDK can marshal.
 */
export type AskDynamodb = (operation: string, input: Fields) => Promise<DynamodbAnswer> | null;

/**
 * Lets a document client ask DynamoDB without HTTP and without the SDK's layers between a command and its bytes.
 * Commands, answers and exceptions stay what they are; what is unusual goes the usual way.
 */
export function askDirectly(client: DynamoDBDocumentClient, ask: AskDynamodb): void {
  shortCut(client, async (command) => {
    const operation = OPERATIONS[command.constructor.name];
    const asked = operation === undefined ? null : ask(operation, (command as DocumentCommand).input);
    if (asked === null) return null;
    const { status, body } = await asked;
    if (status !== 200) throw exceptionOf(status, body as Record<string, string>);
    return { $metadata: { httpStatusCode: 200 }, ...(body as Fields) };
  });
}

/** Asks a DynamoDB that takes and gives attribute values. */
export function askHere(answer: Dynamodb['answer']): AskDynamodb {
  return (operation, input) => {
    const asked = marshalled(input);
    if (asked === null) return null;
    return answer(operation, asked).then(
      ({ status, body }) => ({ status, body: status === 200 ? unmarshalled(body as Fields) : body }),
      // As over HTTP: a full disk, or a process that ends, is the service's fault, and another try may succeed.
      (error: unknown) => ({ status: 500, body: { __type: 'InternalServerError', message: String(error) } }),
    );
  };
}

function exceptionOf(status: number, { __type = '', message = '' }: { __type?: string; message?: string }) {
  const name = __type.split('#').at(-1) ?? '';
  const $metadata = { httpStatusCode: status };
  if (name === 'ConditionalCheckFailedException')
    return new ConditionalCheckFailedException({ message, $metadata });
  const $fault = status >= 500 ? 'server' : 'client';
  return new DynamoDBServiceException({ name, message, $fault, $metadata });
}
