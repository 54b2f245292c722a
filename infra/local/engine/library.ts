/** Entry to aws-local-stepfunctions, with what it needs and doesn't say. */
import './promise-with-resolvers.ts';
import { StateMachine } from 'aws-local-stepfunctions';

export {
  ExecutionError,
  type RunOptions,
  StateMachine,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';

type ErrorClass = new () => Error;
let timeoutClass: Promise<ErrorClass> | undefined;

/**
 * The library's own `States.Timeout` class. `States.TaskFailed` in a Retry or Catch must match every error
 * but a timeout, the library decides that with `instanceof`, and it doesn't export the class: so one is
 * made to happen, once per process, in about a millisecond.
 */
export function timeoutErrorClass(): Promise<ErrorClass> {
  timeoutClass ??= catchTimeout();
  return timeoutClass;
}

async function catchTimeout(): Promise<ErrorClass> {
  const resource = 'arn:aws:lambda:us-east-1:000000000000:function:sleeper';
  const machine = new StateMachine(
    {
      StartAt: 'Sleep',
      States: { Sleep: { Type: 'Task', Resource: resource, TimeoutSeconds: 0.001, End: true } },
    },
    { validationOptions: { noValidate: true } },
  );
  const never = new Promise<null>(() => undefined);
  const run = machine.run({}, { overrides: { taskResourceLocalHandlers: { Sleep: () => never } } });
  const failure: unknown = await run.result.then(
    () => undefined,
    (error: unknown) => error,
  );
  const timeout = failure instanceof Error ? failure.cause : undefined;
  if (timeout instanceof Error) return timeout.constructor as ErrorClass;
  throw new Error('aws-local-stepfunctions ended a Task at its timeout without a States.Timeout error.');
}
