/** Which words name functions, and which words around them change what a question about calls means. */
import { type Clause, nameOf } from './places.ts';

const NOT_NAMES =
  /^(?:of|to|from|by|in|on|with|through|and|or|not|both|either|neither|more|less|many|connects?|leads?|goes|between|into|is|are|how|flows?|via|execution|dependency|the|a|an|it|this|that|them|all|any|each|every|another|other|function|functions|method|methods|file|files|code|python|program|script|source|folder|there|where|what|which|one|here|module|modules|class|classes|call|calls|you|we|i|directly|indirectly|internally|itself|anything|something|nothing)$/i;
/** Places in a program, and names that many functions bear. */
const ALSO_PLACES = /^(?:start|end|finish|beginning|begin|top|bottom|first|next|last)$/i;

/** A bare word may be no name at all; what is marked as one, as `start()` is, may be any word. */
export function isName(token: string, clause: Clause): boolean {
  const name = nameOf(token, clause);
  if (name === '' || /^\d/.test(name)) return false;
  if (token.startsWith('‹')) return true;
  if (!ALSO_PLACES.test(name)) return !NOT_NAMES.test(name);
  // "the callers of top in src", not "the end", "first of all", "top level functions".
  return (
    !new RegExp(`\\b(?:the|its|very)\\s+${name}\\b`, 'i').test(clause.text) &&
    new RegExp(
      `\\b${name}(?:\\s+(?:in|inside|within|under|from|to|calls?|reach(?:es)?)\\b|\\s+and\\b|\\s*[,;?→]|\\s*[-=]>|\\s*$)`,
      'i',
    ).test(clause.text)
  );
}

/** "from start to end", "from top to bottom" are said of any program. */
export const areEnds = (tokens: readonly string[]): boolean =>
  tokens.every((token) => ALSO_PLACES.test(token));

const WAY = '(?:path|route|chain|sequence|way|trace|flow|possibility)';
const SEVERAL = new RegExp(
  `\\b(?:every|each|all)\\s+(?:[a-z]+\\s+){0,3}${WAY}s?\\b|\\b(?:paths|routes|chains|ways|sequences|possibilities)\\b`,
  'i',
);
/** Whether every way from one function to the other is asked for. */
export const asksForAll = (text: string): boolean => SEVERAL.test(text);

const COUNTS = /\b(?:how many|how often|count|number of|how long|how deep)\b/i;
/** What the analyzer's answer to "from A to B" leaves aside: "without X", "the longest", "in at most 3 calls". */
export function narrowsPath(text: string, clause: Clause): boolean {
  if (COUNTS.test(text) && !asksForAll(text)) return true;
  const via =
    /\b(?:through|via|by way of|pass(?:es|ing)? by|visit(?:s|ing)?)\s+(?:the\s+)?(?:function\s+)?(‹[NQ]\d+›|[A-Za-z_]\w*)/i.exec(
      text,
    )?.[1];
  if (via !== undefined && isName(via, clause) && !/^(?:direct|indirect|other|intermediate)$/i.test(via))
    return true;
  return /\b(?:not|never|n't|without|avoid\w*|bypass\w*|skip\w*|except\w*|exclud\w*|omit\w*|longest|deepest|second|alternative|other than|at (?:most|least)|within \d+|fewer|less|more than|exactly|recursive\w*|directly|weight\w*)\b|n't\b/i.test(
    text,
  );
}

/** "call both a and b", "more than once", "but not by c": more than one function's neighbours. */
export const narrowsNeighbours = (text: string): boolean =>
  /\b(?:not|never|without|except\w*|exclud\w*|indirect\w*|transitiv\w*|recursiv\w*|eventually|only|both|either|neither|nor|once|twice|times|most|least|more than|at (?:most|least)|but|common)\b|n't\b/i.test(
    text,
  ) || /\b(?:and|or)\s+(?:‹N\d+›|[A-Za-z_]\w*)\s*(?:$|\?|,?\s*\b(?:in|inside|within|under)\b)/i.test(text);
