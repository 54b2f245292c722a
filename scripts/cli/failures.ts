import { OfficeError } from '../../lambdas/shared/errors.ts';

/** What a command ends with; programs rely on these. */
export const exitCodes = { completed: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A failure whose message is all a person needs; `exitCode` is what the process ends with. */
export abstract class CommandError extends OfficeError {
  readonly exitCode: number = exitCodes.failed;
}

/** The command line, the settings or the files named on it are wrong. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
  override readonly exitCode = exitCodes.usage;
}

/** Nobody answers at the office's address. */
export class UnreachableError extends CommandError {
  override readonly name = 'UnreachableError';
  constructor(url: string, cause: unknown) {
    super(
      `No office answers at ${url} (${reasonOf(cause)}): start one with "npm start", or name another with --url.`,
      { cause },
    );
  }
}

/** The office refused or failed a request; made from its problem+json answer (RFC 9457). */
export class ApiError extends CommandError {
  override readonly name = 'ApiError';
  override readonly exitCode: number;
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
    this.exitCode = status >= 400 && status < 500 && status !== 429 ? exitCodes.usage : exitCodes.failed;
  }
}

/** AWS refused or failed a request of the command line itself. */
export class AwsError extends CommandError {
  override readonly name = 'AwsError';
}

/**
 * The failure a person can act on, when the AWS SDK threw it: without region or credentials it asks nobody, and every
 * error of a request carries `$metadata`. Null for anything else.
 */
export function awsFailure(error: unknown): CommandError | null {
  if (!(error instanceof Error)) return null;
  if (error.name === 'CredentialsProviderError' || error.message === 'Region is missing') {
    return new UsageError(
      `AWS can not be asked (${error.message.replace(/\.$/, '')}): set AWS_REGION, and credentials (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).`,
      { cause: error },
    );
  }
  if (!('$metadata' in error)) return null;
  return new AwsError(`AWS did not do it: ${error.name}: ${error.message || reasonOf(error)}`, {
    cause: error,
  });
}

/** fetch hides the reason of a refused connection in nested causes. */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('cause' in error && error.cause !== undefined) return reasonOf(error.cause);
  return 'message' in error ? String(error.message) : String(error);
}
