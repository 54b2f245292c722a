/** Counting, searching, summarising and reshaping the text of a file, or of what the operation before found. */
import { digitsForWords } from '../language/numbers.ts';
import type { Source, TextQuery, TextWork } from './intent.ts';
import { caseOf, linesWhere } from './line-conditions.ts';
import { countsByMark } from './line-counts.ts';
import { ENDS, endsOf, rangeOf } from './line-ends.ts';
import { linesOfKind } from './line-kinds.ts';
import { type Clause, folderIn, NAME, nameOf, pathsIn, Q, sourceOf, unread } from './places.ts';
import { countOf, numbersOf, reshapeOf } from './reshaping.ts';
import { filesOf, literalSource } from './text-sources.ts';
import { TEXT_WORDS } from './text-words.ts';

/** Reads one question about a text; null when any word of it is not understood. */
export function recogniseText(clause: Clause): TextWork | null {
  const source = filesOf(clause) ?? literalSource(clause) ?? sourceOf(clause);
  if (source === null || (source.from === 'file' && pathsIn(clause).length > 1)) return null;
  if (source.from === 'file' && /\/$/.test(source.path)) return null;
  const said = inLogs(clause.text, source);
  const read = queryOf({ ...clause, text: digitsForWords(said) }, source);
  const query = read?.op === 'matching_lines' && said !== clause.text ? { ...read, level: true } : read;
  const work: TextWork | null = query === null ? null : { kind: 'text', source, queries: [query] };
  return work === null || leavesOut(clause, work) ? null : work;
}

/** The errors of a log are its lines that say so. */
const inLogs = (text: string, source: Source): string =>
  source.from === 'file' && /\.log$/i.test(source.path)
    ? text.replace(/\b(errors|warnings)\b/, (word) => `${word === 'errors' ? 'ERROR' : 'WARN'} lines`)
    : text;

/** A quotation that no rule has read is a part of the question that would be dropped. */
function leavesOut(clause: Clause, work: TextWork): boolean {
  const used = new Set<unknown>(leaves(work));
  return (clause.text.match(/‹[QN]\d+›/g) ?? []).some((token) => !used.has(nameOf(token, clause)));
}

const leaves = (value: unknown): unknown[] =>
  value !== null && typeof value === 'object' ? Object.values(value).flatMap(leaves) : [value];

function queryOf(asked: Clause, source: Source): TextQuery | null {
  const { text, fold } = caseOf(asked.text);
  const clause = { ...asked, text };
  const fine = (...more: string[]): boolean =>
    unread(text, [
      ...TEXT_WORDS,
      ...more,
      ...(source.from === 'previous'
        ? ['prints', 'printed', 'outputs', 'returns', 'returned', 'answered']
        : []),
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

  if (/^(?:replace|substitute)\b/i.test(text)) return reshapeOf(clause, fine);
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
  if (times !== null && /^(?:each|every)$/i.test(times[1] ?? ''))
    return fine(
      'each',
      'every',
      'word',
      'often',
      'times',
      'many',
      'occur',
      'occurs',
      'appear',
      'appears',
      'is',
      'used',
    )
      ? { op: 'top_words', limit: 1_000 }
      : null;
  if (/^(?:all|any|which|it|that|this|one|them|these|those)$/i.test(times?.[1] ?? '')) return null;
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
    if (
      /^(?:find|list|show|search|locate|give)\b/i.test(text) &&
      !/\b(?:number|count|how|many|frequency)\b/i.test(text)
    ) {
      return fold === true ? null : { op: 'matching_lines', needle, count: false, invert: false };
    }
    const whole_word = /\bwords?\b/i.test(text.replace(/‹.*$/, ''));
    return { op: 'occurrences', needle, whole_word, ...(fold === undefined ? {} : { fold }) };
  }
  if (fold !== undefined) return linesWhere(asked);
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
  const words = /\b(?:(\d+) (longest|shortest)|(longest|shortest) (\d+)) words\b/i.exec(text);
  if (words !== null)
    return fine('longest', 'shortest', ...digits)
      ? {
          op: (words[2] ?? words[3])?.toLowerCase() as 'longest',
          what: 'word',
          limit: Number(words[1] ?? words[4]),
        }
      : null;
  const extreme = /\b(longest|shortest)\s+(line|word)\b/i.exec(text);
  if (extreme !== null)
    return fine('longest', 'shortest', 'long', 'length')
      ? {
          op: extreme[1]?.toLowerCase() as 'longest',
          what: extreme[2]?.toLowerCase() as 'line',
          ...(/\b(?:how many (?:characters|letters)|how long|length|number of (?:characters|letters))\b/i.test(
            text,
          )
            ? { length: true }
            : {}),
        }
      : null;
  const range = rangeOf(text, fine);
  if (range !== null) return range;
  if (ENDS.test(text)) return endsOf(text, fine, digits);
  const nth = /\bline (?:number )?(\d+)\b|\b(\d+)(?:st|nd|rd|th) line\b/i.exec(text);
  if (nth !== null)
    return fine(nth[1] ?? '', `${nth[2]}st`, `${nth[2]}nd`, `${nth[2]}rd`, `${nth[2]}th`, 'number')
      ? { op: 'line', number: Number(nth[1] ?? nth[2]) }
      : null;
  return (
    linesWhere(clause) ??
    countsByMark(clause, fine) ??
    linesOfKind(clause, fine) ??
    reshapeOf(clause, fine) ??
    countOf(clause, fine) ??
    numbersOf(clause, source, fine)
  );
}
