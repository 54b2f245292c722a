/**
 * The base of every error the office throws on purpose.
 *
 * `name` is a literal set by each subclass, because ASL Retry and Catch match on it and bundles are minified.
 * `retryable` says whether the same call may succeed later without any change.
 */
export abstract class OfficeError extends Error {
  abstract override readonly name: string;
  readonly retryable: boolean = false;
}

/** What went wrong, in one line fit for a person; never a stack trace. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}

/** An error's name, when it is one plain word; null for anything else that was thrown. */
export function errorName(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('name' in error)) return null;
  return typeof error.name === 'string' && /^\w{1,60}$/.test(error.name) ? error.name : null;
}
