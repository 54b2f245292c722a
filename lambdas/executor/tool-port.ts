import { InvokeCommand, type LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { type ToolAnswer, type ToolEvent, toolAnswerSchema } from '../../schemas/tool.ts';
import { readEnvironment } from '../shared/environment.ts';
import { OfficeError } from '../shared/errors.ts';
import { safeParse } from '../shared/parse.ts';

/** The tool's function answered nothing: crashed, timed out or could not be reached. It may have had its effect. */
export class ToolLostError extends OfficeError {
  override readonly name = 'ToolLostError';
}

/** Lambda had no capacity; the tool certainly did not run. */
export class ToolThrottledError extends OfficeError {
  override readonly name = 'ToolThrottledError';
  override readonly retryable = true;
}

/** Runs a tool's function. */
export interface ToolPort {
  /** @throws ToolLostError ToolThrottledError */
  invoke(functionName: string, event: ToolEvent): Promise<ToolAnswer>;
}

/**
 * Tools as Lambda functions. The client must not retry by itself (`maxAttempts: 1`): a repeated Invoke repeats the
 * effect, and only the executor knows whether that is allowed.
 */
export function createLambdaToolPort(
  client: () => LambdaClient,
  /** Functions whose environments belong to one tenant each: their calls name the tenant. */
  tenantIsolated: ReadonlySet<string> = new Set(),
): ToolPort {
  return {
    async invoke(functionName, event) {
      let payload: string;
      let failed: string | undefined;
      try {
        const answer = await client().send(
          new InvokeCommand({
            FunctionName: functionName,
            Payload: JSON.stringify(event),
            ...(tenantIsolated.has(functionName) ? { TenantId: event.tool_context.tenant_id } : {}),
          }),
        );
        payload = answer.Payload?.transformToString() ?? '';
        failed = answer.FunctionError;
      } catch (cause) {
        if (cause instanceof TooManyRequestsException) {
          throw new ToolThrottledError('Lambda is at its concurrency limit.', { cause });
        }
        throw new ToolLostError('The function of the tool could not be reached or did not answer.', {
          cause,
        });
      }
      if (failed !== undefined)
        throw new ToolLostError('The tool crashed or ran out of time without an answer.');
      const parsed = safeParse(toolAnswerSchema, JSON.parse(payload));
      if (!parsed.success) throw new ToolLostError('The tool answered something that is not a tool answer.');
      return parsed.data;
    },
  };
}

/** The functions that TENANT_ISOLATED_FUNCTIONS names. */
export const tenantIsolatedFunctions = (): ReadonlySet<string> =>
  new Set(readEnvironment(['TENANT_ISOLATED_FUNCTIONS']).TENANT_ISOLATED_FUNCTIONS.split(','));
