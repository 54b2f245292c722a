import type { z } from 'zod';
import { errorName, OfficeError } from './errors.ts';
import { safeParse } from './parse.ts';
import { identifyLines, logger } from './telemetry.ts';
import { traced, traceIdsOf } from './tracing.ts';

/** A state handed a role something else than they agreed on. */
export class InvalidEventError extends OfficeError {
  override readonly name = 'InvalidEventError';
}

/**
 * A store or queue failed or was out of capacity, also after the client's own tries. Every role may run again, so the
 * state machine tries the whole state later.
 */
export class StoreUnavailableError extends OfficeError {
  override readonly name = 'StoreUnavailableError';
  override readonly retryable = true;
}

/** The fields of an AWS client's error (https://smithy.io/2.0/aws/aws-core.html): whose fault, and whether to retry. */
interface ServiceFault {
  readonly $fault?: unknown;
  readonly $retryable?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'TimeoutError']);

function isUnavailable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { $fault, $retryable, $metadata } = error as ServiceFault;
  if ($fault !== undefined || $metadata !== undefined) {
    const status = $metadata?.httpStatusCode ?? 0;
    return $retryable !== undefined || $fault === 'server' || status >= 500 || status === 429;
  }
  return (
    BROKEN_CONNECTION.has(error.name) || BROKEN_CONNECTION.has(String((error as { code?: unknown }).code))
  );
}

/**
 * Keeps an error's name, which the state machine and runbooks go by. Its message was not written for whoever gave the
 * task, to whom it would go, and may hold hosts, keys or data: it is in the log.
 */
const unforeseen = (role: string, name: string, cause: unknown): Error =>
  Object.assign(new Error(`${role} failed in a way it does not foresee (${name}).`, { cause }), { name });

/** What a role needs of Lambda's context. */
export interface RoleContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/**
 * A Lambda handler that parses its event, runs the role and lets the office's errors through to the state machine; of
 * all others it gives the name.
 * @throws InvalidEventError naming the first field that is wrong
 */
export function roleHandler<Schema extends z.ZodType, Result>(
  role: string,
  schema: Schema,
  run: (event: z.output<Schema>, context: RoleContext) => Promise<Result>,
): (event: unknown, context: RoleContext) => Promise<Result> {
  return async (event, context) => {
    const parsed = safeParse(schema, event);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new InvalidEventError(
        `${role} got an invalid event: ${issue?.path.join('.')}: ${issue?.message}`,
      );
    }
    const ids = traceIdsOf(event);
    identifyLines({ ...ids, request_id: context.awsRequestId });
    try {
      return await traced(role, ids, () => run(parsed.data, context));
    } catch (error) {
      const key = event as { tenant_id?: unknown; task_id?: unknown; subtask_id?: unknown };
      logger.error(`${role} failed`, {
        role,
        tenant_id: key.tenant_id,
        task_id: key.task_id,
        subtask_id: key.subtask_id,
        request_id: context.awsRequestId,
        error:
          error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : error,
      } as Record<string, unknown>);
      if (error instanceof OfficeError) throw error;
      const kind = errorName(error) ?? 'Error';
      if (isUnavailable(error))
        throw new StoreUnavailableError(`${role} could not reach a store (${kind}).`, { cause: error });
      throw unforeseen(role, kind, error);
    }
  };
}
