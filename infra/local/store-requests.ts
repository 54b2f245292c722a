import type { IncomingMessage } from 'node:http';

/** Requests by service and operation, e.g. `{dynamodb: {PutItem: 3}}`. */
export type RequestCounts = Record<'dynamodb' | 's3' | 'sqs', Record<string, number>>;

const counts: RequestCounts = { dynamodb: {}, s3: {}, sqs: {} };

function count(service: keyof RequestCounts, operation: string): void {
  counts[service][operation] = (counts[service][operation] ?? 0) + 1;
}

/** The operation of a JSON protocol request: `DynamoDB_20120810.PutItem` → `PutItem`. */
function target(request: IncomingMessage): string {
  return String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? 'unknown';
}

export function countDynamodb(request: IncomingMessage): void {
  count('dynamodb', target(request));
}

export function countDynamodbOperation(operation: string): void {
  count('dynamodb', operation);
}

export function countSqs(request: IncomingMessage): void {
  count('sqs', target(request));
}

export function countSqsOperation(operation: string): void {
  count('sqs', operation);
}

/** REST names its operations by method, path and query. */
export function countS3(request: IncomingMessage): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
  const isObject = pathname.split('/').filter(Boolean).length > 1;
  const noun = isObject ? 'Object' : 'Bucket';
  const verbs: Record<string, string> = {
    GET: 'Get',
    HEAD: 'Head',
    PUT: 'Put',
    DELETE: 'Delete',
    POST: 'Post',
  };
  const verb = verbs[request.method ?? ''] ?? 'Other';
  if (request.method === 'GET' && !isObject) count('s3', 'ListObjects');
  else if (request.method === 'POST' && searchParams.has('delete')) count('s3', 'DeleteObjects');
  else if (request.method === 'PUT' && 'x-amz-copy-source' in request.headers) count('s3', 'CopyObject');
  else count('s3', `${verb}${noun}`);
}

export function requestCounts(): RequestCounts {
  return counts;
}
