import { ConditionalCheckFailedException, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { shortCut } from '../short-cut.ts';
import type { AskDynamodb } from './channel.ts';
import { isPlainJson, marshalled, unmarshalled } from './items.ts';

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
    if (operation === undefined) return null;
    const { input } = command as DocumentCommand;
    const isPlain = isPlainJson(input);
    const asked = isPlain ? input : marshalled(input);
    if (asked === null) return null;
    const answer = await ask(operation, asked, isPlain);
    const body = answer.body as Record<string, unknown>;
    if (answer.status !== 200) throw exceptionOf(answer.status, body);
    return { $metadata: { httpStatusCode: 200 }, ...(answer.isPlain ? body : unmarshalled(body)) };
  });
}

function exceptionOf(status: number, { __type = '', message = '' }: { __type?: string; message?: string }) {
  const name = __type.split('#').at(-1) ?? '';
  const $metadata = { httpStatusCode: status };
  if (name === 'ConditionalCheckFailedException')
    return new ConditionalCheckFailedException({ message, $metadata });
  const $fault = status >= 500 ? 'server' : 'client';
  return new DynamoDBServiceException({ name, message, $fault, $metadata });
}
