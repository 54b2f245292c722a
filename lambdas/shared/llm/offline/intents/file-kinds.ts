/** Which files are meant by their endings. */
import { slotText, unmask } from '../language/mask.ts';
import type { Clause } from './places.ts';

export const KINDS: Readonly<Record<string, string>> = {
  python: '*.py',
  javascript: '*.js',
  typescript: '*.ts',
  text: '*.txt',
  csv: '*.csv',
  json: '*.json',
  markdown: '*.md',
  yaml: '*.yaml',
  xml: '*.xml',
  html: '*.html',
  log: '*.log',
  java: '*.java',
  go: '*.go',
};

/** Which files are meant by "all python files", "*.csv", "files ending in .md". */
export function patternIn(clause: Clause): string | null {
  const glob = /‹G\d+›/.exec(clause.text)?.[0];
  if (glob !== undefined) return slotText(glob, clause.slots);
  const text = unmask(clause.text, clause.slots, 'text');
  const ending =
    /\b(?:ending (?:in|with)|with (?:the )?(?:file )?(?:extension|suffix)|whose names? ends? (?:in|with)|of type)\s+["'`]?\.?(\w+)/i.exec(
      text,
    )?.[1] ?? /(?<![\w/])\.(\w{1,6}) files?\b/i.exec(text)?.[1];
  if (ending !== undefined) return `*.${ending.toLowerCase()}`;
  const kind =
    /\b(python|javascript|typescript|text|csv|json|markdown|yaml|xml|html|log|java|go|txt|md|py|js|ts|tsv)[\s-]+(?:source[\s-]+)?(?:code[\s-]+)?files?\b/i
      .exec(text)?.[1]
      ?.toLowerCase();
  return kind === undefined ? null : (KINDS[kind] ?? `*.${kind}`);
}
