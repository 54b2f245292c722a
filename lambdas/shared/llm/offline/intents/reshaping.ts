/** Questions about a text that count it, reshape it, or compute with its numbers. */
import type { Source, TextQuery } from './intent.ts';
import { type Clause, NAME, nameOf } from './places.ts';
import type { Measure } from './table-work.ts';

type Counted = Extract<TextQuery, { op: 'count' }>['what'][number];
const COUNTED: ReadonlyArray<readonly [RegExp, Counted]> = [
  [/\b(?:unique|distinct|different) words\b/i, 'unique_words'],
  [/\b(?:unique|distinct|different) lines\b/i, 'unique_lines'],
  [/\b(?:non-?(?:empty|blank)) lines\b/i, 'nonempty_lines'],
  [/\b(?:blank|empty) lines?\b/i, 'blank_lines'],
  [/\blines?(?: of (?:text|code))?\b|\bline count\b/i, 'lines'],
  [/\bwords?\b|\bword count\b/i, 'words'],
  [/\bcharacters?\b|\bchars?\b|\bletters\b|\bcharacter count\b/i, 'characters'],
  [/\bsentences?\b/i, 'sentences'],
  [/\bparagraphs?\b/i, 'paragraphs'],
  [/\bbytes?\b/i, 'bytes'],
];
/** "How many lines contain a number?" is no count of the lines. */
const OF_LINES =
  /\blines?\b.*\b(?:contain(?:s|ing)?|have|has|having|with|without)\s+(?:an?\s+|any\s+|some\s+|no\s+)?(?!in\b|and\b|there\b)[a-z]+/i;
/** Whether every word of a clause is understood, given these more. */
export type Fine = (...more: string[]) => boolean;

export function countOf(clause: Clause, fine: Fine): TextQuery | null {
  const { text } = clause;
  if (
    !/\b(?:how many|count|number of|counts?|how long|length|wc|statistics|stats|total (?:number|count|amount))\b/i.test(
      text,
    ) ||
    OF_LINES.test(text) ||
    !fine()
  )
    return null;
  let rest = text;
  const what = COUNTED.flatMap(([pattern, name]) => {
    if (!pattern.test(rest)) return [];
    rest = rest.replace(pattern, ' ');
    return [name];
  });
  if (what.length > 0)
    return {
      op: 'count',
      what:
        what.includes('unique_words') && !/\bwords?\b.*\bwords?\b/i.test(text)
          ? what.filter((name) => name !== 'words')
          : what,
    };
  return /\bhow long\b|\b(?:text|file|word)\s+(?:statistics|stats)\b|\bwc\b/i.test(text)
    ? { op: 'count', what: ['lines', 'words', 'characters'] }
    : null;
}

export function reshapeOf(clause: Clause, fine: Fine): TextQuery | null {
  const { text } = clause;
  const replaced = new RegExp(
    `^(?:replace|substitute|change|swap)\\s+(?:(?:all|every|each|any|the)\\s+)*(?:(?:occurrences?|instances?|mentions?)\\s+of\\s+)?(?:the\\s+)?(?:word\\s+|text\\s+|string\\s+)?(${NAME})\\s+(?:with|by|to|for|into)\\s+(?:the\\s+)?(?:word\\s+|text\\s+)?(${NAME})(?:\\s+(?:in|inside|within|throughout|everywhere).*)?$`,
    'i',
  ).exec(text);
  if (replaced?.[1] !== undefined && replaced[2] !== undefined) {
    return /\b(?:only|except|column)\b/i.test(text)
      ? null
      : { op: 'replace', old: nameOf(replaced[1], clause), new: nameOf(replaced[2], clause) };
  }
  if (
    /\bsort(?:ed|ing)?\b|\border(?:ed)?\b|\balphabeti[sz]e\b/i.test(text) &&
    /\blines?\b|\bwords\b|\bnames\b|\bentries\b|\bit\b|\bthem\b|\brest\b|\bresults?\b|\boutput\b|\bcontents?\b|‹P/i.test(
      text,
    )
  ) {
    if (
      !fine(
        'sort',
        'sorted',
        'sorting',
        'order',
        'ordered',
        'alphabetically',
        'alphabetical',
        'alphabetize',
        'ascending',
        'descending',
        'reverse',
        'numerically',
        'numerical',
        'numeric',
        'increasing',
        'decreasing',
        'asc',
        'desc',
        'a',
        'z',
        'names',
        'entries',
        'reversed',
      )
    )
      return null;
    return {
      op: 'sort_lines',
      descending: /\b(?:descending|desc|reverse[d]?|decreasing|z\s*(?:to|-)\s*a)\b/i.test(text),
      numeric: /\bnumer/i.test(text),
    };
  }
  const counts = /\b(?:how many|count|number of)\b/i.test(text);
  if (!counts && /\b(?:duplicates?|dedup(?:e|licate)?|unique lines|distinct lines)\b/i.test(text))
    return fine(
      'remove',
      'duplicate',
      'duplicates',
      'duplicated',
      'dedupe',
      'deduplicate',
      'unique',
      'distinct',
      'list',
      'drop',
      'repeated',
    )
      ? { op: 'unique_lines', edits: /\b(?:remove|drop|dedup)/i.test(text) }
      : null;
  if (/\b(?:upper\s?-?case|capital letters|all caps)\b/i.test(text))
    return fine(
      'convert',
      'uppercase',
      'upper',
      'case',
      'capital',
      'letters',
      'caps',
      'change',
      'transform',
      'make',
      'turn',
      'version',
      'it',
    )
      ? { op: 'case', to: 'upper' }
      : null;
  if (/\b(?:lower\s?-?case|small letters)\b/i.test(text))
    return fine(
      'convert',
      'lowercase',
      'lower',
      'case',
      'small',
      'letters',
      'change',
      'transform',
      'make',
      'turn',
      'version',
    )
      ? { op: 'case', to: 'lower' }
      : null;
  if (/\btitle\s?-?case\b/i.test(text))
    return fine('convert', 'title', 'titlecase', 'case', 'change', 'transform', 'make', 'turn')
      ? { op: 'case', to: 'title' }
      : null;
  if (/^reverse\b|\breversed?\b/i.test(text)) {
    const what = /\blines\b/i.test(text) ? 'lines' : /\bwords\b/i.test(text) ? 'words' : 'characters';
    return fine('reverse', 'reversed', 'order', 'string') ? { op: 'reverse', what } : null;
  }
  const extracted = /\b(e-?mails?(?: addresses)?|urls?|links|web addresses|dates|numbers)\b/i
    .exec(text)?.[1]
    ?.toLowerCase();
  if (extracted !== undefined && /\b(?:extract|list|find|get|pull out|collect|show)\b/i.test(text)) {
    if (
      !fine(
        'extract',
        'list',
        'pull',
        'out',
        'collect',
        'email',
        'e',
        'mail',
        'mails',
        'emails',
        'address',
        'addresses',
        'url',
        'urls',
        'links',
        'web',
        'dates',
        'numbers',
        'mentioned',
        'appearing',
        'occurring',
        'found',
      )
    )
      return null;
    return {
      op: 'extract',
      what: /mail/.test(extracted)
        ? 'emails'
        : /url|link|web/.test(extracted)
          ? 'urls'
          : /date/.test(extracted)
            ? 'dates'
            : 'numbers',
    };
  }
  if (/\b(?:page|html|its|the) title\b|\btitle of\b/i.test(text))
    return fine('title', 'page', 'html', 'webpage', 'website', 'web', 'url', 's', 'tag', 'fetch', 'download')
      ? { op: 'title' }
      : null;
  return null;
}

const NUMBER_MEASURES: ReadonlyArray<readonly [RegExp, Measure]> = [
  [/\b(?:average|mean|avg)\b/i, 'mean'],
  [/\bmedian\b/i, 'median'],
  [/\b(?:standard deviation|stdev|std)\b/i, 'stdev'],
  [/\b(?:sum|total|add up|add|adding up)\b/i, 'sum'],
  [/\b(?:max(?:imum)?|largest|biggest|highest|greatest)\b/i, 'max'],
  [/\b(?:min(?:imum)?|smallest|lowest)\b/i, 'min'],
  [/\b(?:how many|count|number of)\b/i, 'count'],
];

/** "sum the numbers in numbers.txt". */
export function numbersOf(clause: Clause, source: Source, fine: Fine): TextQuery | null {
  const { text } = clause;
  if (OF_LINES.test(text) || (source.from === 'file' && /\.(?:csv|tsv)$/i.test(source.path))) return null;
  const noun = /\b(?:numbers?|values?|integers|figures|digits|scores|amounts)\b/i.test(text);
  const bare =
    /\b(?:sum|mean|average|median|total)\s+(?:(?:of|up|in)\s+)?(?:the\s+)?(?:file\s+)?(?:‹P|it\b|them\b)/i.test(
      text,
    ) || /^(?:sum|add|average|total)\s+(?:them|it)(?:\s+(?:up|all))?$/i.test(text);
  if (!noun && !bare) return null;
  const chosen = NUMBER_MEASURES.find(([pattern]) =>
    pattern.test(text.replace(/\bnumbers? of\b/gi, 'how many')),
  );
  if (
    chosen === undefined ||
    !fine(
      'average',
      'mean',
      'avg',
      'median',
      'standard',
      'deviation',
      'stdev',
      'std',
      'sum',
      'add',
      'adding',
      'together',
      'up',
      'max',
      'maximum',
      'largest',
      'biggest',
      'highest',
      'greatest',
      'min',
      'minimum',
      'smallest',
      'lowest',
      'numbers',
      'integers',
      'figures',
      'scores',
      'amounts',
      'them',
      'listed',
      'it',
      'line',
      'per',
      'found',
    )
  )
    return null;
  return { op: 'numbers', measure: chosen[1] };
}
