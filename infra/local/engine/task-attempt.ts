import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../../schemas/json.ts';
import type { FinishedExecution } from './archive.ts';
import type { TaskState } from './definition.ts';
import type { Execution } from './execution.ts';
import type { ExecutionHost, Invocation } from './execution-host.ts';
import type { IssuedToken, JournalLine, Outcome, RecordedAttempt } from './journal.ts';
import { after } from './timers.ts';

/** Step Functions' limit for what passes between states, in bytes. */
const LARGEST_RESULT = 262_144;

/** Ends an attempt; `text` is its result as JSON text, when that is there. */
export type Settle = (outcome: Outcome, text?: string) => void;

export interface AttemptRequest {
  readonly task: TaskState;
  readonly call: Json;
  /** `call` as JSON text, with the placeholder where the task token belongs. */
  readonly text: string;
  readonly recorded: RecordedAttempt;
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
  readonly execution: Execution;
  readonly host: ExecutionHost;
  readonly note: (line: (key: string) => JournalLine) => boolean;
  readonly settle: Settle;
  readonly newToken: () => IssuedToken;
}

export interface AttemptHandle {
  /** The holder of the token is alive: its heartbeat deadline starts again. */
  readonly beat: () => void;
  /** Gives up timers and tokens; the attempt has ended. */
  readonly release: () => void;
}

/** Performs one attempt of a Task state; `settle` is called once, now or much later. */
export function performAttempt(request: AttemptRequest): AttemptHandle {
  const { task, settle } = request;
  switch (task.resource.kind) {
    case 'function': {
      const cancel = deadline(request, request.timeoutSeconds);
      void invoke(request, task.resource.functionArn, request.text, (result, text) =>
        settle({ result }, text),
      );
      return { beat: () => undefined, release: cancel };
    }
    case 'invoke': {
      const cancel = deadline(request, request.timeoutSeconds);
      const { functionArn, payload } = invocationOf(request.call);
      void invoke(request, functionArn, payload, (Payload) =>
        settle({ result: { ExecutedVersion: '$LATEST', Payload, StatusCode: 200 } }),
      );
      return { beat: () => undefined, release: cancel };
    }
    case 'invoke-and-wait':
      return waitForToken(request);
    case 'start-execution-and-wait':
      return waitForChild(request);
  }
}

function waitForToken(request: AttemptRequest): AttemptHandle {
  const { host, recorded } = request;
  const token = recorded.token ?? request.newToken();
  if (recorded.token === undefined) request.note((key) => ({ type: 'token', key, token }));
  const age = (host.now() - token.issued) / 1000;
  const remaining = request.timeoutSeconds === undefined ? undefined : request.timeoutSeconds - age;
  const cancelDeadline = deadline(request, remaining);
  let cancelHeartbeat = deadline(request, request.heartbeatSeconds);
  if (recorded.invoked !== true) {
    const { functionArn, payload } = invocationOf(
      JSON.parse(request.text.replaceAll(host.tokenPlaceholder, token.token)),
    );
    void invoke(request, functionArn, payload, () => request.note((key) => ({ type: 'invoked', key })));
  }
  return {
    beat: () => {
      cancelHeartbeat();
      cancelHeartbeat = deadline(request, request.heartbeatSeconds);
    },
    release: () => {
      cancelDeadline();
      cancelHeartbeat();
      host.dropToken(token.token);
    },
  };
}

function waitForChild(request: AttemptRequest): AttemptHandle {
  const { host, recorded, settle, execution } = request;
  const call = request.call as JsonObject;
  const machineArn = String(call.StateMachineArn);
  const input = call.Input ?? {};
  const name =
    typeof call.Name === 'string' ? call.Name : (recorded.child?.split(':').at(-1) ?? randomUUID());
  const arn = recorded.child ?? host.childArn(machineArn, name);
  if (recorded.child === undefined) request.note((key) => ({ type: 'child', key, arn }));
  const cancel = deadline(request, request.timeoutSeconds, () => host.stopChild(arn));
  host.startChild(execution, { machineArn, name, input, again: recorded.child !== undefined }).then(
    (child) => settleWithChild(settle, child, machineArn),
    (error: Error) => settle({ error: `StepFunctions.${error.name}Exception`, cause: error.message }),
  );
  return { beat: () => undefined, release: cancel };
}

/** The result of `startExecution.sync:2`: a description with Input and Output as JSON, or `States.TaskFailed`. */
function settleWithChild(settle: Settle, child: FinishedExecution, stateMachineArn: string): void {
  const { output, error, cause } = child;
  const isDone = child.status === 'SUCCEEDED';
  const text = jsonOf({
    ExecutionArn: JSON.stringify(child.arn),
    Input: child.input,
    InputDetails: '{"Included":true}',
    Name: JSON.stringify(child.name),
    StartDate: String(child.started),
    StateMachineArn: JSON.stringify(stateMachineArn),
    Status: JSON.stringify(child.status),
    StopDate: String(child.stopped),
    ...(isDone ? { Output: output ?? 'null', OutputDetails: '{"Included":true}' } : {}),
    ...(isDone || error === undefined ? {} : { Error: JSON.stringify(error) }),
    ...(isDone || cause === undefined ? {} : { Cause: JSON.stringify(cause) }),
  });
  if (isDone) settle(outcomeOf(text), text);
  else settle({ error: 'States.TaskFailed', cause: text });
}

/** An object as JSON text, of members that are JSON text. */
function jsonOf(members: Readonly<Record<string, string>>): string {
  return `{${Object.entries(members)
    .map(([name, text]) => `"${name}":${text}`)
    .join(',')}}`;
}

async function invoke(
  request: AttemptRequest,
  functionArn: string,
  payload: string,
  succeed: (result: Json, text: string) => void,
): Promise<void> {
  const answer: Invocation = await request.host.invoke(functionArn, payload);
  if (!answer.ok) {
    const { errorType, errorMessage, trace } = answer;
    request.settle({ error: errorType, cause: JSON.stringify({ errorMessage, errorType, trace }) });
    return;
  }
  const outcome = outcomeOf(answer.payload);
  if ('error' in outcome) request.settle(outcome);
  else succeed(outcome.result, answer.payload);
}

function outcomeOf(text: string): Outcome {
  // Three bytes is the most that a unit of a string becomes in UTF-8, so most results need no counting.
  if (text.length * 3 <= LARGEST_RESULT || Buffer.byteLength(text) <= LARGEST_RESULT)
    return { result: JSON.parse(text) as Json };
  return {
    error: 'States.DataLimitExceeded',
    cause: `The task returned ${Buffer.byteLength(text)} bytes; at most ${LARGEST_RESULT} may pass between states.`,
  };
}

function invocationOf(call: Json): { functionArn: string; payload: string } {
  const { FunctionName, Payload = {} } = call as JsonObject;
  return { functionArn: String(FunctionName), payload: JSON.stringify(Payload) };
}

/** Ends the attempt with `States.Timeout` after so many seconds; without a number there is no deadline. */
function deadline(request: AttemptRequest, seconds: number | undefined, also?: () => void): () => void {
  if (seconds === undefined) return () => undefined;
  return after(seconds * 1000, () => {
    request.settle({ error: 'States.Timeout', cause: '' });
    also?.();
  });
}
