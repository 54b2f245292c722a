import { InvokeCommand } from '@aws-sdk/client-lambda';
import { SendTaskSuccessCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import {
  documentClient,
  lambdaClient,
  s3Client,
  sfnClient,
  sqsClient,
  toolClient,
} from '../../lambdas/shared/aws.ts';
import type { AnswerAws, AwsRequest } from './aws-server.ts';
import { shortCut } from './short-cut.ts';

/** What an SDK client looks like to those who change its middleware. */
interface Adjustable {
  readonly middlewareStack: {
    remove(name: string): boolean;
    add(middleware: Middleware, options: { step: 'finalizeRequest'; name: string }): void;
  };
  readonly config: { requestHandler: unknown };
}
type Next = (args: { request: { headers: Record<string, string> } }) => Promise<unknown>;
type Middleware = (next: Next) => Next;

/** Steps that tell AWS who calls, or log: a fifth of the CPU time of a call, and nobody reads it here. */
const IDLE_STEPS = ['getUserAgentMiddleware', 'recursionDetectionMiddleware', 'loggerMiddleware'] as const;
const SIGNING_STEP = 'httpSigningMiddleware';
/** dynalite wants a signature's form and checks no signature. */
const UNSIGNED =
  'AWS4-HMAC-SHA256 Credential=S3RVER/20200101/us-east-1/local/aws4_request, SignedHeaders=host, Signature=none';

/**
 * Makes this process's AWS clients cheap, as most of a local task's time is theirs: no idle steps, no signatures
 * for stores that don't check them, and no socket to the Step Functions and Lambda of this same process.
 * The calls and their answers stay what they are; handlers don't notice.
 */
export function slimClients(answers: AnswerAws): void {
  for (const make of [documentClient, sqsClient, sfnClient, lambdaClient, toolClient, s3Client]) {
    const { middlewareStack } = make() as unknown as Adjustable;
    for (const step of IDLE_STEPS) middlewareStack.remove(step);
  }
  for (const make of [documentClient, sqsClient, sfnClient, lambdaClient, toolClient]) {
    const { middlewareStack } = make() as unknown as Adjustable;
    if (!middlewareStack.remove(SIGNING_STEP)) continue;
    const unsigned: Middleware = (next) => (args) => {
      const { headers } = args.request;
      headers['authorization'] = UNSIGNED;
      headers['x-amz-date'] = '20200101T000000Z';
      return next(args);
    };
    middlewareStack.add(unsigned, { step: 'finalizeRequest', name: 'unsignedMiddleware' });
  }
  const requestHandler = directHandler(answers);
  for (const make of [sfnClient, lambdaClient, toolClient])
    (make() as unknown as Adjustable).config.requestHandler = requestHandler;
}

/**
 * Spares the calls that nearly every state makes the SDK's layers between a command and its bytes. What is not
 * answered well goes the usual way, for the SDK's own exceptions.
 */
export function askInProcess(answers: AnswerAws): void {
  shortCut(sfnClient(), async (command) => {
    if (command instanceof SendTaskSuccessCommand) {
      const done = await askStates(answers, 'SendTaskSuccess', command.input);
      return done === null ? null : { $metadata: { httpStatusCode: 200 } };
    }
    if (command instanceof StartExecutionCommand) {
      const started = await askStates(answers, 'StartExecution', command.input);
      if (started === null) return null;
      const { executionArn, startDate } = JSON.parse(started) as { executionArn: string; startDate: number };
      return { executionArn, startDate: new Date(startDate * 1000), $metadata: { httpStatusCode: 200 } };
    }
    return null;
  });
  for (const make of [lambdaClient, toolClient]) {
    shortCut(make(), async (command) => {
      if (!(command instanceof InvokeCommand)) return null;
      const { FunctionName = '', InvocationType, Payload = '' } = command.input;
      const { status, headers, body } = await answers({
        method: 'POST',
        path: `/2015-03-31/functions/${encodeURIComponent(FunctionName)}/invocations`,
        headers: { 'x-amz-invocation-type': InvocationType },
        body: typeof Payload === 'string' ? Payload : decoder.decode(Payload as Uint8Array),
      });
      if (status >= 300) return null;
      const FunctionError = headers['x-amz-function-error'];
      return {
        StatusCode: status,
        ...(FunctionError === undefined ? {} : { FunctionError }),
        Payload: Object.assign(Buffer.from(body), { transformToString: () => body }),
        $metadata: { httpStatusCode: status },
      };
    });
  }
}

/** The answer's text; null for a refusal. */
async function askStates(answers: AnswerAws, action: string, input: object): Promise<string | null> {
  const headers = { 'x-amz-target': `AWSStepFunctions.${action}` };
  const { status, body } = await answers({ method: 'POST', path: '/', headers, body: JSON.stringify(input) });
  return status === 200 ? body : null;
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const decoder = new TextDecoder();

/** A request handler of the SDK that asks in this process instead of over a socket. */
function directHandler(answers: AnswerAws) {
  return {
    handle: async ({ method, path, headers, body = '' }: SdkRequest) => {
      const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      const request: AwsRequest = {
        method,
        path,
        headers: Object.fromEntries(named),
        body: typeof body === 'string' ? body : decoder.decode(body),
      };
      const answer = await answers(request);
      const response = new DirectResponse(answer.status, answer.headers, Buffer.from(answer.body));
      return { response };
    },
    destroy: () => undefined,
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

/** The SDK recognizes a response by its fields. */
class DirectResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  constructor(statusCode: number, headers: Readonly<Record<string, string>>, body: Uint8Array) {
    this.statusCode = statusCode;
    this.headers = { ...headers };
    this.body = body;
  }
}
