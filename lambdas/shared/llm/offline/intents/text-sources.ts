/** Texts that are no single file: a quotation, or all files of a kind. */
import { patternIn } from './file-kinds.ts';
import type { Source } from './intent.ts';
import { type Clause, folderIn, nameOf, pathsIn, Q } from './places.ts';

/** "How many words are in 'the quick brown fox'?": the quotation is the text. */
export function literalSource(clause: Clause): Source | null {
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
export function filesOf(clause: Clause): Source | null {
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
  if (paths.length === 0 || paths.length > 100) return null;
  return { from: 'files', paths, describes: `${paths.length} ${ending === '' ? '' : `${ending} `}files` };
}
