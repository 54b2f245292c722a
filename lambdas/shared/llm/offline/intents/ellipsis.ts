/** Words that a sentence leaves out because its other half has them, and turns of phrase that mean a plainer one. */

import { slotText } from '../language/mask.ts';
import { digitsForWords } from '../language/numbers.ts';
import type { Intent } from './intent.ts';
import { type Clause, pathsIn } from './places.ts';
import { recogniseSink } from './writes.ts';

const LEAD =
  /^((?:count|compute|calculate|find|get|give|show|tell|report|determine|print|display)(?: me)?|what is|what are|how many)\s/i;

/**
 * "count the words of a.txt and the rows of b.csv" has its verb once,
 * "how many INFO lines and how many WARN lines are in a.log" its file once.
 */
export function withEllipsis(clause: Clause, read: (clause: Clause) => Intent[] | null): Intent[] | null {
  const lead = LEAD.exec(clause.text)?.[1];
  const halves = clause.text.split(/\s*,?\s+and\s+/i);
  if (lead === undefined || halves.length < 2 || halves.length > 4) return null;
  const place = /\s(?:in|of|from|inside|within)\s+(?:the\s+)?(?:file\s+)?‹P\d+›$/i.exec(clause.text)?.[0];
  const out: Intent[] = [];
  for (const [at, half] of halves.entries()) {
    const text = at === 0 || LEAD.test(half) ? half : `${lead} ${half}`;
    const own = pathsIn({ ...clause, text }).length > 0;
    if (!own && (place === undefined || pathsIn(clause).length > 1)) return null;
    const found = read({ ...clause, text: own ? text : `${text}${place}` });
    if (found === null || found.some((intent) => intent.kind === 'read' || intent.kind === 'write'))
      return null;
    out.push(...found);
  }
  return out;
}

/** Turns of phrase whose plainer form the rules read. */
export function plainly({ text }: Clause): string {
  return text
    .replace(
      /^which\s+(line|word)\s+(?:of|in)\s+(‹P\d+›)\s+is\s+(?:the\s+)?(longest|shortest)$/i,
      'find the $3 $1 of $2',
    )
    .replace(
      /^(?:what|which)\s+((?!(?:columns?|rows?|words?|lines?|functions?|status|content|contents?|text|code)\b)[\w.-]+)\s+(?:does|do)\s+(‹U\d+›)\s+(?:report|return|give|specify|state|declare|define|contain|have|show|list|name|use)s?$/i,
      'what is the $1 at $2',
    )
    .replace(
      /^does\s+(‹P\d+›|it)\s+(?:contain|mention|include|have)\s+(?:the\s+(word|text|string|phrase)\s+(‹[QN]\d+›|[\w-]+)|(‹Q\d+›))(?:\s+(?:anywhere|in it|somewhere))?$/i,
      (_, place: string, kind: string | undefined, named: string | undefined, quoted: string | undefined) =>
        `how many times does the ${kind ?? 'text'} ${named ?? quoted} appear in ${place}`,
    )
    .replace(
      /\bhow (?:many times|often)\s+(it|‹P\d+›)\s+(?:says|mentions|contains|uses|has)\s+((?:the\s+(?:word|text|string)\s+)?‹[QN]\d+›)$/i,
      'how many times does $2 appear in $1',
    )
    .replace(
      /^(?:search|grep|scan|look (?:in|through))\s+((?:its|the)\s+(?:output|response|reply|page|contents?))\s+for\s+/i,
      'find the lines in it containing ',
    )
    .replace(
      /^(?:check|see|verify|test|find out)\s+(?:whether|if|that)\s+(‹U\d+›)\s+(?:responds?|answers?|returns?|replies)(?:\s+with)?\s+(?:an?\s+)?(?:http\s+)?(?:status\s+)?(?:code\s+)?(?:of\s+)?[1-5]\d\d$/i,
      'what is the status of $1',
    );
}

/** "write the result, rounded to 1 decimal place, to out.txt": the rounding is an operation of its own. */
export function roundedSink(clause: Clause): Intent[] | null {
  const match =
    /^((?:write|save|store|put|record|append|log)\b[^‹,]*?),?\s+(?:rounded|round(?:ed)? it)\s+(?:off\s+)?to\s+(\d+|one|two|three|four)\s+(?:decimal places?|decimals?|digits?),?\s+((?:in(?:to)?|to|as)\s.*)$/i.exec(
      clause.text,
    );
  const [, start, digits, end] = match ?? [];
  if (start === undefined || digits === undefined || end === undefined) return null;
  const sink = recogniseSink({ ...clause, text: `${start} ${end}` });
  if (sink === null) return null;
  const asked = `the result rounded to ${digits} decimals`;
  return [
    { kind: 'calculate', expression: 'x', asked, decimals: Number(digitsForWords(digits)), ofPrevious: true },
    sink,
  ];
}

/** "convert staff.csv to staff.json", "make a json file staff.json out of staff.csv". */
export function converted(clause: Clause, read: (clause: Clause) => Intent | null): Intent[] | null {
  const there =
    /^(?:convert|turn|transform|export)\s+(?:the\s+)?(?:file\s+)?(‹P\d+›)\s+(?:in)?to\s+(?:an?\s+|the\s+)?(?:json\s+)?(?:file\s+)?(?:called\s+|named\s+)?(‹P\d+›)$/i;
  const back =
    /^(?:make|create|generate|produce|build)\s+(?:an?\s+|the\s+)?(?:json\s+)?(?:file\s+)?(?:called\s+|named\s+)?(‹P\d+›)\s+(?:out of|from|of)\s+(‹P\d+›)$/i;
  const [, from, to] = there.exec(clause.text) ?? [];
  const [, target = to, source = from] = back.exec(clause.text) ?? [];
  const path = slotText(target, clause.slots).replace(/^(?:\.\/)+/, '');
  if (
    source === undefined ||
    !/\.json$/i.test(path) ||
    !/\.(?:csv|tsv)$/i.test(slotText(source, clause.slots))
  )
    return null;
  const table = read({ ...clause, text: `convert ${source} to json` });
  return table?.kind === 'table'
    ? [table, { kind: 'write', mode: 'write', path, content: { from: 'result', all: false } }]
    : null;
}

/** "combine a.txt and b.txt into c.txt": one text after the other. */
export function concatenation(clause: Clause): Intent[] | null {
  const { text, around } = clause;
  const match =
    /^(?:combine|concatenate|merge|join|cat)\s+(?:the\s+)?(?:(?:contents?|text) of\s+)?(?:the\s+)?(?:files?\s+)?(‹P\d+›(?:(?:\s*,\s*|\s*,?\s+and\s+)‹P\d+›)*|both(?: files| of them)?|them|the two files|the two|these files)(?:\s+together)?\s+(?:in)?to\s+(?:(?:a|one|the)\s+)?(?:new\s+|single\s+)?(?:file\s+)?(?:called\s+|named\s+)?(‹P\d+›)$/i.exec(
      text,
    );
  if (match === null) return null;
  const onlyWritten = around.before.every(
    (intent) => intent.kind === 'write' && intent.content.from === 'literal',
  );
  const named = pathsIn(clause);
  const target = named.at(-1);
  const sources =
    named.length > 1
      ? named.slice(0, -1)
      : around.before.flatMap((intent) => (intent.kind === 'write' ? [intent.path] : [])).slice(-2);
  // Tables have a header each, and JSON documents are no text to put in a row.
  if (target === undefined || sources.length < 2 || !onlyWritten) return null;
  if (sources.some((path) => /\.(?:csv|tsv|json|jsonl)$/i.test(path))) return null;
  return [
    ...sources.map((path): Intent => ({ kind: 'read', path })),
    { kind: 'write', mode: 'write', path: target, content: { from: 'result', all: true } },
  ];
}
