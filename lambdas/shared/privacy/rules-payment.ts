/** Payment cards and bank accounts. */
import { digitsOf, luhn, mod97 } from './check-digits.ts';
import { type Around, isCalledOtherwise, type Rule } from './rule.ts';

/** Issuer ranges of the networks, as they publish them, with the lengths they issue. */
const issuers: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|64[4-9]|65)/, [16, 19]],
  [/^35/, [16, 19]],
  [/^(?:30[0-5]|309|36|38|39)/, [14, 16]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:50|5[6-9]|6[0-9])/, [12, 13, 14, 15, 16, 17, 18, 19]],
  [/^220[0-4]/, [16]],
  [/^(?:9792|81[0-7]|82)/, [16]],
];

/** What people put between groups: no-break spaces and hyphens too. */
const gap = '[ .\\u00a0\\u202f\\u2011\\u2013-]';
const groups = new RegExp(
  `^(?:\\d{4}(${gap})\\d{4}\\1\\d{4}\\1\\d{1,4}(?:\\1\\d{1,3})?|\\d{4}(${gap})\\d{6}\\2\\d{4,5})$`,
);
const cardWords =
  /(?:card|visa|master|amex|american express|discover|maestro|jcb|diners|unionpay|credit|debit|karte|carte|tarjeta|carta|cart[aã]o|pan\b|payment|pay(?:ed|ing)? with|cc\b|cvv|card_?number)[^\d]{0,40}$/i;

/** Length of an IBAN by country: the SWIFT registry. */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The IBAN that the text begins with, with its separators; words may follow it. */
function ibanIn(text: string): string | null {
  const length = ibanLengths[text.slice(0, 2).toUpperCase()];
  if (length === undefined) return null;
  let seen = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (/[A-Za-z0-9]/.test(text[index] ?? '')) seen += 1;
    if (seen < length) continue;
    const next = text[index + 1];
    const value = text.slice(0, index + 1);
    return (next === undefined || !/[A-Za-z0-9]/.test(next)) && mod97(value.replace(/[^A-Za-z0-9]/g, ''))
      ? value
      : null;
  }
  return null;
}

function isCard(value: string, around: Around): boolean {
  const digits = digitsOf(value);
  const issued = issuers.some(([range, lengths]) => range.test(digits) && lengths.includes(digits.length));
  if (!issued || !luhn(digits)) return false;
  const isGrouped = /\D/.test(value);
  if (cardWords.test(around.before)) return true;
  if (isGrouped && !groups.test(value)) return false;
  if (isCalledOtherwise(around)) return false;
  // Maestro's ranges are wide; without a word for it only the usual lengths count.
  return digits.length >= 15 || isGrouped || /^(?:4|3[0689])/.test(digits);
}

/** The longest run of whole groups that is a card: a date or security code may follow it. */
function cardIn(text: string, around: Around): string | null {
  const ends = [...text.matchAll(/\D/g)].map((match) => match.index);
  for (const end of [text.length, ...ends.reverse()]) {
    const candidate = text.slice(0, end);
    if (isCard(candidate, around)) return candidate;
  }
  return null;
}

export const paymentRules: readonly Rule[] = [
  // In a table's row commas stand around the number; a comma after one to three digits is a decimal one.
  {
    type: 'card',
    pattern: new RegExp(
      `(?<![\\w./+-])(?<!(?:^|[^\\d,])\\d{1,3},)\\d(?:${gap}?\\d){11,22}(?![\\w]|\\.\\d)`,
      'g',
    ),
    exact: cardIn,
    groups: true,
  },
  {
    type: 'iban',
    pattern: new RegExp(`(?<![A-Za-z0-9])[A-Za-z]{2}\\d{2}(?:${gap}?[A-Za-z0-9]){11,30}`, 'g'),
    exact: ibanIn,
    groups: true,
  },
];
