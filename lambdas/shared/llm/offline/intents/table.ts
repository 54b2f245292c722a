/** Questions about tables: CSV, TSV, and JSON lists of objects. */
import { digitsForWords } from '../language/numbers.ts';
import { columnName, columnPattern, conditionsIn } from './columns.ts';
import type { Source } from './intent.ts';
import { paraphrase } from './paraphrase.ts';
import { type Clause, pathsIn, sourceOf, unread } from './places.ts';
import { readDerived } from './table-derived.ts';
import { readCorrelation, readKeys, readPercentiles, readRange } from './table-keys.ts';
import { type Draft, readGroup, readMeasures, readOrder, readSelection, type Take } from './table-parts.ts';
import { cellAmong, inheritFilter, measureFirst, orderIsClear, readShare } from './table-rows.ts';
import type { TableWork } from './table-work.ts';

const TABLE_WORDS = [
  'column',
  'columns',
  'row',
  'rows',
  'record',
  'records',
  'entries',
  'entry',
  'data',
  'field',
  'fields',
  'dataset',
  'tabular',
  'header',
  'numbers',
  'number',
  'report',
  'load',
  'read',
  'import',
  'open',
  'analyze',
  'analyse',
  'it',
  'table',
  'overall',
  'across',
  'respective',
  'which',
  'items',
  'is',
  'recorded',
  'listed',
  'entire',
  'please',
  'using',
  'records',
  'separately',
  'along',
  'each',
  'json',
  'list',
  'them',
  'only',
  'whole',
  'by',
  'where',
  'that',
  'also',
  'together',
  's',
  'parse',
  'take',
  'use',
  'look',
  'sheet',
  'stored',
  'numeric',
  'new',
  'as',
  'keep',
  'then',
  'lines',
  'sold',
  'select',
  'extract',
  'earned',
  'made',
  'spent',
  'paid',
  'satisfying',
  'info',
  'information',
  'details',
  'who',
  'live',
  'lives',
  'living',
  'based',
  'located',
  'happened',
  'took',
  'place',
  'according',
  'appear',
  'appears',
  'occur',
  'take',
  'taken',
  'come',
  'comes',
];

function tableSource(clause: Clause): Source | null {
  const source = sourceOf(clause);
  if (source === null || source.from !== 'file') {
    if (
      source?.from === 'previous' &&
      clause.around.before.some(
        (intent) =>
          intent.kind === 'fetch' &&
          (/\.(?:csv|tsv)$/i.test(intent.url) || /\b(?:column|rows?|records?|csv)\b/i.test(clause.text)),
      )
    )
      return source;
    const tables = clause.around.files.filter((file) => /\.(?:csv|tsv)$/i.test(file));
    const only = tables.length === 1 ? tables[0] : undefined;
    return only !== undefined && source === null && /\b(?:csv|column|rows?|table|data)\b/i.test(clause.text)
      ? { from: 'file', path: only }
      : null;
  }
  const tabular =
    /\.(?:csv|tsv|jsonl|ndjson)$/i.test(source.path) ||
    (/\.json$/i.test(source.path) && clause.around.headers[source.path] !== undefined) ||
    (/\.json$/i.test(source.path) &&
      /\b(?:rows?|records?|column|where|group|sort|average|mean|sum|total|median|entries|items|objects|max|min)/i.test(
        clause.text,
      )) ||
    /\b(?:columns?|csv)\b/i.test(clause.text);
  return tabular ? source : null;
}

/** The table a clause works on, and its header when the workspace shows it. */
export function headerOf(source: Source | null, clause: Clause): readonly string[] | null {
  if (source?.from !== 'file') return null;
  const own = clause.around.headers[source.path];
  const last = clause.around.before.at(-1);
  const other =
    pathsIn(clause)[1] ??
    (last?.kind === 'table' && last.join !== undefined && pathsIn(clause).length === 0
      ? last.join.path
      : undefined);
  const more = other === undefined ? [] : clause.around.headers[other];
  const table = clause.around.before.findLast((intent) => intent.kind === 'table');
  const derived = table?.kind === 'table' && table.derive !== undefined ? [table.derive.name] : [];
  return own === undefined || more === undefined ? null : [...new Set([...own, ...more, ...derived])];
}

/** Reads one query; null when any word of it is not understood. */
export function recogniseTable(clause: Clause): TableWork | null {
  const source = tableSource(clause);
  if (source === null) return null;
  const work: Draft = { kind: 'table', source, filters: [], group: [], measures: [], ask: 'rows' };
  const given = headerOf(source, clause);
  const derived = readDerived(digitsForWords(clause.text), columnPattern(given), (token) =>
    columnName(token ?? '', clause, given),
  );
  if (derived !== null) {
    work.derive = derived.derive;
    if (derived.edits) work.edits = true;
  }
  const header = given === null || derived === null ? given : [...given, derived.derive.name];
  const column = columnPattern(header);
  const name = (token: string | undefined): string => columnName(token ?? '', clause, header);
  let asked = digitsForWords((derived?.rest ?? clause.text).replace(/\bone(?=\s+of)\b/gi, 'a'));
  // Before "customer 10" is read as a row.
  const inRange = readRange((pattern) => {
    const match = new RegExp(pattern, 'i').exec(asked);
    if (match !== null)
      asked = `${asked.slice(0, match.index)} ${asked.slice(match.index + match[0].length)}`;
    return match;
  }, work);
  if (!inRange) return null;
  let text = measureFirst(
    paraphrase(
      asked
        .replace(/^order\b(?=\s)/i, 'sort')
        .replace(
          /\b(?:in|from|of|on|using|within|inside)\s+(?:the\s+)?(?:csv\s+|tsv\s+|json\s+)?(?:file\s+|table\s+|data\s*set\s+)?‹P\d+›/gi,
          ' ',
        ),
      header,
      source.from === 'file' ? source.path : null,
    ),
    column,
  );
  const take: Take = (pattern) => {
    const match = (typeof pattern === 'string' ? new RegExp(pattern, 'i') : pattern).exec(text);
    if (match !== null) text = `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`;
    return match;
  };
  if (
    /\b(?:their|those|these|them|such|the (?:filtered|remaining|selected|matching|resulting)(?: rows)?)\b/i.test(
      text,
    )
  )
    work.refines = true;
  take(
    /\b(?:the )?(?:filtered|remaining|selected|matching|resulting|their|such)\b(?= (?:rows|records|entries|data|\w))/i,
  );
  const rounding = take(
    /\b(?:and\s+)?(?:rounded|round(?: it| the result)?|with|to)\s+(?:to\s+)?(\d+)\s*(?:decimal places?|decimals?|digits? after the (?:decimal )?point)\b/,
  );
  if (rounding !== null) work.decimals = Number(rounding[1]);

  const joined = pathsIn(clause);
  if (/\b(?:join|merge|combine)\b/i.test(text)) {
    if (joined.length !== 2 || joined[1] === undefined || /\b(?:left|right|outer|full|anti)\b/i.test(text))
      return null;
    const on = take(
      /\b(?:on|by|using|via|over|matching(?: on)?|where)\s+(?:the\s+)?(?:(?:common|shared|same|key|column|field|columns)\s+)*(‹[QN]\d+›|[A-Za-z_]\w*)(?:\s+(?:column|field|key))?/i,
    );
    work.join = { path: joined[1], on: on === null ? null : name(on[1]) };
    take(/\b(?:inner\s+)?(?:join|merge|combine)(?:ing|ed)?\b/i);
  } else if (joined.length > 1) {
    return null;
  }

  const shape = take(
    /\b(?:describe|summari[sz]e|summary(?: statistics)?|statistics|stats|overview|profile|statistical summary|descriptive statistics)\b(?:\s+(?:for|of|on))?(?:\s+(?:all|each|every|the|numeric|numerical))*(?:\s+columns?)?/i,
  );
  if (shape !== null) work.ask = 'describe';
  else if (take(/\bconvert(?:ed|ing)?\b.*\b(?:to|into|as)\s+json\b|\b(?:as|to|into)\s+json\b/i) !== null)
    work.ask = 'to_json';
  else if (
    /\.json/i.test(source.from === 'file' ? source.path : '') &&
    take(/\bconvert(?:ed|ing)?\b.*\b(?:to|into|as)\s+(?:a\s+)?csv\b/i) !== null
  )
    work.ask = 'to_csv';

  readShare(take, work);
  readCorrelation(take, work, column, name);
  if (work.measures.length === 0) readPercentiles(take, work, column, name);
  const whole = text;
  const conditions = conditionsIn(text, clause, header);
  if (conditions === null) return null;
  work.filters = conditions.filters;
  text = conditions.rest;
  if (work.filters.length > 0) take(/^\s*(?:filter|keep)\b(?:\s+(?:me|all|only|the|just|out|down|to|for))*/i);

  const keys = readKeys(take, work, column, name);
  if (keys === false) return null;
  if (keys === null) readOrder(take, work, column, name);
  if (work.group.length === 0) readGroup(take, work, column, name);
  if (work.measures.length === 0 && work.ask !== 'share' && !readMeasures(take, work, column, name, header))
    return null;
  readSelection(take, work, column, name);

  if (
    work.range !== undefined &&
    // "rows 2 to 3 where …" may be counted before or after the condition.
    (work.filters.length > 0 ||
      work.limit !== undefined ||
      (work.sort !== undefined && work.measures.length > 0))
  )
    return null;
  if (work.sort?.next !== undefined && (work.group.length > 0 || work.measures.length > 0)) return null;
  // "price * count", where a column's name was read as a count: a sign that is left is a part of the question.
  if (/[*×÷+]/.test(text)) return null;
  const left = unread(text, TABLE_WORDS);
  if (left.length > 0) {
    const cell = work.filters.length === 0 && header !== null ? cellAmong(left, whole) : null;
    if (cell === null) return null;
    work.filters = [[cell]];
  }
  if (!orderIsClear(work)) return null;
  if (work.ask === 'share' && work.filters.length === 0) return null;
  if (work.range === undefined) inheritFilter(work, clause);
  if (/^\s*(?:drop|remove|delete|discard)\b/i.test(whole) && !/\bdup/i.test(whole)) {
    if (work.filters.length === 0) return null;
    work.drops = true;
  }
  const empty =
    work.filters.length === 0 &&
    work.group.length === 0 &&
    work.measures.length === 0 &&
    work.sort === undefined &&
    work.limit === undefined &&
    work.select === undefined &&
    work.join === undefined &&
    work.range === undefined &&
    work.derive === undefined &&
    work.ask === 'rows';
  if (empty) return null;
  // "sort by a, then by b": a group that nothing is computed for must be called a group.
  const bareGroup = work.group.length > 0 && work.measures.length === 0 && work.ask === 'rows';
  if (bareGroup && !/\b(?:group|aggregat|partition|split)/i.test(clause.text)) return null;
  return work;
}
