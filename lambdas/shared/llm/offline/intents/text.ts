/** Counting, searching, summarising and reshaping the text of a file, or of what the operation before found. */
import { digitsForWords } from '../language/numbers.ts';
import { patternIn } from './files.ts';
import type { Measure, Source, TextQuery, TextWork } from './intent.ts';
import { type Clause, folderIn, NAME, nameOf, pathsIn, Q, sourceOf, unread } from './places.ts';

type Counted = Extract<TextQuery, { op: 'count' }>['what'][number];
const COUNTED: ReadonlyArray<readonly [RegExp, Counted]> = [
  [/\b(?:unique|distinct|different) words\b/i, 'unique_words'],
  [/\b(?:non-?(?:empty|blank)) lines\b/i, 'nonempty_lines'],
  [/\blines?(?: of (?:text|code))?\b|\bline count\b/i, 'lines'],
  [/\bwords?\b|\bword count\b/i, 'words'],
  [/\bcharacters?\b|\bchars?\b|\bletters\b|\bcharacter count\b/i, 'characters'],
  [/\bsentences?\b/i, 'sentences'],
  [/\bparagraphs?\b/i, 'paragraphs'],
  [/\bbytes?\b/i, 'bytes'],
];
const WORDS = [
  'many',
  'number',
  'count',
  'counts',
  'counting',
  'total',
  'text',
  'line',
  'lines',
  'word',
  'words',
  'character',
  'characters',
  'chars',
  'char',
  'letters',
  'sentences',
  'sentence',
  'paragraphs',
  'paragraph',
  'bytes',
  'unique',
  'distinct',
  'different',
  'long',
  'length',
  'size',
  'read',
  'report',
  'page',
  'article',
  'document',
  'body',
  'response',
  'it',
  'amount',
  'script',
  'log',
  'note',
  'code',
  'empty',
  'non',
  'blank',
  'load',
  'open',
  'appear',
  'appears',
  'up',
  'wc',
  'including',
  'spaces',
  'statistics',
  'stats',
  'source',
  'perform',
  'here',
  'simple',
  'separately',
  'respectively',
];

/** Reads one question about a text; null when any word of it is not understood. */
export function recogniseText(clause: Clause): TextWork | null {
  const source = filesOf(clause) ?? literalSource(clause) ?? sourceOf(clause);
  if (source === null) return null;
  if (source.from === 'file' && /\/$/.test(source.path)) return null;
  const query = queryOf({ ...clause, text: digitsForWords(clause.text) }, source);
  return query === null ? null : { kind: 'text', source, queries: [query] };
}

/** "How many words are in 'the quick brown fox'?": the quotation is the text. */
function literalSource(clause: Clause): Source | null {
  if (pathsIn(clause).length > 0) return null;
  const match =
    new RegExp(
      `\\b(?:words?|characters?|chars|letters|lines|sentences|emails?|numbers?|reverse|uppercase|upper case|lowercase|lower case|vowels)\\b.*?(?:in|of|from|does|:|the)?\\s*(?:the\\s+)?(?:following\\s+)?(?:text|string|sentence|phrase|word)?\\s*:?\\s*(${Q})`,
      'i',
    ).exec(clause.text) ??
    new RegExp(
      `^(?:convert|reverse|count|make|change|turn|capitali[sz]e|summari[sz]e)\\s+(?:the\\s+)?(?:text|string|sentence|phrase|word)?\\s*:?\\s*(${Q})`,
      'i',
    ).exec(clause.text);
  const token = match?.[1];
  const asksForWord = /\bhow (?:many times|often)\b|\boccurrences?\b|\bcontain/i.test(clause.text);
  return token === undefined || asksForWord ? null : { from: 'literal', text: nameOf(token, clause) };
}

/** "all python files in src", "*.txt": several files at once. */
function filesOf(clause: Clause): Source | null {
  if (!/\b(?:all|every|each|across)\b|‹G\d+›/i.test(clause.text) || !/\bfiles?\b|‹G\d+›/i.test(clause.text))
    return null;
  const named = pathsIn(clause);
  if (named.some((path) => clause.around.files.includes(path))) return null;
  const pattern = patternIn(clause);
  const folder = folderIn(clause) ?? '.';
  if (pattern === null && !/\b(?:all|every|each)\b.*\bfiles\b/i.test(clause.text)) return null;
  const ending = pattern?.replace(/^.*\*/, '') ?? '';
  const prefix = folder === '.' ? '' : `${folder}/`;
  const paths = clause.around.files.filter(
    (file) => file.startsWith(prefix) && file.toLowerCase().endsWith(ending.toLowerCase()),
  );
  if (paths.length === 0 || paths.length > 200) return null;
  return { from: 'files', paths, describes: `${paths.length} ${ending === '' ? '' : `${ending} `}files` };
}

function queryOf(clause: Clause, source: Source): TextQuery | null {
  const { text } = clause;
  const fine = (...more: string[]): boolean =>
    unread(text, [
      ...WORDS,
      ...more,
      ...(source.from === 'files'
        ? [
            'python',
            'source',
            'py',
            'txt',
            'md',
            'csv',
            'json',
            'js',
            'ts',
            'across',
            'together',
            'combined',
            'javascript',
            'typescript',
            'markdown',
            'log',
            'ending',
            'with',
            ...(folderIn(clause) ?? '').split('/'),
          ]
        : []),
    ]).length === 0;
  const limit = Number(/\b(\d+)\b/.exec(text)?.[1] ?? Number.NaN);
  const digits = Number.isNaN(limit) ? [] : [String(limit)];

  const times =
    new RegExp(
      `\\b(?:how many times|how often)\\s+(?:does|do|is|did|can)?\\s*(?:the\\s+)?(?:(?:word|string|text|term|phrase|name|letter|character|substring)\\s+)?(${NAME})`,
      'i',
    ).exec(text) ??
    new RegExp(
      `\\b(?:occurrences?|appearances|instances|mentions|frequency|number of times)\\s+(?:of|for)?\\s*(?:the\\s+)?(?:(?:word|string|text|term|phrase|name|letter|character|substring)\\s+)?(${NAME})`,
      'i',
    ).exec(text) ??
    new RegExp(`\\bcount\\s+(?:the\\s+)?(?:word|string|term|phrase|letter|character)\\s+(${Q})`, 'i').exec(
      text,
    ) ??
    new RegExp(`\\bcount\\s+(?:how\\s+(?:often|many times)\\s+)?(${Q})\\s+(?:in|appears|occurs)`, 'i').exec(
      text,
    ) ??
    new RegExp(`\\bhow many\\s+(${Q})s?\\s+(?:are|appear|occur)`, 'i').exec(text);
  if (times?.[1] !== undefined) {
    const needle = nameOf(times[1], clause);
    if (
      !fine(
        'times',
        'often',
        'occurrences',
        'occurrence',
        'appearances',
        'instances',
        'mentions',
        'frequency',
        'string',
        'term',
        'phrase',
        'letter',
        'character',
        'substring',
        'name',
        'occur',
        'occurs',
        'mentioned',
        'used',
        'show',
        'case',
        'come',
        'comes',
        'found',
        'happen',
        'is',
        needle,
        ...needle.split(/\W+/),
      )
    )
      return null;
    return { op: 'occurrences', needle, whole_word: /\bwords?\b/i.test(text.replace(/‹.*$/, '')) };
  }
  if (
    /\b(?:summari[sz]e|summary|tl;?dr|key (?:points|sentences)|gist|overview|main points|abstract)\b/i.test(
      text,
    )
  ) {
    if (
      !fine(
        'summarize',
        'summarise',
        'summary',
        'short',
        'brief',
        'briefly',
        'concise',
        'key',
        'points',
        'main',
        'gist',
        'overview',
        'extractive',
        'create',
        'make',
        'generate',
        'produce',
        'important',
        'most',
        'in',
        'provide',
        'a',
        'few',
        'couple',
        'quick',
        'abstract',
        'tl',
        'dr',
        'tldr',
        'produce',
        'sentences',
        'using',
        'at',
        'most',
        'up',
        'no',
        'more',
        'than',
        ...digits,
      )
    )
      return null;
    return { op: 'summary', sentences: Math.min(limit || 3, 20) };
  }
  if (
    /\b(?:most (?:common|frequent|used|often)|top|commonest|frequent(?:ly)?)\b.*\bwords?\b|\bwords?\b.*\b(?:most|top)\b.*\b(?:common|frequent|often|frequently|used)|\bword (?:frequenc(?:y|ies)|counts)\b/i.test(
      text,
    )
  ) {
    if (
      !fine(
        'most',
        'common',
        'frequent',
        'frequently',
        'used',
        'often',
        'top',
        'commonest',
        'frequencies',
        'frequency',
        'occurring',
        'list',
        'occur',
        'occurs',
        'appear',
        'along',
        'counts',
        'their',
        'its',
        'with',
        'together',
        'by',
        'according',
        'words',
        ...digits,
      )
    )
      return null;
    return { op: 'top_words', limit: limit || (/\bwords\b|frequenc/i.test(text) ? 10 : 1) };
  }
  const extreme = /\b(longest|shortest)\s+(line|word)\b/i.exec(text);
  if (extreme !== null)
    return fine('longest', 'shortest')
      ? { op: extreme[1]?.toLowerCase() as 'longest', what: extreme[2]?.toLowerCase() as 'line' }
      : null;
  const ends =
    /\b(first|last|top|bottom)\s+(?:(\d+)\s+)?lines?\b/i.exec(text) ??
    /\b(head|tail)\b(?:.*?(\d+))?/i.exec(text);
  if (ends !== null)
    return fine('first', 'last', 'top', 'bottom', 'head', 'tail', ...digits)
      ? {
          op: 'lines',
          which: /first|top|head/i.test(ends[1] ?? '') ? 'first' : 'last',
          limit: Number(ends[2] ?? (/\blines\b|head|tail/i.test(ends[0]) ? 10 : 1)),
        }
      : null;
  const nth = /\bline (?:number )?(\d+)\b|\b(\d+)(?:st|nd|rd|th) line\b/i.exec(text);
  if (nth !== null)
    return fine(nth[1] ?? '', `${nth[2]}st`, `${nth[2]}nd`, `${nth[2]}rd`, `${nth[2]}th`, 'number')
      ? { op: 'line', number: Number(nth[1] ?? nth[2]) }
      : null;
  const matching = new RegExp(
    `\\blines?\\b.*?\\b(?:that\\s+|which\\s+)?(don't contain|do not contain|not containing|without|contain(?:s|ing)?|mention(?:s|ing)?|with|includ(?:e|es|ing)|match(?:es|ing)?|start(?:s|ing)? with|end(?:s|ing)? with)\\s+(?:the\\s+)?(?:word\\s+|text\\s+|string\\s+|phrase\\s+)?(${NAME})`,
    'i',
  ).exec(text);
  if (matching?.[2] !== undefined && !/start|end/i.test(matching[1] ?? '')) {
    const needle = nameOf(matching[2], clause);
    if (
      !fine(
        'contain',
        'contains',
        'containing',
        'mention',
        'mentions',
        'mentioning',
        'without',
        'including',
        'include',
        'string',
        'phrase',
        'list',
        'don',
        't',
        'not',
        'keep',
        'filter',
        'extract',
        'with',
        'match',
        'matches',
        'matching',
        needle,
        ...needle.split(/\W+/),
      )
    )
      return null;
    return {
      op: 'matching_lines',
      needle,
      count: /\b(?:how many|count|number of)\b/i.test(text),
      invert: /not|n't|without/i.test(matching[1] ?? ''),
    };
  }
  return reshapeOf(clause, fine) ?? numbersOf(clause, source, fine) ?? countOf(clause, fine);
}

function countOf(clause: Clause, fine: (...more: string[]) => boolean): TextQuery | null {
  const { text } = clause;
  if (
    !/\b(?:how many|count|number of|counts?|how long|length|wc|statistics|stats|total)\b/i.test(text) ||
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

function reshapeOf(clause: Clause, fine: (...more: string[]) => boolean): TextQuery | null {
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
    /\blines?\b|\bwords\b|\bnames\b|\bentries\b|\bit\b|\bcontents?\b|‹P/i.test(text)
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
  if (/\b(?:duplicates?|dedup(?:e|licate)?|unique lines|distinct lines)\b/i.test(text))
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
      ? { op: 'unique_lines' }
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
function numbersOf(clause: Clause, source: Source, fine: (...more: string[]) => boolean): TextQuery | null {
  const { text } = clause;
  if (source.from === 'file' && /\.(?:csv|tsv)$/i.test(source.path)) return null;
  const noun = /\b(?:numbers?|values?|integers|figures|digits|scores|amounts)\b/i.test(text);
  const bare =
    /\b(?:sum|mean|average|median|total)\s+(?:of|up|in)\s+(?:the\s+)?(?:file\s+)?(?:‹P|it\b|them\b)/i.test(
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
