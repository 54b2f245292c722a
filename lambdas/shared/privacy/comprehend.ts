/**
 * Amazon Comprehend beside the office's own rules, for what has no form: names of people, addresses in prose.
 * Format: DetectPiiEntities in the Comprehend API reference.
 */
import { ComprehendClient, DetectPiiEntitiesCommand, type LanguageCode } from '@aws-sdk/client-comprehend';
import { tracedClient } from '../tracing.ts';
import type { Finding } from './detect.ts';
import type { SpanType } from './rule.ts';
import { type AskForPersonalData, PrivacyServiceError } from './service.ts';

/** What Comprehend calls them. Dates, ages and addresses of web pages identify nobody alone, and plans need them. */
const types: Readonly<Record<string, SpanType>> = {
  NAME: 'person',
  ADDRESS: 'address',
  EMAIL: 'email',
  PHONE: 'phone',
  USERNAME: 'person',
  PASSWORD: 'secret',
  PIN: 'secret',
  AWS_ACCESS_KEY: 'secret',
  AWS_SECRET_KEY: 'secret',
  CREDIT_DEBIT_NUMBER: 'card',
  CREDIT_DEBIT_CVV: 'secret',
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: 'iban',
  BANK_ACCOUNT_NUMBER: 'iban',
  IP_ADDRESS: 'ip',
  SSN: 'national_id',
  PASSPORT_NUMBER: 'national_id',
  DRIVER_ID: 'national_id',
  US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER: 'national_id',
  UK_NATIONAL_INSURANCE_NUMBER: 'national_id',
  UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER: 'national_id',
  UK_NATIONAL_HEALTH_SERVICE_NUMBER: 'national_id',
  CA_SOCIAL_INSURANCE_NUMBER: 'national_id',
  CA_HEALTH_NUMBER: 'national_id',
  IN_AADHAAR: 'national_id',
  IN_PERMANENT_ACCOUNT_NUMBER: 'national_id',
  IN_VOTER_NUMBER: 'national_id',
  IN_NREGA: 'national_id',
};

/** The service takes 100 KB; a quarter of that in UTF-16 units fits whatever the script. */
const PIECE = 25_000;
const MIN_SCORE = 0.5;
/** Shorter ones ("Al") would be replaced inside of other words. */
const SHORTEST = 3;

function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const rest = text.slice(from, from + PIECE);
    // Cut at a space, so that no name is cut, and never inside of a surrogate pair.
    const space = from + PIECE < text.length ? rest.lastIndexOf(' ') : -1;
    const isPair = /[\ud800-\udbff]$/.test(rest);
    const piece = space > PIECE / 2 ? rest.slice(0, space + 1) : isPair ? rest.slice(0, -1) : rest;
    pieces.push(piece);
    from += piece.length;
  }
  return pieces;
}

/** `language` is `en` or `es`, the ones that the service knows. */
export function askComprehend(deps: {
  readonly client: Pick<ComprehendClient, 'send'>;
  readonly language: LanguageCode;
}): AskForPersonalData {
  async function ask(piece: string): Promise<Finding[]> {
    const { Entities = [] } = await deps.client
      .send(new DetectPiiEntitiesCommand({ Text: piece, LanguageCode: deps.language }))
      .catch((cause: unknown) => {
        throw new PrivacyServiceError('Amazon Comprehend did not look at the prompt, so it was not sent.', {
          cause,
        });
      });
    // Offsets count characters; JavaScript's count UTF-16 units.
    const characters = [...piece];
    return Entities.flatMap(({ Type = '', Score = 0, BeginOffset = 0, EndOffset = 0 }) => {
      const type = types[Type];
      const value = characters.slice(BeginOffset, EndOffset).join('').trim();
      return type && Score >= MIN_SCORE && value.length >= SHORTEST ? [{ value, type }] : [];
    });
  }

  return async (texts) => {
    const pieces = [...new Set(texts.filter((text) => /\p{L}/u.test(text)).flatMap(piecesOf))];
    return (await Promise.all(pieces.map(ask))).flat();
  };
}

export const comprehendFromEnvironment = (language: 'en' | 'es'): AskForPersonalData =>
  askComprehend({ client: tracedClient(new ComprehendClient({})), language });
