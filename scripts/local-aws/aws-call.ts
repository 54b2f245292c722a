import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

/** One kind of call of a function: what it did to what. */
export interface AwsCall {
  /** The function's name, from AWS_SDK_UA_APP_ID. */
  readonly caller: string;
  /** An IAM action, such as `dynamodb:GetItem`. */
  readonly action: string;
  /** An ARN; the rest of an object's key after its tenant is `…`. */
  readonly resource: string;
  /** Set when a tool used the credentials of its run. */
  readonly session?: true;
}

export interface AwsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const HERE = 'us-east-1:000000000000';
const inputSchema = z.record(z.string(), z.unknown());
type Input = z.infer<typeof inputSchema>;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
type Found = readonly [action: string, resource: string];

function dynamodb(action: string, input: Input): Found[] {
  const arn = (table: string) => `arn:aws:dynamodb:${HERE}:table/${table}`;
  const items = inputSchema.safeParse(input['RequestItems']);
  if (items.success) return Object.keys(items.data).map((table) => [`dynamodb:${action}`, arn(table)]);
  const index = text(input['IndexName']);
  return [[`dynamodb:${action}`, `${arn(text(input['TableName']))}${index === '' ? '' : `/index/${index}`}`]];
}

function states(action: string, input: Input): Found[] {
  const machine = text(input['stateMachineArn']);
  if (machine !== '') return [[`states:${action}`, machine]];
  const execution = text(input['executionArn']);
  if (execution !== '') return [[`states:${action}`, execution.replace(/[^:]*$/, '…')]];
  // A token is not a resource.
  return [[`states:${action}`, '*']];
}

const byTarget: Readonly<Record<string, (action: string, input: Input) => Found[]>> = {
  DynamoDB_20120810: dynamodb,
  AWSStepFunctions: states,
  AmazonSQS: (action, input) => [
    [`sqs:${action}`, `arn:aws:sqs:${HERE}:${text(input['QueueUrl']).split('/').at(-1)}`],
  ],
  secretsmanager: (action, input) => [[`secretsmanager:${action}`, text(input['SecretId'])]],
};

const s3Actions: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  POST: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

function s3(method: string, url: URL): Found[] {
  const [, bucket = '', ...key] = decodeURIComponent(url.pathname).split('/');
  if (key.join('/') === '') return [['s3:ListBucket', `arn:aws:s3:::${bucket}`]];
  return [[s3Actions[method] ?? `s3:${method}`, `arn:aws:s3:::${bucket}/${key.slice(0, 2).join('/')}/…`]];
}

/** The service that a request is signed for: `Credential=AKIA/20260101/us-east-1/s3/aws4_request`. */
const signedFor = (authorization: string): string =>
  /Credential=[^/]+\/\d{8}\/[^/]*\/([^/]+)\/aws4_request/.exec(authorization)?.[1] ?? '';

function found(request: AwsRequest): Found[] {
  const url = new URL(request.url, 'http://local.aws');
  const [service = '', action = ''] = text(request.headers['x-amz-target']).split('.');
  const known = byTarget[service];
  if (known !== undefined) return known(action, inputSchema.parse(JSON.parse(request.body.toString('utf8'))));
  const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(url.pathname)?.[1];
  if (invoked !== undefined) {
    const name = decodeURIComponent(invoked).split(':').at(-1) ?? '';
    return [['lambda:InvokeFunction', `arn:aws:lambda:${HERE}:function:${name}`]];
  }
  switch (signedFor(text(request.headers.authorization))) {
    case 's3':
      return s3(request.method, url);
    case 'sts': {
      const form = new URLSearchParams(request.body.toString('utf8'));
      return [[`sts:${form.get('Action')}`, form.get('RoleArn') ?? '*']];
    }
    case 'sns': {
      const form = new URLSearchParams(request.body.toString('utf8'));
      return [[`sns:${form.get('Action')}`, form.get('TopicArn') ?? '*']];
    }
    default:
      return [[`unknown:${request.method}`, url.pathname]];
  }
}

/** What IAM would be asked about a request of a function; nothing for requests of others. */
export function callOf(request: AwsRequest): AwsCall[] {
  const agent = `${text(request.headers['user-agent'])} ${text(request.headers['x-amz-user-agent'])}`;
  // Powertools adds itself to a function's name, and has only itself to name in commands of this machine.
  const caller = /\bapp\/([\w-]+)/.exec(agent)?.[1]?.replace(/-?PT-NO-OP[\w-]*$/, '');
  if (caller === undefined || caller === '') return [];
  const session = text(request.headers.authorization).includes('Credential=ASIA');
  return found(request).map(([action, resource]) => ({
    caller,
    action,
    resource,
    ...(session ? { session: true as const } : {}),
  }));
}
