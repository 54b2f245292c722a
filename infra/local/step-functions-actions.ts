import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Engine, ExecutionDescription } from './engine/engine.ts';
import { stateMachineArn } from './engine/engine.ts';
import { EngineApiError } from './engine/errors.ts';

/** Takes a request's parsed body, gives the response's JSON text. @throws EngineApiError */
export type Action = (body: unknown) => string;

const arn = z.string().min(1).max(2048);
const token = z.object({ taskToken: z.string().min(1).max(2048) });

/** JSON 1.0 has times as seconds since the epoch. */
const seconds = (milliseconds: number): number => milliseconds / 1000;

/** The Step Functions operations that the office uses, by their API names. */
export function stepFunctionsActions(engine: Engine): Readonly<Record<string, Action>> {
  return {
    StartExecution: action(
      z.object({ stateMachineArn: arn, name: z.string().optional(), input: z.string().default('{}') }),
      ({ stateMachineArn: machine, name, input }) => {
        const start = engine.startExecution(machine, name ?? randomUUID(), input);
        return { executionArn: start.arn, startDate: seconds(start.started) };
      },
    ),
    StopExecution: action(
      z.object({
        executionArn: arn,
        error: z.string().max(256).optional(),
        cause: z.string().max(32_768).optional(),
      }),
      ({ executionArn, error, cause }) => ({
        stopDate: seconds(engine.stopExecution(executionArn, error, cause).stopped),
      }),
    ),
    DescribeExecution: action(z.object({ executionArn: arn }), ({ executionArn }) => {
      const execution = engine.describeExecution(executionArn);
      const included = { included: true };
      return {
        ...summary(execution),
        input: execution.input,
        inputDetails: included,
        ...('output' in execution && execution.output !== undefined
          ? { output: execution.output, outputDetails: included }
          : {}),
        ...('error' in execution ? { error: execution.error } : {}),
        ...('cause' in execution ? { cause: execution.cause } : {}),
      };
    }),
    ListExecutions: action(
      z.object({
        stateMachineArn: arn,
        statusFilter: z.string().optional(),
        maxResults: z.number().int().min(0).max(1000).optional(),
      }),
      ({ stateMachineArn: machine, statusFilter, maxResults }) => ({
        executions: engine.listExecutions(machine, statusFilter, maxResults || 100).map(summary),
      }),
    ),
    SendTaskSuccess: action(token.extend({ output: z.string() }), ({ taskToken, output }) => {
      engine.sendTaskSuccess(taskToken, output);
      return {};
    }),
    SendTaskFailure: action(
      token.extend({ error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() }),
      ({ taskToken, error, cause }) => {
        engine.sendTaskFailure(taskToken, error, cause);
        return {};
      },
    ),
    SendTaskHeartbeat: action(token, ({ taskToken }) => {
      engine.sendTaskHeartbeat(taskToken);
      return {};
    }),
  };
}

function summary(execution: ExecutionDescription) {
  return {
    executionArn: execution.arn,
    stateMachineArn: stateMachineArn(execution.machine),
    name: execution.name,
    status: execution.status,
    startDate: seconds(execution.started),
    ...('stopped' in execution ? { stopDate: seconds(execution.stopped) } : {}),
  };
}

function action<Schema extends z.ZodType>(
  schema: Schema,
  perform: (body: z.output<Schema>) => object,
): Action {
  return (body) => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return JSON.stringify(perform(parsed.data));
    const issue = parsed.error.issues[0];
    throw new EngineApiError('ValidationException', `${issue?.path.join('.')}: ${issue?.message}`);
  };
}
