import type { Attribute, AttributeMap } from '../attributes.ts';

/** An item of so many characters is far from DynamoDB's limit of 400 KB, however it is counted. */
const LARGEST = 100_000;
/** Characters, of three bytes at most. */
const LARGEST_TEXT = 130_000;
const DEEPEST = 16;
/** Digits that DynamoDB would write back as they are, and fewer than the 38 that it can keep. */
const NUMBER = /^(?!-0$)-?(?:0|[1-9]\d{0,15})(?:\.\d{0,20}[1-9])?$/;
const TOO_LARGE = Number.POSITIVE_INFINITY;

/**
 * Whether attributes are valid beyond doubt and stored as they are. What is not (a long number, a set of numbers, something
 * large) is for dynalite to judge.
 */
export function areOrdinary(attributes: AttributeMap): boolean {
  return sizeOfAll(attributes, 0) <= LARGEST;
}

export const isOrdinaryNumber = (digits: string): boolean => NUMBER.test(digits);

/** Whether an item of ordinary attributes is small enough: its JSON text is longer than what DynamoDB counts. */
export const isOrdinaryText = (text: string): boolean => text.length <= LARGEST_TEXT;

/** About as many characters as there are; more than any limit for what isn't ordinary. */
function sizeOfAll(attributes: AttributeMap, depth: number): number {
  if (depth > DEEPEST) return TOO_LARGE;
  let size = 0;
  for (const name in attributes) {
    if (name === '__proto__') return TOO_LARGE;
    size += name.length + sizeOf(attributes[name] as Attribute, depth);
  }
  return size;
}

function sizeOf(attribute: Attribute, depth: number): number {
  let size = TOO_LARGE;
  let isOnly = true;
  for (const type in attribute) {
    if (!isOnly) return TOO_LARGE;
    isOnly = false;
    size = sizeOfValue(type, (attribute as Record<string, unknown>)[type], depth);
  }
  return size;
}

function sizeOfValue(type: string, value: unknown, depth: number): number {
  switch (type) {
    case 'S':
    case 'B':
      return (value as string).length;
    case 'N':
      return isOrdinaryNumber(value as string) ? (value as string).length : TOO_LARGE;
    case 'BOOL':
      return 1;
    case 'NULL':
      return value === true ? 1 : TOO_LARGE;
    case 'M':
      return 3 + sizeOfAll(value as AttributeMap, depth + 1);
    case 'L': {
      if (depth === DEEPEST) return TOO_LARGE;
      let size = 3;
      for (const item of value as Attribute[]) size += 1 + sizeOf(item, depth + 1);
      return size;
    }
    case 'SS': {
      const members = value as string[];
      const isSet = members.length > 0 && new Set(members).size === members.length;
      return isSet ? members.reduce((sum, member) => sum + member.length, 0) : TOO_LARGE;
    }
    default:
      return TOO_LARGE;
  }
}
