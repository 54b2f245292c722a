/** Columns and conditions on them, as people write them. */

import { escapeRegExp, slotText, unmask } from '../language/mask.ts';
import { digitsForWords } from '../language/numbers.ts';
import { OPERATORS, onwards } from './comparisons.ts';
import { LEFT_OUT, negated } from './left-out.ts';
import type { Clause } from './places.ts';
import type { Condition } from './table-work.ts';

const NOT_COLUMNS =
  'the|a|an|each|every|all|any|of|in|on|for|from|to|by|per|and|or|with|where|is|are|was|were|it|its|this|that|these|those|column|columns|row|rows|file|data|value|values|record|records|line|lines|entry|entries|number|numbers|table|csv|which|what|how|many|much|only|highest|lowest|largest|smallest|most|least|top|bottom|average|mean|median|sum|total|minimum|maximum|min|max|count|unique|distinct|standard|deviation|then|ascending|descending|order|result|results|field|fields|them|report|text|word|words|group|than|not|have|has|whose|having|me|there|overall|together|separately|item|items|across|within|using|rounded|round|over|under|above|below|between|greater|less|more|equal|equals|at|contains|containing|first|last|new|output|answer';

/** The pattern of one column in a clause; knows the header when the workspace shows it. */
export function columnPattern(header: readonly string[] | null): string {
  const bare = `(?!(?:${NOT_COLUMNS})\\b)[A-Za-z_][\\w]*`;
  if (header === null || header.length === 0) return `(?:‹[QN]\\d+›|${bare})`;
  const known = [...header]
    .filter((name) => name.trim() !== '')
    .sort((a, b) => b.length - a.length)
    .map((name) => {
      const words = name
        .trim()
        .split(/[\s_-]+/)
        .map(escapeRegExp)
        .join('[\\s_-]+');
      const last = name.trim().slice(-1).toLowerCase();
      const stem =
        last === 'y'
          ? `(?:${words}|${words.slice(0, -1)}ies)`
          : last === 's'
            ? `(?:${words}(?:es)?|${words.slice(0, -1)})`
            : `${words}(?:e?s)?`;
      return stem;
    });
  return `(?:‹[QN]\\d+›|(?:${known.join('|')})(?![\\w]))`;
}

/** The header's own spelling of a column, or what was written. */
export function columnName(token: string, clause: Clause, header: readonly string[] | null): string {
  const written = (token.startsWith('‹') ? slotText(token, clause.slots) : token).trim();
  if (header === null) return written;
  const key = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, '');
  const wanted = key(written);
  const forms = [
    wanted,
    wanted.replace(/s$/, ''),
    wanted.replace(/es$/, ''),
    wanted.replace(/ies$/, 'y'),
    `${wanted}s`,
  ];
  for (const form of forms) {
    const found = header.find((name) => key(name) === form);
    if (found !== undefined) return found;
  }
  return written;
}

const VALUE =
  '(‹[QN]\\d+›|[$€£]?-?\\d[\\d,]*(?:\\.\\d+)?%?|\\d{4}-\\d\\d-\\d\\d|(?!(?:the|a|an|and|or|in|of|by|per|for|not|greater|less|more|at|than|equal|between|above|below|over|under|contained|where|with|column|is)\\b)[A-Za-z][\\w.-]*)';

export interface ReadConditions {
  readonly filters: readonly (readonly Condition[])[];
  /** The text that is left when the conditions are taken out. */
  readonly rest: string;
}

/** Reads `where price > 10 and region is North`; null when a condition is begun and not understood. */
export function conditionsIn(
  text: string,
  clause: Clause,
  header: readonly string[] | null,
): ReadConditions | null {
  const column = columnPattern(header);
  const intro = `\\b(?:where|whose|which|that|with|having|have|has|had|if|when|for which|in which|for|of|in|only)\\s+(?:(?:those|only|rows?|records?|entries|lines|items|all|the|a|an|where|with|whose|that|which|have|has|column|of|in)\\s+)*`;
  const one = (lead: string): RegExp | null => new RegExp(lead, 'i');
  const start = one(
    `${intro}(?:(?:column|field|value of)\\s+)*(${column})(?:\\s+(?:column|field|value))?\\s*`,
  );
  if (start === null) return null;
  const left = LEFT_OUT.exec(text);
  if (left !== null) {
    const kept = conditionsIn(text.replace(left[0], ' where '), clause, header);
    const filters = kept === null ? null : negated(kept.filters);
    return kept === null || filters === null ? null : { ...kept, filters };
  }
  const direct = header === null ? null : valueBefore(text, clause, header);
  if (direct !== null) return direct;
  const any: Condition[][] = [[]];
  let at = 0;
  for (const match of text.matchAll(new RegExp(start.source, 'gi'))) {
    const first = match.index;
    if (first < at) continue;
    const read = chainFrom(
      text,
      first + match[0].length,
      columnName(match[1] ?? '', clause, header),
      clause,
      header,
      /\b(?:where|whose|with|having|if|when)\b/i.test(match[0]),
    );
    if (read === null) continue;
    at = read.end;
    any.splice(0, any.length, ...read.any);
    return { filters: any, rest: `${text.slice(0, first)} ${text.slice(read.end)}` };
  }
  if (/\b(?:where|whose|excluding|except|unless|other than|ignoring|without)\b/i.test(text)) return null;
  return { filters: [], rest: text };
}

/** A value that can't be another word of the sentence. */
const VALUE_NAME = '‹Q\\d+›|[A-Z][\\w-]*|\\d+(?:\\.\\d+)?';

/** "in the North region", "the salary of Alice", "Alice's salary": a value next to its column, or in whichever column. */
function valueBefore(text: string, clause: Clause, header: readonly string[]): ReadConditions | null {
  const column = columnPattern(header);
  const value = '(‹Q\\d+›|[A-Z][\\w-]*(?:\\s+[A-Z][\\w-]*)*)';
  const before = new RegExp(
    `\\b(?:in|for|from|of|at|within|with)\\s+(?:the\\s+)?${value}\\s+(${column})(?!\\s*(?:column|is\\b|>|<|=))`,
  ).exec(text);
  if (before?.[1] !== undefined && !/^The$/.test(before[1]) && !isColumn(before[1], header, clause)) {
    const test: Condition = {
      column: columnName(before[2] ?? '', clause, header),
      op: '==',
      value: writtenValue(before[1], clause),
    };
    return { filters: [[test]], rest: text.replace(before[0], ' ') };
  }
  const labelled = new RegExp(
    `\\b(?:by|from|on|at)\\s+(?:the\\s+)?(${column})\\s+(${VALUE_NAME})(?![\\w-])`,
  ).exec(text);
  if (labelled?.[2] !== undefined && !isColumn(labelled[2], header, clause)) {
    const test: Condition = {
      column: columnName(labelled[1] ?? '', clause, header),
      op: '==',
      value: writtenValue(labelled[2], clause),
    };
    return { filters: [[test]], rest: text.replace(labelled[0], ' ') };
  }
  const alone =
    new RegExp(
      `\\b(?:in|for|from|of|at|within|by)\\s+(?:the\\s+)?${value}\\s*(?:\\b(?:are|is)(?:\\s+there)?\\s*)?$`,
    ).exec(text.trimEnd()) ?? /\b(?:on|for)\s+(\d{4}-\d\d-\d\d)(?![\d-])/.exec(text);
  if (
    alone?.[1] !== undefined &&
    !isColumn(alone[1], header, clause) &&
    !new RegExp(`\\b(${column})\\s+(?:of|for)\\s+(?:the\\s+)?${value}\\s*$`).test(text.trimEnd())
  ) {
    const test: Condition = { column: '*', op: '==', value: writtenValue(alone[1], clause) };
    return { filters: [[test]], rest: text.replace(alone[0], ' ') };
  }
  const owned = new RegExp(`\\b${value}['’]s\\s+(${column})\\b`).exec(text);
  const of =
    owned ??
    new RegExp(
      `\\b(${column})\\s+(?:of|for)\\s+(?:the\\s+)?(?:row\\s+)?(?:named\\s+|called\\s+)?${value}\\s*$`,
    ).exec(text.trim());
  const [name, wanted] = owned === null ? [of?.[1], of?.[2]] : [owned[2], owned[1]];
  if (of === null || name === undefined || wanted === undefined || isColumn(wanted, header, clause))
    return null;
  if (
    /\b(?:sum|average|mean|total|median|count|max|min|maximum|minimum|highest|lowest|unique|distinct)\b/i.test(
      text,
    )
  )
    return null;
  return {
    filters: [[{ column: '*', op: '==', value: writtenValue(wanted, clause) }]],
    rest: text.replace(of[0], ` show ${name} `),
  };
}

const isColumn = (word: string, header: readonly string[], clause: Clause): boolean => {
  const name = word.startsWith('‹') ? slotText(word, clause.slots) : word;
  return new RegExp(`^${columnPattern(header)}$`, 'i').test(name);
};

interface Chain {
  readonly any: Condition[][];
  readonly end: number;
}

function chainFrom(
  text: string,
  start: number,
  firstColumn: string,
  clause: Clause,
  header: readonly string[] | null,
  plainValue: boolean,
): Chain | null {
  const any: Condition[][] = [[]];
  let column = firstColumn;
  let at = start;
  for (let more = true; more; ) {
    const rest = text.slice(at);
    const near = plainValue || header !== null ? adjacent(rest, column, clause, header) : null;
    const read = onwards(rest, comparison(rest, column, clause) ?? near);
    if (read === null) return null;
    any.at(-1)?.push(...read.conditions);
    at += read.length;
    const next = new RegExp(
      `^\\s*,?\\s*(and|or|but)\\s+(?:(?:where|whose|with|the|that|which|column|have|has)\\s+)*(${columnPattern(header)})(?:\\s+column)?\\s*(?=.)`,
      'i',
    ).exec(text.slice(at));
    more = false;
    if (next !== null && comparison(text.slice(at + next[0].length), '', clause) !== null) {
      if (next[1]?.toLowerCase() === 'or') any.push([]);
      column = columnName(next[2] ?? '', clause, header);
      at += next[0].length;
      more = true;
    } else {
      const again =
        /^\s*,?\s*(and|or)\s+(?=(?:is\s+)?(?:less|greater|more|at|above|below|under|over|<|>|=))/i.exec(
          text.slice(at),
        );
      if (again !== null) {
        if (again[1]?.toLowerCase() === 'or') any.push([]);
        at += again[0].length;
        more = true;
      } else {
        const other = new RegExp(`^\\s+or\\s+${VALUE}`, 'i').exec(text.slice(at));
        const last = any.at(-1)?.at(-1);
        if (other !== null && last?.op === '==') {
          any.push([
            ...(any.at(-1)?.slice(0, -1) ?? []),
            { ...last, value: writtenValue(other[1] ?? '', clause) },
          ]);
          at += other[0].length;
        }
      }
    }
  }
  return { any, end: at };
}

function comparison(
  text: string,
  column: string,
  clause: Clause,
): { conditions: Condition[]; length: number } | null {
  const between = new RegExp(`^(?:is\\s+|are\\s+)?between\\s+${VALUE}\\s+and\\s+${VALUE}`, 'i').exec(text);
  if (between !== null) {
    const conditions: Condition[] = [
      { column, op: '>=', value: writtenValue(between[1] ?? '', clause) },
      { column, op: '<=', value: writtenValue(between[2] ?? '', clause) },
    ];
    return { conditions, length: between[0].length };
  }
  const blank = /^(?:is|are)\s+(not\s+)?(?:empty|blank|missing|null)\b/i.exec(text);
  if (blank !== null) {
    return {
      conditions: [{ column, op: blank[1] === undefined ? 'empty' : 'not_empty', value: '' }],
      length: blank[0].length,
    };
  }
  for (const [pattern, op] of OPERATORS) {
    const match = new RegExp(
      `^(?:${pattern})\\s*(?:the\\s+(?:value|text|word|string)\\s+)?${VALUE}`,
      'i',
    ).exec(text);
    if (match?.[1] === undefined) continue;
    // "is New York": further words of a name begin with capitals.
    const more = /^[A-Z]/.test(match[1])
      ? (/^(?:\s+[A-Z][\w-]*)+/.exec(text.slice(match[0].length))?.[0] ?? '')
      : '';
    const value = writtenValue(`${match[1]}${more}`, clause);
    return { conditions: [{ column, op, value }], length: match[0].length + more.length };
  }
  return null;
}

/** "in region North", "with status active": the value right after its column. */
function adjacent(
  text: string,
  column: string,
  clause: Clause,
  header: readonly string[] | null,
): { conditions: Condition[]; length: number } | null {
  const match = new RegExp(
    `^(‹Q\\d+›|-?\\d+(?:\\.\\d+)?(?![\\w.])|(?!(?:${NOT_COLUMNS})\\b)[A-Za-z][\\w-]*)(?=\\s|$|[,.?])`,
  ).exec(text);
  if (
    match?.[1] === undefined ||
    /^(?:sorted|ordered|grouped|sort|greater|descending|ascending|equal|that|where|times|multiplied|divided|plus|minus|discounts?)$/i.test(
      match[1],
    )
  )
    return null;
  if (header !== null && isColumn(match[1], header, clause)) return null;
  return {
    conditions: [{ column, op: '==', value: writtenValue(match[1], clause) }],
    length: match[0].length,
  };
}

function writtenValue(token: string, clause: Clause): string {
  if (token.startsWith('‹')) return unmask(token, clause.slots, 'text');
  const text = digitsForWords(token.trim());
  return /^[$€£]?-?\d[\d,]*(?:\.\d+)?%?$/.test(text) ? text.replace(/[$€£,%]/g, '') : text;
}
