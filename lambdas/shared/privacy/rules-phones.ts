/** Telephone numbers: international by E.164 country codes, national by the shapes people write, others by the words around. */
import { digitsOf, isDate } from './check-digits.ts';
import { type Around, isCalledOtherwise, type Rule } from './rule.ts';

/** ITU-T E.164 country codes of two and three digits; +1 and +7 stand alone. */
const countryCodes = new Set(
  '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 800 808 850 852 853 855 856 870 878 880 881 882 883 886 888 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 992 993 994 995 996 998'.split(
    ' ',
  ),
);

/** Words that mean a telephone, up to 28 characters before the number. */
const phoneWords =
  /(?:\b(?:phones?|telephone|tel|mobile|mob|cell(?:phone|ular)?|fax|whats ?app|viber|imessage|sms|hotline|helpline|landline|(?:al|el|teléfono|tel\.?|número) fijo|(?:au|le|téléphone|tél\.?) fixe|fisso|festnetz|vast nummer|stacjonarny|voicemail|pager|ph|hp|direct line|office line|home line|telefon(?:o|nummer|ní)?|tél(?:éphone)?|téléphone|teléfono|telefone|telefono|móvil|movil|celular|cellulare|handy|rufnummer|portable|gsm|puhelin|telefoon|mobiel|m[oó]vel|номер|phone_?number|msisdn)\b|тел(?:ефон)?|τηλ(?:έφωνο)?|κινητό|טלפון|נייד|هاتف|جوال|موبايل|โทร|มือถือ|फ़ोन|फोन|मोबाइल|điện thoại|ponsel|komórka|matkapuhelin|mobiltelefon|电话|手机|電話|携帯|전화|☎|📞|📱)[^\n]{0,28}$/iu;
/** Verbs that mean a call only when nothing but small words stands between them and the number. */
const callWords =
  /\b(?:call(?:ed|ing)?|dial(?:ed|ling|ing)?|ring|rang|text(?:ed|ing)?|contact|reach|reached|signal|telegram|extension|number|llám[ae]\w*|anruf\w*|ruf\w*|appel\w*|contato|contacto|kontakt|numéro|número|numero|nummer)(?:\s+(?:me|us|him|her|them|back|at|on|is|the|to|my|our|your|his|their|support|office|now|please|via|by|for|info|details|line|no\.?|number|person|mich|uns|an|unter|le|la|au|al|me|us|desk|customer|service|emergency|hotline|after|hours|home|work))*\s*[:.]*\s*["'(]*$/i;
/** Counts and ids of things that have to do with telephones. */
const notDialled =
  /\b(?:users?|subscribers?|counts?|total|traffic|population|revenue|sales|ids?|models?|microseconds|ms|size|version)\s*[:=#]*\s*$/i;

/** What numbers people and contracts in a register: "customer number 30045512" is none to call. */
const inRegister =
  /\b(?:customer|client|member(?:ship)?|account|policy|contract|employee|staff|student|vendor|supplier|kunden|mitglieds|vertrags|klant|cliente)[ _-]?(?:no|nr|num|number|id|code|ref|nummer)\b[.:#=]*(?: is)?\s*["'#(]*$/i;

/** Words right before a bare number that make it a person's number: "my number is 4155552671". */
const ownNumber =
  /\b(?:my|his|her|their|your|our|new|old|work|home|office|emergency) (?:number|no\.?|num|cell|line|digits)(?: is| was|:)?\s*$/i;

const namedAfter =
  /^\s*(?:(?:is|was) (?:my|his|her|their|our|the|a|your) (?:\w+ )?(?:number|phone|cell|mobile|line|landline)|\(?(?:mobile|cell|home|work|office|phone|telephone|tel|fax|hotline|helpline|landline|toll[ -]free)\b|(?:是|就是|が|は)?[^\n\d]{0,4}(?:手机|电话|電話|携帯|전화))/i;
/** `call(1234567)` is code. */
const isPhoneContext = (around: Around) =>
  !/[A-Za-z_]\($/.test(around.before) &&
  !notDialled.test(around.before) &&
  !isCalledOtherwise(around) &&
  (phoneWords.test(around.before) ||
    (callWords.test(around.before) && !inRegister.test(around.before)) ||
    ownNumber.test(around.before) ||
    /\btext\s*$/i.test(around.before) ||
    namedAfter.test(around.after));

function hasCountryCode(digits: string): boolean {
  if (digits[0] === '1' || digits[0] === '7') return digits.length === 11;
  return countryCodes.has(digits.slice(0, 2)) || countryCodes.has(digits.slice(0, 3));
}

const parts = (value: string) => value.split(/\D+/).filter((part) => part !== '');

function looksLikeDate(value: string): boolean {
  const [first = '', second = '', third = ''] = parts(value);
  if (first.length === 4 && second.length === 2 && third.length === 2) return isDate(first, second, third);
  return (
    first.length === 2 &&
    second.length === 2 &&
    third.length === 4 &&
    /^(?:19|20)/.test(third) &&
    (isDate(third, second, first) || isDate(third, first, second))
  );
}

const isDotted = (value: string) => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(value);

const withoutExtension = (value: string) => value.replace(/,?\s?(?:ext\.?|extension|x)\s?\d{1,6}$/i, '');

function isInternational(value: string, around: Around): boolean {
  const digits = digitsOf(withoutExtension(value)).replace(/^00/, '');
  if (digits.length < 8 || digits.length > 15 || !hasCountryCode(digits)) return false;
  // The trunk zero in brackets is not dialled: +44 (0)20.
  return !/[\d)]\s*$/.test(around.before) || isPhoneContext(around);
}

function isNorthAmerican(value: string, around: Around): boolean {
  const digits = digitsOf(withoutExtension(value)).replace(/^1(?=\d{10})/, '');
  if (!/^[2-9]\d{2}[2-9]\d{6}$/.test(digits) || /^.11/.test(digits)) return false;
  return isPhoneContext(around) || !isCalledOtherwise(around);
}

/** National with the trunk zero: two to five groups, nine to twelve digits in all. */
function isTrunk(value: string, around: Around): boolean {
  const digits = digitsOf(value);
  if (digits.length < 9 || digits.length > 12 || looksLikeDate(value) || isDotted(value)) return false;
  const groups = parts(value);
  if (groups.length < 2 || (groups[0]?.length ?? 0) < 2) return false;
  if (isPhoneContext(around)) return true;
  // The middle of a longer number.
  return !isCalledOtherwise(around) && !/\d[ -]$/.test(around.before);
}

/** After a word for telephones nearly any run of digits is one. */
function isAnnounced(value: string, around: Around): boolean {
  const digits = digitsOf(value);
  if (digits.length < 7 || digits.length > 15 || looksLikeDate(value) || isDotted(value)) return false;
  if (/^(\d)\1*$/.test(digits) || isCalledOtherwise(around)) return false;
  if (/^\d{1,3}(?:,\d{3})+$/.test(value) || /\b(?:\$|€|£|USD|EUR)\s*$/i.test(around.before)) return false;
  return (
    isPhoneContext(around) &&
    !/^\s*(?:users|times|people|microseconds|operations|items|records|ms|bytes|requests|units|calls|rows|%)/i.test(
      around.after,
    )
  );
}

const phone = (pattern: RegExp, valid: (value: string, around: Around) => boolean): Rule => ({
  type: 'phone',
  pattern,
  valid,
});

const isUncalled = (_: string, around: Around) => !isCalledOtherwise(around);
const extension = '(?:,?\\s?(?:ext\\.?|extension|x)\\s?\\d{1,6})?';
const end = `${extension}(?![\\w]|[.,:/-]?\\d)`;
const rule = (body: string, start = '(?<![\\w.,/+#$€£-])') => new RegExp(start + body + end, 'gi');

export const phoneRules: readonly Rule[] = [
  // +49 30 901820, +1 (415) 555-2671, +44 (0)20 7946 0958
  phone(
    rule('\\+\\s?\\(?\\d{1,3}\\)?(?:[ .\\-–/\u00a0]{0,3}\\(?\\d{1,5}\\)?){2,7}', '(?<![\\w+.=])'),
    isInternational,
  ),
  // phone=+4930901820; after another name the plus may be a sign.
  phone(
    rule('\\+\\d{1,3}(?:[ .-]?\\d{1,5}){2,7}', '(?<==)'),
    (value, around) => isInternational(value, around) && isPhoneContext(around),
  ),
  // 0049 30 901820, (0043) 1 58858, 011 44 20 7946 0958
  phone(
    rule('(?:\\(00[1-9]\\d{0,2}\\)|(?:00|011[ -])[1-9]\\d{0,2})(?:[ .\\-–/]{1,3}\\(?\\d{1,8}\\)?){1,6}'),
    (value, around) => isInternational(value.replace(/^011/, '00'), around) && !isCalledOtherwise(around),
  ),
  phone(
    rule('00[1-9]\\d{8,13}'),
    (value, around) => isInternational(value, around) && isPhoneContext(around),
  ),
  // (415) 555-2671, 415-555-2671, 1-800-555-0199, 415.555.2671
  phone(rule('(?:1[ .-]?)?\\(\\d{3}\\)[ .-]{0,2}\\d{3}[ .-]\\d{4}'), isNorthAmerican),
  phone(rule('(?:1[ .-])?\\d{3}([ .-])\\d{3}\\1\\d{4}'), isNorthAmerican),
  phone(rule('\\d{3}[-.]\\d{3}[ .-]\\d{4}'), isNorthAmerican),
  // 01 23 45 67 89, 020 7946 0958, 0171/1234567, (030) 123456, 03-1234-5678, 0812-3456-7890
  phone(rule('0[1-9]\\d{0,4}(?:[ .\\-–/]{1,3}\\d{2,8}){1,5}'), isTrunk),
  phone(rule('\\(0\\d{1,5}\\)[ .\\-/]{0,3}\\d{2,8}(?:[ .-]\\d{2,6}){0,4}'), isTrunk),
  // Mobile numbers without separators: Britain, Germany, France, Australia, Italy are told by their length and start.
  phone(rule('07\\d{9}'), isUncalled),
  phone(rule('01(?:5|6|7)\\d{8,9}'), isUncalled),
  phone(rule('0[67]\\d{8}'), (value, around) => isPhoneContext(around) && isUncalled(value, around)),
  phone(rule('04\\d{8}'), (value, around) => isPhoneContext(around) && isUncalled(value, around)),
  // India, China, Brazil, Russia, Spain: no trunk zero.
  phone(rule('[6-9]\\d{4}[ -]\\d{5}'), isUncalled),
  phone(rule('1[3-9]\\d([ -])\\d{4}\\1\\d{4}'), isUncalled),
  phone(rule('(?:\\(\\d{2}\\)\\s?|\\d{2} )9?\\d{4}-\\d{4}'), isUncalled),
  phone(rule('8[ -]?\\(?\\d{3}\\)?[ -]?\\d{3}-\\d{2}-\\d{2}'), isUncalled),
  phone(rule('\\(\\d{2,4}\\)\\s?\\d{3,4}[ -]\\d{3,4}'), isUncalled),
  // Australian numbers at a local rate; nothing else begins with 1300 or 1800 and goes on in threes.
  phone(rule('1[38]00([ -])\\d{3}\\1\\d{3}'), isUncalled),
  // Anything else that is announced as a number to call.
  phone(rule('\\(?\\d{2,5}\\)?(?:[ .\\-–/]{0,3}\\d{2,8}){1,5}'), isAnnounced),
  phone(rule('\\d{7,15}'), isAnnounced),
  { type: 'phone', needs: /tel:/i, pattern: /\btel:(?<value>\+?\d[\d().-]{5,18}\d)/gi },
];
