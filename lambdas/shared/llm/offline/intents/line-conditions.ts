/** Lines told by what they hold: "lines that don't mention X", "starting with X", "with X or Y", "X but not Y". */
import type { LineTest, TextQuery } from './intent.ts';
import { type Clause, NAME, nameOf, unread } from './places.ts';
import { TEXT_WORDS } from './text-words.ts';

const FOLDS =
  /[\s,]*\(?\b(?:(?:in\s+a\s+)?case[\s-]*insensitiv(?:e|ely)(?:\s+(?:way|manner|match(?:ing)?|search))?|(?:ignoring|regardless\s+of|ignore|whatever)\s+(?:the\s+)?(?:letter\s+)?case|in\s+any\s+case|(?:whether|in)\s+upper\s+or\s+lower\s*case)\b\)?/i;
const EXACT_CASE = /[\s,]*\(?\bcase[\s-]*sensitiv(?:e|ely)\b\)?/i;

/** What a clause says of upper and lower case, and the rest of it. */
export function caseOf(text: string): { readonly text: string; readonly fold?: boolean } {
  if (FOLDS.test(text)) return { text: text.replace(FOLDS, ' '), fold: true };
  return EXACT_CASE.test(text) ? { text: text.replace(EXACT_CASE, ' '), fold: false } : { text };
}

const MARKS: Readonly<Record<string, string>> = {
  'full stop': '.',
  period: '.',
  dot: '.',
  comma: ',',
  colon: ':',
  semicolon: ';',
  'question mark': '?',
  'exclamation mark': '!',
  'exclamation point': '!',
  hash: '#',
};
/** Words that say what kind of thing a line holds, and are not themselves looked for. */
const KINDS =
  /^(?:numbers?|digits?|letters?|words?|characters?|dates?|times?|timestamps?|e-?mails?|urls?|links?|header|headers|spaces?|whitespace|tabs?|comments?|punctuation|duplicates?|errors|warnings|text|content|anything|something|nothing|values?|names?|either|both|neither|none|more|less|fewer|only|at|exactly|any|some|no|one|an?|the|it|them|this|that|these|those|all|each|every|not|over|under|than|least|most|upper|lower|uppercase|lowercase|capitals?|in|on|of|to)$/i;

const NOT = `(?:(?:do|does|did|are|is|were|was)\\s*(?:not|n['’]?t)|don['’]?t|doesn['’]?t|aren['’]?t|isn['’]?t|not|never)\\s+`;
const VERB = `(?:contain(?:s|ing)?|mention(?:s|ing)?|includ(?:es?|ing)|match(?:es|ing)?|hold(?:s|ing)?|ha(?:ve|s)|having|with|featur(?:es?|ing))`;
const LACKS = `(?:without|lack(?:s|ing)?|(?:with|have|has|having|containing|contain)\\s+no|omit(?:s|ting)?)`;
const EDGE = `(?:(start|begin|end)(?:s|ing|ning)?\\s+(?:with|in|on|by)|(?:are\\s+)?(prefix|suffix)ed\\s+(?:with|by))`;
const NOUN = `(?:the\\s+|an?\\s+)?(?:(?:exact\\s+)?(?:word|words|text|string|phrase|term|letter|character|substring|prefix|suffix)\\s+)?`;
const NEEDLE = `${NOUN}(${Object.keys(MARKS).join('|')}|${NAME})`;
const SAID = `(${NOT})?(?:(${LACKS})|${EDGE}|(${VERB}))\\s+(either\\s+|both\\s+|neither\\s+)?${NEEDLE}`;
const START = new RegExp(
  `\\b(?:lines?|entries|rows|ones)\\b(?:\\s+(?:(?:in|of|from|within)\\s+(?:the\\s+)?(?:file\\s+)?‹P\\d+›|in\\s+(?:it|the\\s+file)|of\\s+(?:it|the\\s+file)|there|are|that|which))*,?\\s+((?:all\\s+)?(?:except(?:ing)?|excluding|but|other than|apart from)(?:\\s+for)?\\s+(?:(?:the|those|any|all|lines?|ones|that|which)\\s+)+)?${SAID}`,
  'i',
);
const MORE = new RegExp(
  `^\\s*,?\\s*(or|and|but|nor)\\s+(?:(?:that|which)\\s+)?(?:${SAID}|(not\\s+)?(?:the\\s+(?:word|text|string)\\s+)?(${NAME}))(?=\\s*(?:$|,|\\b(?:or|and|in|of|from)\\b))`,
  'i',
);

interface Read {
  readonly test: LineTest;
  /** The word that joins it to the one before. */
  readonly joined: string;
  /** It stands without a verb and goes on from the one before. */
  readonly bare: boolean;
}

/** Reads the conditions on lines; null when there are none or a part of them is not understood. */
export function linesWhere(clause: Clause): TextQuery | null {
  const { text: told, fold } = caseOf(clause.text);
  const text = told.replace(/\s+(?:anywhere\s+)?in\s+(?:them|it)\b/gi, '');
  const first = START.exec(text);
  if (first === null) return null;
  const [outside, ...said] = first.slice(1);
  const one = testOf(said, clause);
  if (one === null) return null;
  const joined = said[5]?.trim().toLowerCase();
  if (outside !== undefined && one.invert) return null;
  const reads: Read[] = [{ test: one, joined: '', bare: false }];
  let end = first.index + first[0].length;
  for (let more = MORE.exec(text.slice(end)); more !== null; more = MORE.exec(text.slice(end))) {
    const [word, ...parts] = more.slice(1);
    const next = furtherTest(parts, reads.at(-1)?.test ?? one, clause);
    if (next === null) return null;
    reads.push({ test: next, joined: word?.toLowerCase() ?? '', bare: parts[8] !== undefined });
    end += more[0].length;
  }
  const rest = `${text.slice(0, first.index)} lines ${text.slice(end)}`;
  if (unread(rest, [...TEXT_WORDS, 'list', 'keep', 'filter', 'extract', 'select']).length > 0) return null;
  if (/‹[QN]\d+›|\b(?:first|last|top|longest|shortest|unique|distinct|each)\b/i.test(rest)) return null;
  const any = alternatives(reads, joined);
  const [only, ...others] = any?.flat() ?? [];
  if (any === null || only === undefined || (outside !== undefined && others.length > 0)) return null;
  const count = /\b(?:how many|count|number of)\b/i.test(rest);
  const invert = only.invert !== (outside !== undefined);
  return others.length === 0 && only.at === 'in' && fold !== true
    ? { op: 'matching_lines', needle: only.needle, count, invert }
    : {
        op: 'lines_where',
        any: others.length === 0 ? [[{ ...only, invert }]] : any,
        count,
        fold: fold === true,
      };
}

type Parts = readonly (string | undefined)[];

/** The groups of `SAID`: not, lacks, edge, edge, verb, both, needle. */
function testOf([not, lacks, edge, fix, , , token]: Parts, clause: Clause): LineTest | null {
  if (token === undefined || !isNeedle(token, clause) || (not !== undefined && lacks !== undefined))
    return null;
  const side = edge ?? fix;
  return {
    needle: MARKS[token.toLowerCase()] ?? nameOf(token, clause),
    at: side === undefined ? 'in' : /^(?:end|suffix)$/i.test(side) ? 'end' : 'start',
    invert: not !== undefined || lacks !== undefined,
  };
}

/** The groups of `MORE` after its word: those of `SAID`, or "not" and a needle that goes on from the last. */
function furtherTest(parts: Parts, last: LineTest, clause: Clause): LineTest | null {
  const [not, bare] = parts.slice(7);
  if (bare === undefined) return testOf(parts, clause);
  return isNeedle(bare, clause)
    ? { ...last, needle: nameOf(bare, clause), invert: not !== undefined || last.invert }
    : null;
}

function isNeedle(token: string, clause: Clause): boolean {
  if (token.startsWith('‹') || MARKS[token.toLowerCase()] !== undefined || !KINDS.test(token)) return true;
  return new RegExp(`\\b(?:word|text|string|phrase|term|letter|character)\\s+${token}\\b`, 'i').test(
    clause.text,
  );
}

/** "A and B" are of one line, "A or B" of either; both words in one sentence are not told apart. */
function alternatives(reads: readonly Read[], first: string | undefined): LineTest[][] | null {
  const tests = reads.map(({ test }) => test);
  if (reads.length === 1) return first === undefined ? [tests] : null;
  const words = new Set(reads.slice(1).map(({ joined }) => (joined === 'but' ? 'and' : joined)));
  const [word] = words;
  if (words.size > 1) return null;
  if (first === 'neither' || word === 'nor')
    return first === 'neither' && word !== 'and' && tests.every((test) => !test.invert)
      ? [tests.map((test) => ({ ...test, invert: true }))]
      : null;
  const inverted = tests.filter((test) => test.invert).length;
  if (word === 'or') {
    // "without A or B" has neither; "without A or with B" is left to who can ask.
    if (inverted > 0)
      return inverted === tests.length && reads.slice(1).every(({ bare }) => bare) ? [tests] : null;
    return first === 'both' ? null : tests.map((test) => [test]);
  }
  // "without A and B" may mean either.
  const unclear = tests[0]?.invert === true && reads.slice(1).some(({ bare }) => bare);
  return unclear || first === 'either' ? null : [tests];
}
