/** Check digits: what tells a real number from one that merely looks like it. All take digits without separators. */

export const digitsOf = (text: string): string => text.replace(/\D/g, '');

const isUniform = (digits: string): boolean => /^(\d)\1*$/.test(digits);

/** ISO/IEC 7812-1 annex B. */
export function luhn(digits: string): boolean {
  if (isUniform(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** ISO/IEC 7064 MOD 97-10, as IBANs use it: four characters moved to the end, letters as 10 to 35. */
export function mod97(iban: string): boolean {
  const moved = iban.slice(4) + iban.slice(0, 4);
  let rest = 0;
  for (const character of moved.toUpperCase()) rest = Number(`${rest}${Number.parseInt(character, 36)}`) % 97;
  return rest === 1;
}

/** Remainder of a long decimal number. */
export function remainder(digits: string, modulus: number): number {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % modulus;
  return rest;
}

/** Sum of digit times weight. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index] ?? 0), 0);
}

/** ISO/IEC 7064 MOD 11,10 over all digits, the check digit last. */
export function mod11And10(digits: string): boolean {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits.at(-1));
}

const verhoeffProduct = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const verhoeffPermutation = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** J. Verhoeff's dihedral check (1969), used by Aadhaar. */
export function verhoeff(digits: string): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const permuted = Number(verhoeffPermutation[index % 8]?.[digit]);
    check = Number(verhoeffProduct[check]?.[permuted]);
  }
  return check === 0;
}

/** EAN-13's check, which the Swiss AHV number uses too. */
export function ean13(digits: string): boolean {
  return weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}

/** Brazil's two check digits: CPF with weights from 10 and 11, CNPJ with 5.. and 6.. (letters count as code - 48). */
export function brazilian(characters: string, firstWeights: readonly number[]): boolean {
  if (/^(.)\1*$/.test(characters)) return false;
  const check = (weights: readonly number[]) => {
    const sum = weights.reduce(
      (total, weight, index) => total + weight * (characters.charCodeAt(index) - 48),
      0,
    );
    return sum % 11 < 2 ? 0 : 11 - (sum % 11);
  };
  const length = firstWeights.length;
  const secondWeights = [(firstWeights[0] ?? 0) + 1, ...firstWeights];
  return (
    check(firstWeights) === Number(characters[length]) &&
    check(secondWeights) === Number(characters[length + 1])
  );
}

/** Whether year (two digits or four), month and day are a date. */
export function isDate(year: string, month: string, day: string): boolean {
  const full = year.length === 2 ? 2000 + Number(year) : Number(year);
  const date = new Date(Date.UTC(full, Number(month) - 1, Number(day)));
  const isLeapLoss = day === '29' && month === '02' && year.length === 2;
  return (
    (date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) && Number(month) > 0) ||
    isLeapLoss
  );
}
