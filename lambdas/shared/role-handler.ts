import type { z } from 'zod';
import { OfficeError } from './errors.ts';
import { logger } from './telemetry.ts';

/** A state handed a role something else than they agreed on. */
export class InvalidEventError extends OfficeError {
  override readonly name = 'InvalidEventError';
}

/** What a role needs of Lambda's context. */
export interface RoleContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/**
 * A Lambda handler that parses its event, runs the role and lets named errors through to the state machine.
 * @throws InvalidEventError naming the first field that is wrong
 */
export function roleHandler<Schema extends z.ZodType, Result>(
  role: string,
  schema: Schema,
  run: (event: z.output<Schema>, context: RoleContext) => Promise<Result>,
): (event: unknown, context: RoleContext) => Promise<Result> {
  return async (event, context) => {
    const parsed = schema.safeParse(event);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new InvalidEventError(
        `${role} got an invalid event: ${issue?.path.join('.')}: ${issue?.message}`,
      );
    }
    try {
      return await run(parsed.data, context);
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
      throw error;
    }
  };
}
