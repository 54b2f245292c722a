import { type Slot, slot, slotText } from '../language/mask.ts';
import type { Source, Surroundings, TextQuery } from './intent.ts';

/** A clause as recognisers get it: courtesies removed, things masked. */
export interface Clause {
  readonly text: string;
  readonly slots: readonly Slot[];
  readonly around: Surroundings;
}

export const P = slot('P');
export const Q = slot('Q');
export const U = slot('U');
export const C = slot('C');
export const G = slot('G');
/** A name: backticked, quoted, with `()`, or a bare identifier. */
export const NAME = `(?:${slot('NQ')}|[A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*)*)`;

/** The name meant by a placeholder or a bare word. */
export const nameOf = (token: string, clause: Clause): string =>
  (token.startsWith('‹') ? slotText(token, clause.slots) : token).replace(/\(\)$/, '').trim();

/** The path meant: as the workspace writes it when there is exactly one such file. */
export function resolvePath(path: string, files: readonly string[]): string {
  const wanted = path.replace(/^(?:\.\/)+/, '');
  if (files.includes(wanted)) return wanted;
  const lower = wanted.toLowerCase();
  const sameName = files.filter((file) => file.toLowerCase() === lower);
  if (sameName.length === 1) return sameName[0] ?? wanted;
  if (!wanted.includes('/')) {
    const below = files.filter((file) => file.split('/').pop()?.toLowerCase() === lower);
    if (below.length === 1) return below[0] ?? wanted;
  }
  return wanted;
}

/** Paths named in a clause, in order, as the workspace writes them. */
export function pathsIn(clause: Clause): string[] {
  return [...clause.text.matchAll(/‹P\d+›/g)].map((match) =>
    resolvePath(slotText(match[0], clause.slots), clause.around.files),
  );
}

/** The folder a clause speaks of, or null: `./src`, `the src folder`, `folder src`, `directory "lib"`. */
export function folderIn(clause: Clause): string | null {
  const path = pathsIn(clause)[0];
  if (path !== undefined) return path.replace(/\/+$/, '') || '.';
  const named =
    new RegExp(
      `\\b(?:folder|directory|dir|package)\\s+(?:called\\s+|named\\s+)?(${Q}|‹N\\d+›|(?!(?:and|or|which|that|to|for|from|with|is|are|in|of|the|between|as|structure|tree|contents?|listing|by|how|has|have|does|contains?|starting|called|named|on|at|where|then|do)\\b)[\\w-]+)`,
      'i',
    ).exec(clause.text) ??
    new RegExp(
      `\\b(?:the|in|of|under|inside|from)\\s+(${Q}|‹N\\d+›|(?!(?:the|this|that|a|given|current|root|top|whole|entire|same|workspace|project|provided|following|attached)\\b)[\\w-]+)[\\s/]+(?:folder|directory|dir|package)\\b`,
      'i',
    ).exec(clause.text);
  const token = named?.[1];
  if (token !== undefined) return nameOf(token, clause).replace(/\/+$/, '');
  const bare =
    /\b(?:in|under|inside|of|from|within|across|below|beneath|underneath)\s+(?:the\s+)?([\w-]+)\s*$/i.exec(
      clause.text,
    )?.[1];
  if (bare !== undefined && clause.around.files.some((file) => file.startsWith(`${bare}/`))) return bare;
  return null;
}

/** Words for the file that was just written. */
const SAVED_FILE =
  /\b(?:(?:that|this|the (?:new|resulting|output|saved|written|created)) file|(?:are|is) left|remain(?:s|ed|ing)?)\b/i;
/** What leaves a text, on which the next question may go on. */
export const reshapes = (query: TextQuery): boolean =>
  ['unique_lines', 'sort_lines', 'replace', 'case', 'reverse'].includes(query.op) ||
  ((query.op === 'matching_lines' || query.op === 'lines_where') && !query.count);

/** What leaves one line or word, of which "it" speaks. */
const isOneLine = ({ op }: TextQuery): boolean => op === 'longest' || op === 'shortest' || op === 'line';

/** The text a clause works on: a file it names, the file spoken of last, or the result before. */
export function sourceOf(clause: Clause): Source | null {
  const path = pathsIn(clause)[0];
  if (path !== undefined) return { from: 'file', path };
  const last = clause.around.before.filter((intent) => intent.kind !== 'report').at(-1);
  if (last?.kind === 'write' && SAVED_FILE.test(clause.text)) return { from: 'file', path: last.path };
  if (last?.kind === 'text' && last.queries.every(reshapes)) return { from: 'previous' };
  if (
    last?.kind === 'text' &&
    last.queries.every(isOneLine) &&
    /\b(?:it|its|that line|this line)\b/i.test(clause.text)
  )
    return { from: 'previous' };
  if (
    last !== undefined &&
    last.kind !== 'read' &&
    last.kind !== 'write' &&
    last.kind !== 'table' &&
    last.kind !== 'text' &&
    last.kind !== 'stat' &&
    last.kind !== 'copy' &&
    last.kind !== 'move'
  ) {
    return { from: 'previous' };
  }
  if (clause.around.file !== null) return { from: 'file', path: clause.around.file };
  const only = clause.around.files.length === 1 ? clause.around.files[0] : undefined;
  if (
    only !== undefined &&
    /\b(?:the|this|that|my|attached|given|provided|uploaded)\b[^.]*\b(?:file|document|text|csv|table|data(?:set)?|spreadsheet|article|log)\b/i.test(
      clause.text,
    )
  ) {
    return { from: 'file', path: only };
  }
  return null;
}

const FILLER = new Set(
  (
    'a an the this that these those it its is are was were be been in of on at to from for with and or by into as per via ' +
    'what which who how me us my our your you i we please kindly file files document text data dataset table csv tsv spreadsheet ' +
    'contents content given provided following attached uploaded named called show tell give print display report output find get ' +
    'compute calculate determine work out figure return answer result results value values there all every each any each do does did ' +
    'has have had contain contains containing contained inside within workspace project folder directory using use python also just ' +
    'only exactly overall whole entire current then now so if can could would should will want need like know see let present state ' +
    'write save store one single number numerical numeric'
  ).split(' '),
);

/** Words of a clause that no rule has read and that might change its meaning. */
export function unread(text: string, alsoFine: readonly string[] = []): string[] {
  const fine = new Set(alsoFine.map((word) => word.toLowerCase()));
  return text
    .replace(/‹[A-Z]\d+›/g, ' ')
    .split(/[^A-Za-z0-9_%]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '' && !FILLER.has(word) && !fine.has(word));
}
