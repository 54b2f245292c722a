import type { IncomingMessage } from 'node:http';

/** Requests by service and operation, e.g. `{dynamodb: {PutItem: 3}}`. */
export type RequestCounts = Record<'dynamodb' | 's3' | 'sqs', Record<string, number>>;

/** Counts requests since it was made. */
export class RequestCounter {
  readonly counts: RequestCounts = { dynamodb: {}, s3: {}, sqs: {} };

  count(service: keyof RequestCounts, operation: string): void {
    const counts = this.counts[service];
    counts[operation] = (counts[operation] ?? 0) + 1;
  }

  /** Counts a request of AWS's JSON protocols, which names its operation in a header: `DynamoDB_20120810.PutItem`. */
  countJson(service: keyof RequestCounts, { headers }: IncomingMessage): void {
    this.count(service, String(headers['x-amz-target'] ?? '').split('.')[1] ?? 'unknown');
  }

  countS3(request: IncomingMessage): void {
    this.count('s3', s3Operation(request));
  }
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'Get',
  HEAD: 'Head',
  PUT: 'Put',
  DELETE: 'Delete',
  POST: 'Post',
};

/** REST names its operations by method, path and query. */
function s3Operation({ method = '', url = '/', headers }: IncomingMessage): string {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const isObject = pathname.split('/').filter(Boolean).length > 1;
  if (method === 'GET' && !isObject) return 'ListObjects';
  if (method === 'POST' && searchParams.has('delete')) return 'DeleteObjects';
  if (method === 'PUT' && 'x-amz-copy-source' in headers) return 'CopyObject';
  return `${VERBS[method] ?? 'Other'}${isObject ? 'Object' : 'Bucket'}`;
}
