/** Columns that are computed of others: "add a column total = price times quantity", "the ratio of a to b for each row". */
import type { TableWork } from './table-work.ts';

type Derived = NonNullable<TableWork['derive']>;
type Name = (token: string | undefined) => string;

export interface ReadDerived {
  readonly derive: Derived;
  /** The table itself is to have the column. */
  readonly edits: boolean;
  readonly rest: string;
}

const SIGNS: Readonly<Record<string, string>> = {
  '*': '*',
  '×': '*',
  x: '*',
  times: '*',
  'multiplied by': '*',
  '+': '+',
  plus: '+',
  '-': '-',
  minus: '-',
  '/': '/',
  '÷': '/',
  'divided by': '/',
  over: '/',
};
const SIGN =
  '(?:\\*|×|x\\b|times\\b|multiplied\\s+by\\b|\\+|plus\\b|-|minus\\b|/|÷|divided\\s+by\\b|over\\b)';
const NEW = '(‹[QN]\\d+›|[A-Za-z_]\\w*)';
const IS =
  '(?:=|:|(?:(?:that|which)\\s+(?:is|equals|holds|contains|has|shows)|as|is|equal(?:s|\\s+to)|with|holding|containing|being|from|of|by)(?:\\s+(?:equal\\s+to|the\\s+(?:value|result)\\s+of|computed\\s+as|calculated\\s+as))?|(?:computed|calculated|defined|given)\\s+(?:as|by|from))';
const ADD = '(?:add|create|insert|append|include|make|attach|introduce)';
const TO_TABLE = '(?:\\s+(?:in|to|for)\\s+(?:the\\s+)?(?:csv\\s+)?(?:file\\s+|table\\s+)?‹P\\d+›)?';
const EACH =
  '(?:for|in|of|on|per)\\s+(?:each|every|all|all\\s+the)\\s+(?:of\\s+the\\s+)?(?:rows?|records?|entry|entries|items?|products?|lines?|one|orders?|person|people|employees?)';

/** Reads a column that is to be computed; null when the text speaks of none. `column` is the pattern of one column. */
export function readDerived(text: string, column: string, name: Name): ReadDerived | null {
  const operand = `(?:the\\s+)?(?:${column}|\\d+(?:\\.\\d+)?)(?:\\s+column)?`;
  const formula = `\\(?\\s*(?:the\\s+)?(?:${operand}(?:\\s*${SIGN}\\s*${operand})+|(?:product|sum|difference|ratio|quotient)\\s+(?:of|between)\\s+${operand}\\s+(?:and|to)\\s+${operand}|(?:multiplying|dividing|adding)\\s+${operand}\\s+(?:by|with|and|to)\\s+${operand}|subtracting\\s+${operand}\\s+from\\s+${operand})\\s*\\)?`;
  const end = '(?![\\w*/+])';
  const added =
    new RegExp(
      `^${ADD}${TO_TABLE}\\s+(?:a|an|another|the|one)?\\s*(?:new\\s+|extra\\s+|calculated\\s+|computed\\s+|derived\\s+)*column\\s*,?\\s*(?:called\\s+|named\\s+)?${NEW}\\s*,?\\s*${IS}?\\s*(${formula})${end}`,
      'i',
    ).exec(text) ??
    new RegExp(
      `^${ADD}${TO_TABLE}\\s+(?:a|an|another|the|one)?\\s*(?:new\\s+|extra\\s+|calculated\\s+|computed\\s+|derived\\s+)*${NEW}\\s+column\\s*,?\\s*${IS}?\\s*(${formula})${end}`,
      'i',
    ).exec(text);
  if (added?.[1] !== undefined && added[2] !== undefined) {
    const derive = derivedOf(added[2], column, name, name(added[1]));
    const rest = `${text.slice(added[0].length)} ${/‹P\d+›/.exec(added[0])?.[0] ?? ''}`;
    return derive === null ? null : { derive, edits: true, rest: withoutEach(rest) };
  }
  const each = new RegExp(`\\b${EACH}\\b`, 'i');
  if (!each.test(text)) return null;
  const asked = new RegExp(
    `(?:^|[,:]\\s*|\\b(?:what\\s+is|compute|calculate|show|list|give|find|determine|print|get|report|tell)\\s+(?:me\\s+)?)(?:the\\s+)?(${formula})${end}(?:\\s+as\\s+${NEW})?`,
    'i',
  ).exec(text);
  if (asked?.[1] === undefined) return null;
  const derive = derivedOf(asked[1], column, name, asked[2] === undefined ? null : name(asked[2]));
  return derive === null
    ? null
    : { derive, edits: false, rest: withoutEach(text.replace(asked[0], ' show rows ')) };
}

const withoutEach = (text: string): string => text.replace(new RegExp(`\\b${EACH}\\b`, 'gi'), ' ');

function derivedOf(formula: string, column: string, name: Name, called: string | null): Derived | null {
  const plain = formula.replace(/^\s*\(?\s*|\s*\)?\s*$/g, '');
  const token = `(?:the\\s+)?(${column}|\\d+(?:\\.\\d+)?)(?:\\s+column)?`;
  const pair = new RegExp(
    `^(?:the\\s+)?(product|sum|difference|ratio|quotient|multiplying|dividing|adding|subtracting)\\s+(?:(?:of|between)\\s+)?${token}\\s+(?:and|to|by|with|from)\\s+${token}$`,
    'i',
  ).exec(plain);
  if (pair !== null) {
    const word = pair[1]?.toLowerCase() ?? '';
    const sign = /^(?:product|multi)/.test(word)
      ? '*'
      : /^(?:sum|add)/.test(word)
        ? '+'
        : /^(?:diff|subtr)/.test(word)
          ? '-'
          : '/';
    const [left, right] = word === 'subtracting' ? [pair[3], pair[2]] : [pair[2], pair[3]];
    return derived([termOf(left, name), termOf(right, name)], [sign], called);
  }
  const parts = plain.split(new RegExp(`\\s*(${SIGN})\\s*(?:the\\s+)?`, 'i'));
  const terms = parts
    .filter((_, at) => at % 2 === 0)
    .map((part) => termOf(part.replace(/^the\s+|\s+column$/gi, ''), name));
  const signs = parts
    .filter((_, at) => at % 2 === 1)
    .map((part) => SIGNS[part.trim().toLowerCase().replace(/\s+/g, ' ')] ?? '');
  return terms.length < 2 || signs.includes('') || terms.every((term) => !term.startsWith('['))
    ? null
    : derived(terms, signs, called);
}

const termOf = (token: string | undefined, name: Name): string =>
  /^\d/.test(token ?? '') ? (token ?? '') : `[${name(token?.trim())}]`;

const WORDS: Readonly<Record<string, string>> = { '*': 'times', '/': 'per', '+': 'plus', '-': 'minus' };

function derived(terms: readonly string[], signs: readonly string[], called: string | null): Derived {
  const formula = terms.map((term, at) => (at === 0 ? term : `${signs[at - 1]} ${term}`)).join(' ');
  const spoken = terms
    .map(
      (term, at) => `${at === 0 ? '' : `_${WORDS[signs[at - 1] ?? ''] ?? ''}_`}${term.replace(/[[\]]/g, '')}`,
    )
    .join('');
  return { name: called ?? spoken, formula };
}
