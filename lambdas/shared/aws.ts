/**
 * AWS clients, one per service and process, with connections kept alive between calls. Marked as pure, so that a
 * function's bundle holds only the clients that the function uses.
 * Endpoints come from the SDK's own settings (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`).
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { tracedClient } from './tracing.ts';

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export const documentClient = /* @__PURE__ */ once(() =>
  // Numbers are JSON's: beyond 2^53 they are written as they print and read as doubles again, never as BigInt.
  DynamoDBDocumentClient.from(tracedClient(new DynamoDBClient({})), {
    marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
    unmarshallOptions: { wrapNumbers: Number },
  }),
);
/** Path-style addresses, because local endpoints have no wildcard DNS. */
export const s3Client = /* @__PURE__ */ once(() =>
  tracedClient(new S3Client({ forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })),
);
/** The configured endpoint, not the queue URL's host: an emulator's host name may not resolve. */
export const sqsClient = /* @__PURE__ */ once(() =>
  tracedClient(new SQSClient({ useQueueUrlAsEndpoint: false })),
);
export const snsClient = /* @__PURE__ */ once(() => tracedClient(new SNSClient({})));
export const sfnClient = /* @__PURE__ */ once(() => tracedClient(new SFNClient({})));
export const lambdaClient = /* @__PURE__ */ once(() => tracedClient(new LambdaClient({})));
/** For tools: no retries by the client, as a repeated Invoke may repeat a side effect. */
export const toolClient = /* @__PURE__ */ once(() => tracedClient(new LambdaClient({ maxAttempts: 1 })));
