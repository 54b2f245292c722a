import type { z } from 'zod';
import { jsonSchema } from '../../../schemas/json.ts';
import { type ToolAnswer, type ToolContext, toolEventSchema } from '../../../schemas/tool.ts';
import { describeError, errorName } from '../errors.ts';
import { costOfHops } from '../llm/hop-cost.ts';
import { safeParse } from '../parse.ts';
import { traced, traceIdsOf } from '../tracing.ts';
import { whenCancelled } from './cancellation.ts';
import { manifestOf, type Tool, ToolFailure, type ToolResult, type ToolRun } from './define-tool.ts';

/** The most a Lambda function may answer (6 MB, rounded down), whatever the policy says. */
const MAX_ANSWER_BYTES = 6_000_000;
const MAX_ISSUES = 10;

type AnyTool = Tool<z.ZodType, z.ZodType>;

/** The names a handler itself gives to errors; every other name comes from the tool. */
export const toolHandlerErrorNames = [
  'InvalidEvent',
  'InvalidInputs',
  'InvalidOutput',
  'OutputTooLarge',
  'TimeoutExceeded',
  'TaskCancelled',
  'ToolCrashed',
  'NotRun',
  'InDoubt',
] as const;

/**
 * A Lambda handler around a tool: parses the event and the inputs, holds the run to its deadline and its policy,
 * checks the output, and always answers `{status:"ok"|"error"}`; it never throws and never logs inputs.
 *
 * Give a function instead of a tool when the tool depends on the context (credentials for one workspace).
 * `{"operation": "describe"}` answers with the manifest, for a function that is registered by its tag.
 * `operation: "reconcile"` answers with the output of the earlier run, `NotRun` (safe to run again) or `InDoubt`.
 */
export function toolHandler<Inputs extends z.ZodType, Output extends z.ZodType>(
  tool: Tool<Inputs, Output> | ((context: ToolContext) => Tool<Inputs, Output>),
): (event: unknown) => Promise<ToolAnswer> {
  return async (event) => {
    try {
      if (isDescription(event)) return describe(tool);
      const parsed = safeParse(toolEventSchema, event);
      if (!parsed.success) {
        throw new ToolFailure(
          'InvalidEvent',
          `The tool was invoked wrongly: ${describeIssues(parsed.error, '')}.`,
        );
      }
      const context = parsed.data.tool_context;
      const chosen = (typeof tool === 'function' ? tool(context) : tool) as AnyTool;
      const inputs = parseInputs(chosen, parsed.data.inputs);
      const result = await traced(chosen.declaration.name, traceIdsOf(context), () =>
        withinTime(chosen, context, (run) =>
          parsed.data.operation === 'reconcile' ? reconcile(chosen, inputs, run) : chosen.run(inputs, run),
        ),
      );
      return answerOf(chosen, result, context);
    } catch (error) {
      return { status: 'error', error: errorOf(error), ...spentBy(error) };
    }
  };
}

const isDescription = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'operation' in event && event.operation === 'describe';

function describe<Inputs extends z.ZodType, Output extends z.ZodType>(
  tool: Tool<Inputs, Output> | ((context: ToolContext) => Tool<Inputs, Output>),
): ToolAnswer {
  if (typeof tool === 'function')
    throw new ToolFailure('InvalidEvent', 'This tool is made for each run and cannot describe itself.');
  return { status: 'ok', output: jsonSchema.parse(manifestOf((tool as AnyTool).declaration)) };
}

function parseInputs(tool: AnyTool, raw: unknown): unknown {
  const parsed = safeParse(tool.declaration.inputs, raw);
  if (parsed.success) return parsed.data;
  const { name } = tool.declaration;
  throw new ToolFailure(
    'InvalidInputs',
    `The inputs of ${name} are wrong: ${describeIssues(parsed.error, 'inputs')}.`,
  );
}

/** Its signal is made when the tool asks for it: to make one takes longer than a short run. */
class HandledRun implements ToolRun {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly subtask_id: string;
  readonly step_id: string;
  readonly idempotency_key: string;
  readonly policy: ToolRun['policy'];
  readonly deadline: Date;
  readonly files: ToolRun['files'];
  readonly #controller: AbortController;
  constructor(context: ToolContext, deadline: Date, controller: AbortController) {
    this.tenant_id = context.tenant_id;
    this.task_id = context.task_id;
    this.subtask_id = context.subtask_id;
    this.step_id = context.step_id;
    this.idempotency_key = context.idempotency_key;
    this.policy = context.policy;
    this.deadline = deadline;
    this.files = context.files ?? [];
    this.#controller = controller;
  }
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
}

async function withinTime(
  tool: AnyTool,
  context: ToolContext,
  work: (run: ToolRun) => Promise<ToolResult<unknown>>,
): Promise<ToolResult<unknown>> {
  const allowedMs = Math.min(context.policy.timeout_seconds, tool.declaration.timeout_seconds) * 1000;
  const deadline = new Date(Math.min(Date.parse(context.deadline), Date.now() + allowedMs));
  const milliseconds = deadline.getTime() - Date.now();
  if (milliseconds <= 0) throw timeoutExceeded(tool, 'its deadline had passed before it started', true);
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let stopLooking: () => void = () => undefined;
  try {
    return await new Promise((resolve, reject) => {
      const stop = (failure: ToolFailure): void => {
        // Rejected first: a tool that answers the abort with an error of its own must not be heard.
        reject(failure);
        controller.abort(failure);
      };
      timer = setTimeout(() => {
        const why = `it took more than ${(milliseconds / 1000).toFixed(1)} s`;
        stop(timeoutExceeded(tool, why, tool.declaration.idempotent));
      }, milliseconds);
      if (context.cancelled_url !== undefined)
        stopLooking = whenCancelled(context.cancelled_url, () => stop(taskCancelled(tool)));
      work(new HandledRun(context, deadline, controller)).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    stopLooking();
  }
}

/** Not retryable by itself when the stopped run may have had an effect that repeating would double. */
function timeoutExceeded(tool: AnyTool, why: string, retryable: boolean): ToolFailure {
  return new ToolFailure('TimeoutExceeded', `${tool.declaration.name} was stopped: ${why}.`, { retryable });
}

const taskCancelled = (tool: AnyTool): ToolFailure =>
  new ToolFailure('TaskCancelled', `${tool.declaration.name} was stopped: its task was cancelled.`);

async function reconcile(tool: AnyTool, inputs: unknown, run: ToolRun): Promise<ToolResult<unknown>> {
  const { name } = tool.declaration;
  const found = tool.reconcile === undefined ? 'unknown' : await tool.reconcile(inputs, run);
  if (found === 'not_run') {
    throw new ToolFailure(
      'NotRun',
      `The earlier run of ${name} took no effect; it is safe to run it again.`,
      {
        retryable: true,
      },
    );
  }
  if (found === 'unknown') {
    throw new ToolFailure(
      'InDoubt',
      `Whether the earlier run of ${name} took effect can't be known; check before repeating it.`,
    );
  }
  return found;
}

function answerOf(tool: AnyTool, result: ToolResult<unknown>, context: ToolContext): ToolAnswer {
  const { name, output: schema } = tool.declaration;
  const output = safeParse(schema, result.output);
  if (!output.success) {
    throw new ToolFailure(
      'InvalidOutput',
      `${name} answered against its own schema: ${describeIssues(output.error, 'output')}.`,
    );
  }
  const text = JSON.stringify(output.data) ?? 'null';
  refuseAbove(name, Buffer.byteLength(text), context.policy.max_output_bytes);
  const answer: ToolAnswer = {
    status: 'ok',
    output: JSON.parse(text),
    ...(result.files === undefined ? {} : { files: result.files }),
    ...(result.cost === undefined ? {} : { cost: result.cost }),
    ...(result.hops === undefined ? {} : { hops: result.hops.map((hop) => ({ ...hop })) }),
  };
  if (result.files !== undefined)
    refuseAbove(name, Buffer.byteLength(JSON.stringify(answer)), MAX_ANSWER_BYTES);
  return answer;
}

function refuseAbove(name: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new ToolFailure(
    'OutputTooLarge',
    `${name} produced ${bytes} bytes and may answer with ${limit}; ask for less, or write it to a file.`,
  );
}

function spentBy(error: unknown): Pick<ToolAnswer, 'cost' | 'hops'> {
  if (!(error instanceof ToolFailure) || error.hops.length === 0) return {};
  return { cost: costOfHops(error.hops), hops: error.hops.map((hop) => ({ ...hop })) };
}

function errorOf(error: unknown): { name: string; message: string; retryable: boolean } {
  if (error instanceof ToolFailure) {
    return { name: error.name, message: describeError(error), retryable: error.retryable };
  }
  // An unforeseen message may hold paths, hosts or secrets, so only the kind of error leaves the tool.
  const kind = errorName(error) ?? 'unknown error';
  return {
    name: 'ToolCrashed',
    message: `The tool failed in a way it does not foresee (${kind}).`,
    retryable: false,
  };
}

function describeIssues(error: z.ZodError, root: string): string {
  const lines = error.issues.slice(0, MAX_ISSUES).map((issue) => {
    const path = [root, ...issue.path.map(String)].filter((part) => part !== '').join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  const more = error.issues.length - MAX_ISSUES;
  return lines.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
