/** Which rows a question about a table means, where its words don't name a column. */

import type { Clause } from './places.ts';
import type { Draft, Take } from './table-parts.ts';
import type { Condition } from './table-work.ts';

/** "what percentage of rows …": the rows that fit, of all. */
export function readShare(take: Take, work: Draft): void {
  const match = take(
    /\b(?:what|which|the|find|compute|calculate)\s+(?:the\s+)?(share|percentage|percent|proportion|fraction)\s+(?:of\s+)?(?:the\s+|all\s+)*(?=(?:[a-z]+\s+)?rows?\b)/i,
  );
  if (match === null) return;
  const percent = take(/,?\s*(?:in|as)\s+(?:a\s+)?(?:percent(?:age)?|%)\s*$/i) !== null;
  work.ask = 'share';
  work.as = percent || /^(?:percent|share)/i.test(match[1] ?? '') ? 'percent' : 'fraction';
}

/**
 * "completed trips", "trips were cancelled", "trips did Ann make": the one word that is not understood stands where a
 * row is described, so it is looked for in the cells. The query fails when no cell holds it.
 */
export function cellAmong(left: readonly string[], text: string): Condition | null {
  const verb =
    '(?:make|made|take|taken|have|had|do|done|place|placed|get|drive|driven|complete|completed|buy|bought|sell|sold|order|ordered)';
  const place = [
    /(?:^|\s)((?!non-)[A-Za-z][\w-]*)\s+rows?\b/,
    /\brows?\s+(?:that\s+|which\s+)?(?:are|is|were|was|got|have been|has been)\s+(?!not\b|n't)([A-Za-z][\w-]*)\s*$/i,
    new RegExp(`\\brows?\\s+(?:did|does|do|has|have)\\s+(?:the\\s+)?([A-Z][\\w-]*)(?:\\s+${verb})?\\b`),
  ]
    .map((pattern) => pattern.exec(text.trim()))
    .find((match) => left.includes(match?.[1]?.toLowerCase() ?? ''));
  const value = place?.[1];
  if (value === undefined) return null;
  const verbs = new RegExp(`^(?:did|${verb})$`, 'i');
  const others = left.filter(
    (word) => word !== value.toLowerCase() && !(/did|does|do/.test(place?.[0] ?? '') && verbs.test(word)),
  );
  return others.length === 0 && left.includes(value.toLowerCase()) ? { column: '*', op: '==', value } : null;
}

/** An order needs a column: the only one selected, or what is computed for groups. */
export function orderIsClear(work: Draft): boolean {
  if (work.sort === undefined || work.sort.column !== null) return true;
  if (work.group.length > 0) return true;
  const [only, ...more] = work.select ?? [];
  if (only !== undefined && more.length === 0) {
    work.sort = { ...work.sort, column: only };
    return true;
  }
  return work.refines === true || (work.measures.length === 0 && work.filters.length === 0);
}

/**
 * "filter a.csv to …; save it; report the sum of miles": the question is about what was kept, for it names no table.
 * What conditions alone don't tell, such as "the top 3 rows", is read from where it was saved.
 */
export function inheritFilter(work: Draft, clause: Clause): void {
  if (work.filters.length > 0 || /‹P\d+›/.test(clause.text)) return;
  const { before } = clause.around;
  const saved = before.at(-1);
  if (saved?.kind !== 'write') return;
  const rows = before.filter((intent) => intent.kind !== 'write' && intent.kind !== 'report');
  const last = rows.at(-1);
  if (last?.kind !== 'table' || last.ask !== 'rows' || last.measures.length > 0) return;
  if (JSON.stringify(last.source) !== JSON.stringify(work.source)) return;
  const earlier = rows.at(-2)?.kind === 'table';
  if (
    last.limit === undefined &&
    last.distinct !== true &&
    last.range === undefined &&
    last.derive === undefined &&
    !earlier
  )
    work.filters = last.filters;
  else work.source = { from: 'file', path: saved.path };
}

/** "have more than 300 pages": the column after what it is compared with. */
export const measureFirst = (text: string, column: string): string =>
  text
    .replace(
      new RegExp(
        `\\b(?:(?:that|which|who)\\s+)?(?:have|has|having|with|had)\\s+an?\\s+(${column})\\s+(?:of\\s+)?(?=(?:more|fewer|less|greater|over|under|above|below|at least|at most)\\b)`,
        'gi',
      ),
      'where $1 is ',
    )
    .replace(
      new RegExp(
        `\\b(?:(?:that|which|who)\\s+)?(?:have|has|having|with|had|cost|costs)\\s+((?:more|fewer|less|greater) than|over|under|above|below|at least|at most|exactly)\\s+(-?\\d[\\d.,]*)\\s+(?:in\\s+)?(${column})(?!\\w)`,
        'gi',
      ),
      (_, words: string, amount: string, name: string) =>
        `where ${name} is ${words.toLowerCase() === 'exactly' ? '' : `${words} `}${amount}`,
    );
