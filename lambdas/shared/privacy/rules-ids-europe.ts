/** National identification numbers of Europe. Rules: the issuing authorities' own descriptions of their check digits. */
import { digitsOf, ean13, isDate, luhn, mod11And10, remainder, weighted } from './check-digits.ts';
import { type Around, aDigit, isCalledOtherwise, type Rule } from './rule.ts';

/** Words that announce a person's number without naming the country's. */
export const idWords =
  /(?:\b(?:national|identity|identification|citizen|resident|personal|social|insurance|tax(?:payer)?|id[ -]?(?:no|nr|num|number|card|code)?|i\.d\.|nin|tin|document|ausweis|steuer|identité|identidad|identità|identidade)\b)[^\n]{0,30}$/i;

const compact = (value: string) => value.replace(/[^\dA-Za-z]/g, '').toUpperCase();
const checked =
  (valid: (characters: string) => boolean) =>
  (value: string, around: Around): boolean =>
    valid(compact(value)) && !isCalledOtherwise(around);

/** Germany's tax number: one digit of the first ten appears two or three times, the others once at most. */
function isSteuerId(digits: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of digits.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && mod11And10(digits);
}

/** Germany's pension insurance number: the letter counts as two digits, products as the sum of their digits. */
function isGermanPension(text: string): boolean {
  const letter = String(text.charCodeAt(8) - 64).padStart(2, '0');
  const digits = text.slice(0, 8) + letter + text.slice(9, 11);
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
  const sum = weights.reduce((total, weight, index) => {
    const product = weight * Number(digits[index]);
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  return sum % 10 === Number(text[11]);
}

/** France: key = 97 - number mod 97; Corsica's 2A and 2B count as 19 and 18. */
function isNir(text: string): boolean {
  const digits = text.replace('2A', '19').replace('2B', '18');
  return /^\d{15}$/.test(digits) && 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13));
}

const dniLetters = 'TRWAGMYFPDXBNJZSQVHLCKE';
function isDni(text: string): boolean {
  const number = text.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return dniLetters[Number(number) % 23] === text.at(-1);
}

/** Characters in odd places (counted from one) of a codice fiscale, by the ministry's table; even ones count plainly. */
const codiceOdd = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];
function isCodiceFiscale(text: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index += 1) {
    const character = text.charCodeAt(index);
    const value = character >= 65 ? character - 65 : character - 48;
    sum += index % 2 === 0 ? (codiceOdd[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === text[15];
}

function isPesel(digits: string): boolean {
  const month = Number(digits.slice(2, 4)) % 20;
  const date = isDate(digits.slice(0, 2), String(month).padStart(2, '0'), digits.slice(4, 6));
  return date && (10 - (weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === Number(digits[10]);
}

const isBsn = (digits: string) =>
  Number(digits) > 0 && weighted(digits.padStart(9, '0'), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;

function isBelgian(digits: string): boolean {
  const key = Number(digits.slice(9));
  const number = digits.slice(0, 9);
  return 97 - remainder(number, 97) === key || 97 - remainder(`2${number}`, 97) === key;
}

function isSwedish(digits: string): boolean {
  const ten = digits.slice(-10);
  const day = Number(ten.slice(4, 6)) % 60;
  return isDate(ten.slice(0, 2), ten.slice(2, 4), String(day).padStart(2, '0')) && luhn(ten);
}

const hetuLetters = '0123456789ABCDEFHJKLMNPRSTUVWXY';
function isHetu(value: string): boolean {
  const digits = value.slice(0, 6) + value.slice(7, 10);
  const date = isDate(digits.slice(4, 6), digits.slice(2, 4), digits.slice(0, 2));
  return date && hetuLetters[Number(digits) % 31] === value[10]?.toUpperCase();
}

function isNorwegian(digits: string): boolean {
  const day = Number(digits.slice(0, 2)) % 40;
  return (
    isDate(digits.slice(4, 6), digits.slice(2, 4), String(day).padStart(2, '0')) &&
    weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}

function isPortuguese(digits: string): boolean {
  const rest = 11 - (weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return (rest > 9 ? 0 : rest) === Number(digits[8]);
}

function isPps(text: string): boolean {
  const second = text[8] && text[8] !== 'W' ? text.charCodeAt(8) - 64 : 0;
  const rest = (weighted(text, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23;
  return (rest === 0 ? 'W' : String.fromCharCode(64 + rest)) === text[7];
}

function isTurkish(digits: string): boolean {
  const odd = weighted(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weighted(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
  const ninth = (((odd * 7 - even) % 10) + 10) % 10;
  return ninth === Number(digits[9]) && (odd + even + ninth) % 10 === Number(digits[10]);
}

function isRomanian(digits: string): boolean {
  const rest = weighted(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return (
    isDate(digits.slice(1, 3), digits.slice(3, 5), digits.slice(5, 7)) &&
    (rest === 10 ? 1 : rest) === Number(digits[12])
  );
}

function isNhs(digits: string): boolean {
  const rest = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return rest !== 10 && (rest === 11 ? 0 : rest) === Number(digits[9]);
}

function isSnils(digits: string): boolean {
  const sum = weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
  return (sum % 101) % 100 === Number(digits.slice(9));
}

function isAustrian(digits: string): boolean {
  return weighted(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(digits[3]);
}

function isBirthNumber(digits: string): boolean {
  const month = Number(digits.slice(2, 4)) % 50;
  const date = isDate(
    digits.slice(0, 2),
    String(month > 20 ? month - 20 : month).padStart(2, '0'),
    digits.slice(4, 6),
  );
  return (
    date &&
    (digits.length === 9 ||
      Number(digits) % 11 === 0 ||
      remainder(digits.slice(0, 9), 11) % 10 === Number(digits[9]))
  );
}

function isBaltic(digits: string): boolean {
  if (!isDate(digits.slice(1, 3), digits.slice(3, 5), digits.slice(5, 7))) return false;
  let rest = weighted(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  if (rest === 10) rest = weighted(digits, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
  return (rest === 10 ? 0 : rest) === Number(digits[10]);
}

const ids = (
  pattern: RegExp,
  valid: (characters: string) => boolean,
  words?: RegExp,
  needs?: RegExp,
): Rule => ({
  type: 'national_id',
  pattern,
  valid: checked(valid),
  ...(words ? { words } : {}),
  ...(needs ? { needs } : {}),
});

const near = (words: string): RegExp => new RegExp(`(?:${words})[^\\n]{0,30}$|${idWords.source}`, 'i');

export const europeanIdRules: readonly Rule[] = [
  // United Kingdom: National Insurance, NHS, tax reference.
  ids(
    /(?<![A-Za-z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?![A-Za-z0-9])/g,
    () => true,
  ),
  // Temporary references: ZZ, and a suffix of any letter.
  ids(/(?<![A-Za-z0-9])(?:ZZ|TN) ?\d{2} ?\d{2} ?\d{2} ?[A-Z](?![A-Za-z0-9])/g, () => true),
  {
    type: 'national_id',
    pattern: /(?<![A-Za-z0-9])[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d](?![A-Za-z0-9])/gi,
    words: /(?:nino|national insurance|\bni\b|nin\b)[^\n]{0,30}$/i,
  },
  ids(/(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-]|\.\d)/g, isNhs, /nhs[^\n]{0,30}$/i),
  {
    type: 'national_id',
    pattern: /(?<![\w.-])\d{5} ?\d{5}(?![\w-])/g,
    words: /\b(?:utr|unique taxpayer)[^\n]{0,30}$/i,
  },
  // Germany: tax number, pension insurance, identity card.
  ids(/(?<![\w.,/+-])[1-9]\d ?\d{3} ?\d{3} ?\d{3}(?![\w/-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isSteuerId),
  ids(/(?<![A-Za-z0-9])\d{2} ?[0-3]\d[01]\d{3} ?[A-Z] ?\d{3}(?![A-Za-z0-9])/g, isGermanPension),
  {
    type: 'national_id',
    pattern: /(?<![A-Za-z0-9])[CFGHJKLMNPRTVWXYZ0-9]{9}\d?D?(?![A-Za-z0-9])/g,
    needs: /ausweis|reisepass/i,
    words: /(?:personalausweis|ausweisnummer|reisepass)[^\n]{0,30}$/i,
    valid: (value) => /\d/.test(value),
  },
  // France, Spain, Italy, Portugal.
  ids(
    /(?<![\w.+-]|\d,)[12378][ .]?\d{2}[ .]?\d{2}[ .]?(?:\d{2}|2[AB])[ .]?\d{3}[ .]?\d{3}[ .-]?\d{2}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isNir,
  ),
  ids(/(?<![A-Za-z0-9.,-])(?:\d{2}\.\d{3}\.\d{3}|\d{8})[ -]?[A-HJ-NP-TV-Z](?![A-Za-z0-9])/g, isDni),
  ids(/(?<![A-Za-z0-9])[XYZ][ -]?\d{7}[ -]?[A-HJ-NP-TV-Z](?![A-Za-z0-9])/g, isDni),
  ids(/(?<![A-Za-z0-9])(?:\d{8}|[xyz]\d{7})-?[a-hj-np-tv-z](?![A-Za-z0-9])/g, isDni, near('dni|nie|nif')),
  ids(
    /(?<![A-Za-z0-9])[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z](?![A-Za-z0-9])/gi,
    isCodiceFiscale,
    undefined,
    aDigit,
  ),
  ids(
    /(?<![A-Za-z0-9])[A-Z]{3} [A-Z]{3} [0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2} [A-Z][0-9LMNP-V]{3}[A-Z](?![A-Za-z0-9])/gi,
    isCodiceFiscale,
    undefined,
    aDigit,
  ),
  ids(
    /(?<![\w.+-]|\d,)[1-35689]\d{2} ?\d{3} ?\d{3}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isPortuguese,
    near('nif|contribuinte'),
  ),
  ids(
    /(?<![\w.+-]|\d,)[0-3]\d{12}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    () => true,
    /(?:num[ée]ro fiscal|\bspi\b)[^\d\n]{0,20}$/i,
  ),
  // Benelux, Switzerland, Austria, Ireland.
  ids(
    /(?<![\w.+-]|\d,)\d{3,4}[ .]?\d{2,3}[ .]?\d{3}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    (digits) => /^\d{8,9}$/.test(digits) && isBsn(digits),
    near('bsn|burgerservice|sofi'),
  ),
  ids(/(?<![\w.+-]|\d,)\d{2}[.-]?\d{2}[.-]?\d{2}[ -]\d{3}[.-]\d{2}(?![\w-])/g, isBelgian),
  ids(
    /(?<![\w.+-]|\d,)\d{11}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isBelgian,
    /(?:rijksregister|registre national|\binsz\b|\bniss\b)[^\n]{0,30}$/i,
  ),
  ids(/(?<![\w.+-]|\d,)756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, ean13),
  ids(
    /(?<![\w.+-]|\d,)[1-9]\d{3}[ -]?\d{6}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isAustrian,
    near('svnr|sozialversicherung|e-?card'),
  ),
  ids(/(?<![A-Za-z0-9])\d{7}[A-W][A-IW]?(?![A-Za-z0-9])/g, isPps, near('pps|ppsn')),
  // North and east.
  ids(/(?<![\w.,/+-])(?:19|20)?\d{6}[-+]\d{4}(?![\w-])/g, (digits) => isSwedish(digits)),
  ids(
    /(?<![\w.,/+-])(?:19|20)\d{10}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isSwedish,
    near('personnummer|svensk'),
  ),
  {
    type: 'national_id',
    pattern: /(?<![A-Za-z0-9])[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?![A-Za-z0-9])/g,
    valid: isHetu,
  },
  ids(/(?<![\w.+-]|\d,)\d{6} ?\d{5}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isNorwegian),
  {
    type: 'national_id',
    pattern: /(?<![\w.,/+-])[0-3]\d[01]\d{3}[- ]?\d{4}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    words: near('cpr|personnummer|kennitala|personas kods?'),
    valid: (value) => isDate(value.slice(4, 6), value.slice(2, 4), value.slice(0, 2)),
  },
  ids(/(?<![\w.+-]|\d,)\d{11}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isPesel, near('pesel')),
  ids(
    /(?<![\w.+-]|\d,)[1-6]\d{10}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isBaltic,
    near('isikukood|asmens kodas'),
  ),
  ids(/(?<![\w.+-]|\d,)[1-8]\d{12}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isRomanian),
  ids(
    /(?<![\w.+-]|\d,)[1-9]\d{10}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isTurkish,
    near('t\\.?c\\.?|kimlik|tckn'),
  ),
  ids(
    /(?<![\w.+-]|\d,)\d{10}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    () => true,
    /(?:\begn\b|\bucn\b|егн)[^\d\n]{0,20}$/i,
  ),
  ids(/(?<![\w.+-]|\d,)\d{6}\/\d{3,4}(?![\w/-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isBirthNumber),
  ids(/(?<![\w.+-]|\d,)\d{11}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, mod11And10, near('oib')),
  ids(/(?<![\w.+-]|\d,)\d{3}-\d{3}-\d{3}[ -]\d{2}(?![\w-])/g, (text) => isSnils(digitsOf(text))),
  {
    type: 'national_id',
    pattern: /(?<![\w.+-]|\d,)\d{2} ?\d{2} ?\d{6}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    words: /(?:паспорт|russian passport)[^\n]{0,30}$/i,
  },
];
