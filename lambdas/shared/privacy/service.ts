/** A service that is asked for personal data besides the office's own rules. */
import { readEnvironment } from '../environment.ts';
import { OfficeError } from '../errors.ts';
import type { Finding } from './detect.ts';

/** Finds personal data by asking a service. @throws PrivacyServiceError: what was not looked at does not leave */
export type AskForPersonalData = (texts: readonly string[]) => Promise<readonly Finding[]>;

/** The service did not look at a prompt, so it was not sent. */
export class PrivacyServiceError extends OfficeError {
  override readonly name = 'PrivacyServiceError';
  override readonly retryable = true;
}

/**
 * `OFFICE_PII_SERVICE=comprehend` asks Amazon Comprehend before each call of a model that is not local. Its client is
 * loaded at the first call, and never without the setting.
 */
export function privacyServiceFromEnvironment(): AskForPersonalData {
  const { OFFICE_PII_SERVICE, OFFICE_PII_LANGUAGE } = readEnvironment([
    'OFFICE_PII_SERVICE',
    'OFFICE_PII_LANGUAGE',
  ]);
  if (OFFICE_PII_SERVICE === 'off') return async () => [];
  let ask: Promise<AskForPersonalData> | null = null;
  return async (texts) => {
    ask ??= import('./comprehend.ts').then((service) =>
      service.comprehendFromEnvironment(OFFICE_PII_LANGUAGE),
    );
    return (await ask)(texts);
  };
}
