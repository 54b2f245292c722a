/** National identification numbers outside Europe. Rules: the issuing authorities' own descriptions. */
import { brazilian, digitsOf, isDate, luhn, verhoeff, weighted } from './check-digits.ts';
import { type Around, aDigit, isCalledOtherwise, type Rule } from './rule.ts';
import { idWords } from './rules-ids-europe.ts';

const compact = (value: string) => value.replace(/[^\dA-Za-z]/g, '').toUpperCase();
const near = (words: string): RegExp => new RegExp(`(?:${words})[^\\n]{0,30}$|${idWords.source}`, 'i');
const ids = (
  pattern: RegExp,
  valid: (characters: string, around: Around) => boolean,
  words?: RegExp,
  needs?: RegExp,
): Rule => ({
  type: 'national_id',
  pattern,
  valid: (value, around) => !isCalledOtherwise(around) && valid(compact(value), around),
  ...(words ? { words } : {}),
  ...(needs ? { needs } : {}),
});

/** Issued areas only: never 000, 666 or 9xx (those are ITINs, with groups from 50); no zero group or serial. */
function isSsn(digits: string): boolean {
  const [area, group, serial] = [digits.slice(0, 3), digits.slice(3, 5), digits.slice(5)];
  if (group === '00' || serial === '0000' || area === '000' || area === '666') return false;
  return Number(area) < 900 || Number(group) >= 50;
}

function isChinese(text: string): boolean {
  if (!isDate(text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)) || Number(text.slice(6, 10)) < 1880)
    return false;
  const sum = weighted(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return '10X98765432'[sum % 11] === text[17];
}

const isCpf = (digits: string) => brazilian(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]);
const isCnpj = (text: string) => {
  if (/^(.)\1*$/.test(text)) return false;
  const check = (weights: readonly number[]) => {
    const sum = weights.reduce((total, weight, index) => total + weight * (text.charCodeAt(index) - 48), 0);
    return sum % 11 < 2 ? 0 : 11 - (sum % 11);
  };
  const weights = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  return check(weights) === Number(text[12]) && check([6, ...weights]) === Number(text[13]);
};

const isTfn = (digits: string) =>
  digits.length === 9
    ? weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0
    : weighted(digits, [10, 7, 8, 4, 6, 3, 5, 1]) % 11 === 0;
const isMedicare = (digits: string) => weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(digits[8]);

const isSouthAfrican = (digits: string) =>
  isDate(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)) && luhn(digits);

const curpCharacters = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';
function isCurp(text: string): boolean {
  let sum = 0;
  for (let index = 0; index < 17; index += 1) sum += curpCharacters.indexOf(text[index] ?? '') * (18 - index);
  const isBorn = isDate(text.slice(4, 6), text.slice(6, 8), text.slice(8, 10));
  return isBorn && (10 - (sum % 10)) % 10 === Number(text[17]);
}

function isTaiwanese(text: string): boolean {
  const place = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(text[0] ?? '') + 10;
  const sum =
    Math.floor(place / 10) + (place % 10) * 9 + weighted(text.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1]);
  return sum % 10 === 0;
}

function isHongKong(text: string): boolean {
  const padded = text.padStart(9, ' ');
  let sum = 0;
  for (let index = 0; index < 8; index += 1) {
    const character = padded[index] ?? ' ';
    const value = character === ' ' ? 36 : Number.parseInt(character, 36);
    sum += value * (9 - index);
  }
  const rest = (11 - (sum % 11)) % 11;
  return (rest === 10 ? 'A' : String(rest)) === padded[8];
}

function isSingaporean(text: string): boolean {
  const first = text[0] ?? '';
  const offset = { T: 4, G: 4, M: 3 }[first] ?? 0;
  const rest = (weighted(text.slice(1), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  const letters = first === 'M' ? 'XWUTRQPNJLK' : 'FG'.includes(first) ? 'XWUTRQPNMLK' : 'JZIHGFEDCBA';
  // Newer M numbers run the table backwards.
  return letters[rest] === text[8] || (first === 'M' && letters[10 - rest] === text[8]);
}

const isThai = (digits: string) =>
  (11 - (weighted(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(digits[12]);

function isMyNumber(digits: string): boolean {
  const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest <= 1 ? 0 : 11 - rest) === Number(digits[11]);
}

const isCuit = (digits: string) => {
  const rest = 11 - (weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return (rest === 11 ? 0 : rest === 10 ? 9 : rest) === Number(digits[10]);
};

function isRut(text: string): boolean {
  let sum = 0;
  const number = text.slice(0, -1);
  for (let index = 0; index < number.length; index += 1)
    sum += Number(number[number.length - 1 - index]) * (2 + (index % 6));
  const rest = 11 - (sum % 11);
  return (rest === 11 ? '0' : rest === 10 ? 'K' : String(rest)) === text.at(-1);
}

const isRussianTax = (digits: string) =>
  (weighted(digits, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(digits[10]) &&
  (weighted(digits, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(digits[11]);

const hasDigit = (text: string) => /\d/.test(text);

export const worldIdRules: readonly Rule[] = [
  // United States.
  ids(/(?<![\w.-])\d{3}-\d{2}-\d{4}(?![\w-]|\.\d)/g, isSsn),
  ids(/(?<![\w.+-]|\d,)(?<!\d )\d{3} \d{2} \d{4}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d)| \d)/g, isSsn),
  ids(
    /(?<![\w.+-]|\d,)\d{3}[ .–]?\d{2}[ .–]?\d{4}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    (text) => isSsn(digitsOf(text)),
    /(?:\bssn\b|social[ -]?security|\bitin\b|\bss ?#|\btin\b)[^\n]{0,30}$/i,
  ),
  {
    type: 'national_id',
    pattern: /(?<=\bSSN)\d{3}-\d{2}-\d{4}(?![\w-])/gi,
    needs: /ssn/i,
  },
  ids(
    /(?<![\w.+-]|\d,)\d{2}-\d{7}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    hasDigit,
    /(?:\bf?ein\b|employer id|\btax[ -]?(?:payer)?[ -]?id|\btin\b)[^\n]{0,30}$/i,
  ),
  // Canada.
  ids(/(?<![\w.+-]|\d,)\d{3}-\d{3}-\d{3}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, luhn),
  ids(
    /(?<![\w.+-]|\d,)\d{3}[ -]?\d{3}[ -]?\d{3}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    luhn,
    /(?:\bsin\b|social insurance|\bnas\b|assurance sociale)[^\n]{0,30}$/i,
  ),
  // Latin America.
  ids(/(?<![\w.+-]|\d,)\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])/g, isCpf),
  ids(/(?<![\w.+-]|\d,)\d{9}-?\d{2}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isCpf),
  ids(
    /(?<![\w.+-]|\d,)[\dA-Z]{2}\.[\dA-Z]{3}\.[\dA-Z]{3}\/[\dA-Z]{4}-\d{2}(?![\w-])/g,
    isCnpj,
    undefined,
    aDigit,
  ),
  ids(/(?<![\w.+-]|\d,)\d{14}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isCnpj),
  ids(/(?<![A-Za-z0-9])[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d(?![A-Za-z0-9])/gi, isCurp),
  ids(/(?<![A-Za-z0-9])[A-ZÑ&]{4}\d{6}[A-Z0-9]{3}(?![A-Za-z0-9])/g, (text) =>
    isDate(text.slice(4, 6), text.slice(6, 8), text.slice(8, 10)),
  ),
  ids(/(?<![\w.+-]|\d,)(?:2[03-7]|3[034])-?\d{8}-?\d(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isCuit),
  ids(
    /(?<![\w.+-]|\d,)\d{1,2}(?:\.\d{3}){2,3}(?![\w.,-])/g,
    hasDigit,
    /\b(?:dni|documento|c[ée]dula|cedula|ci)\b[^\n]{0,20}$/i,
  ),
  ids(
    /(?<![\w.+-]|\d,)\d{6,10}(?![\w.,-])/g,
    hasDigit,
    /\b(?:c[ée]dula|cédula de ciudadan[ií]a|curp|dni)\b[^\d\n]{0,20}$/i,
  ),
  ids(/(?<![\w.+-]|\d,)\d{1,2}\.?\d{3}\.?\d{3}-[\dkK](?![\w-])/g, isRut),
  // China, Taiwan, Hong Kong, Japan, Korea.
  ids(/(?<![A-Za-z0-9])[1-9]\d{5}(?:18|19|20)\d{9}[\dXx](?![A-Za-z0-9])/g, isChinese),
  ids(/(?<![A-Za-z0-9])[1-9]\d{5} (?:18|19|20)\d{6} \d{3}[\dXx](?![A-Za-z0-9])/g, isChinese),
  ids(/(?<![A-Za-z0-9])[A-Z][1289]\d{8}(?![A-Za-z0-9])/g, isTaiwanese),
  ids(/(?<![A-Za-z0-9])[A-Z]{1,2}\d{6} ?\([\dA]\)/g, isHongKong),
  ids(/(?<![A-Za-z0-9])[A-Z]{1,2}\d{6}[\dA](?![A-Za-z0-9])/g, isHongKong, /(?:hkid|hong kong)[^\n]{0,30}$/i),
  ids(
    /(?<![\w.+-]|\d,)\d{4}[ -]?\d{4}[ -]?\d{4}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d)| \d{4})/g,
    isMyNumber,
    /(?:my ?number|マイナンバー|個人番号|japan)[^\n]{0,30}$/i,
  ),
  ids(/(?<![\w.+-]|\d,)\d{6}-[1-8]\d{6}(?![\w-])/g, (digits) =>
    isDate(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)),
  ),
  ids(
    /(?<![\w.+-]|\d,)\d{13}(?![\w-])/g,
    (digits) => isDate(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)),
    /(?:주민등록|\brrn\b|korea)[^\n]{0,30}$/i,
  ),
  // India, Pakistan.
  ids(
    /(?<![\w.+-]|\d,)(?<!\d )[2-9]\d{3}([ -])\d{4}\1\d{4}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d)|[ -]\d{4})/g,
    verhoeff,
  ),
  ids(
    /(?<![\w.+-]|\d,)[2-9]\d{11}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    verhoeff,
    /(?:aadh?aar|uid(?:ai)?\b|आधार)[^\n]{0,30}$/i,
  ),
  ids(/(?<![\w.+-]|\d,)[2-9]\d{11}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, verhoeff, idWords),
  ids(/(?<![A-Za-z0-9])[A-Z]{3}[PCHABGJLFTE][A-Z]\d{4}[A-Z](?![A-Za-z0-9])/g, hasDigit, undefined, aDigit),
  ids(
    /(?<![A-Za-z0-9])[A-Z]{3}[PCHABGJLFTE][A-Z]\d{4}[A-Z](?![A-Za-z0-9])/gi,
    hasDigit,
    /\bpan\b[^\n]{0,30}$/i,
    aDigit,
  ),
  ids(/(?<![A-Za-z0-9])[A-Z]{3}\d{7}(?![A-Za-z0-9])/g, hasDigit, /\b(?:voter|epic)\b[^\n]{0,20}$/i),
  ids(/(?<![\w.+-]|\d,)\d{5}-\d{7}-\d(?![\w-])/g, hasDigit),
  // United Arab Emirates.
  ids(
    /(?<![\w.+-]|\d,)784-?\d{4}-?\d{7}-?\d(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    hasDigit,
    /emirates[^\n]{0,30}$/i,
  ),
  ids(/(?<![\w.+-]|\d,)784-?\d{4}-?\d{7}-?\d(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, luhn),
  // South-east Asia.
  ids(/(?<![A-Za-z0-9])[STFGM]\d{7}[A-Z](?![A-Za-z0-9])/gi, isSingaporean),
  ids(/(?<![\w.+-]|\d,)\d{6}-\d{2}-\d{4}(?![\w-])/g, (digits) =>
    isDate(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)),
  ),
  ids(/(?<![\w.+-]|\d,)[1-8][ -]\d{4}[ -]\d{5}[ -]\d{2}[ -]\d(?![\w-])/g, isThai),
  ids(
    /(?<![\w.+-]|\d,)[1-8]\d{12}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isThai,
    /(?:thai|บัตรประชาชน|เลขประจำตัว)[^\n]{0,30}$/i,
  ),
  ids(/(?<![\w.+-]|\d,)\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}(?![\w.,-])/g, hasDigit),
  ids(
    /(?<![\w.+-]|\d,)\d{16}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    hasDigit,
    /(?:\bnik\b|\bktp\b)[^\d\n]{0,20}$/i,
  ),
  // Australia, New Zealand, Africa, Russia, Israel.
  ids(
    /(?<![\w.+-]|\d,)\d{3}[ -]?\d{3}[ -]?\d{2,3}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isTfn,
    /(?:\btfn\b|tax[ -]file)[^\n]{0,30}$/i,
  ),
  ids(
    /(?<![\w.+-]|\d,)[2-6]\d{3}[ -]?\d{5}[ -]?\d(?:[ -/]?\d)?(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    isMedicare,
    /medicare[^\n]{0,30}$/i,
  ),
  ids(
    /(?<![\w.+-]|\d,)\d{2} ?\d{3} ?\d{3} ?\d{3}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    hasDigit,
    /\babn\b[^\d\n]{0,20}$/i,
  ),
  ids(/(?<![\w.+-]|\d,)\d{8,9}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, hasDigit, /\bird\b[^\d\n]{0,20}$/i),
  ids(/(?<![\w.+-]|\d,)\d{6} ?\d{4} ?[012][89]\d(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isSouthAfrican),
  ids(/(?<![\w.+-]|\d,)\d{12}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g, isRussianTax, near('инн|\\binn\\b')),
  ids(
    /(?<![\w.+-]|\d,)\d{11}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    hasDigit,
    /(?:\bnin\b|\bbvn\b|снилс)[^\d\n]{0,20}$/i,
  ),
  ids(
    /(?<![\w.+-]|\d,)\d{9}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    luhn,
    /(?:teudat|israel|ת\.?ז)[^\n]{0,30}$/i,
  ),
  // Papers of any country, by their names.
  ids(
    /(?<![A-Za-z0-9])(?=[A-Z0-9]*\d)[A-Z0-9]{6,9}(?![A-Za-z0-9])/gi,
    (text) => digitsOf(text).length >= 3,
    /(?:passport|passeport|pasaporte|passaporto|passaporte|reisepass)(?:[ _-]?(?:no|nr|num(?:ber)?|n[°º]|id))?\.?\s*(?:is|:|#|=)?\s*$/i,
    /pass(?:e?port|aport)|reisepass/i,
  ),
  ids(
    /(?<![A-Za-z0-9])(?=[A-Z0-9-]*\d)[A-Z0-9-]{6,18}(?![A-Za-z0-9])/gi,
    (text) => /\d{4}/.test(text),
    /(?:driv(?:er|ing)[’']?s? ?licen[cs]e|licencia de conducir|führerschein|permis de conduire|\bdl)(?:[ _-]?(?:no|nr|num(?:ber)?|n[°º]|id))?\.?\s*(?:is|:|#|=)?\s*$/i,
    /licen|führerschein|permis|dl/i,
  ),
  {
    type: 'national_id',
    pattern: /(?<![\w.+-]|\d,)\d{9,12}(?![\w-]|\.\d|,\d{1,3}(?!\d|\.\d))/g,
    words:
      /(?:\bssn|social[ _-]?security|national[ _-]?(?:id|identity)|(?:tax(?:payer)?[ _-]?(?:id|identification)))(?:[ _-]?(?:no|nr|num(?:ber)?|code))?\.?\s*(?:is|:|#|=)\s*["']?$/i,
    valid: (value) => !/^(\d)\1*$/.test(value),
  },
];
