/** What a sentence about calls goes on to ask: "and explain it", "and how often", "as a PNG". */
import type { Intent } from './intent.ts';
import { type Clause, nameOf } from './places.ts';

const SUBJECT =
  /\bcall(?:s|er|ers|ee|ees)?\b(?:[\s-]?(?:graph|tree|hierarchy|map|relationships?))?|\bfunctions?\b|\bmethods?\b|\bclasses\b|\boutline\b|\bdefinitions\b|\bsymbols\b/gi;
/** Words after "and" that only say again what the answer holds anyway, or where to look. */
const SAYS_AGAIN =
  '(?:its|all|any|the|in|within|inside|under|below|from|of|through|at|look|looking|search|searching|using|with|starting|ending|report|list|show|give|return|print|output|tell|display|provide|present|name|include|subfolders|subdirectories|classes|methods|functions|callers|callees|calls?|save|write|store|put|where|their)';
const GOES_ON = new RegExp(
  `(?:\\band\\b|\\bthen\\b|&|;)\\s+(?:(?:then|also|please|finally)\\s+)*(?!${SAYS_AGAIN}\\b)[a-z]+|\\b(?:and|then)\\s+(?:also\\s+)?(?:tell|show|report|give|list)\\s+(?:me\\s+)?(?:how|why|which|who|whether|if)\\b|\\b(?:as|to|into)\\s+(?:an?\\s+)?(?:png|svg|pdf|image|picture|html|dot|graphviz|video)\\b`,
  'i',
);

/** Whether a part of the clause, after what the operation is about, would be dropped. */
export function asksOn(intent: Intent, clause: Clause): boolean {
  const names =
    intent.kind === 'call_path'
      ? [intent.start, intent.end]
      : intent.kind === 'callers' || intent.kind === 'callees'
        ? [intent.name]
        : [];
  const { text } = clause;
  const ends = [...text.matchAll(/‹[A-Z]\d+›|[A-Za-z_][\w.]*/g)]
    .filter(([token]) => names.includes(nameOf(token, clause)))
    .map((match) => match.index + match[0].length);
  const subjects = [...text.matchAll(SUBJECT)].map((match) => match.index + match[0].length);
  const from = Math.max(0, ...(names.length > 0 ? ends : subjects));
  return GOES_ON.test(text.slice(from));
}
