import { OfficeError } from '../../lambdas/shared/errors.ts';

/** The office can't start; the message is one line that says what to do about it. */
export class OfficeStartError extends OfficeError {
  override readonly name = 'OfficeStartError';
}
