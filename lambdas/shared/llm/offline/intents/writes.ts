/** Writing into files: what a clause says, or what the operations before it found. */
import { slotText, unmask } from '../language/mask.ts';
import { digitsForWords } from '../language/numbers.ts';
import type { FileWrite } from './intent.ts';
import { type Clause, P, Q } from './places.ts';

/** A file to write is the one that is named, never one of the same name in another folder. */
const writtenPath = (token: string | undefined, clause: Clause): string =>
  slotText(token, clause.slots).replace(/^(?:\.\/)+/, '');

const RESULT =
  "(?:it|(?:the |what(?:'s| is) )(?:rest|remainder|left)|them|that|this|these|those|both|what(?:ever)? (?:it|the (?:program|script|code)) (?:prints|outputs|returns)|all(?: of (?:it|them|these))?|everything|(?:all |both )?(?:the |this |that |these |those |its |their )?(?:final |computed |calculated |combined |resulting |printed |sorted |filtered |grouped |converted |extracted |above |program(?:'s)? |script(?:'s)? |response )?(?:results?|answers?|outputs?|values?|numbers?|counts?|totals?|sums?|means?|averages?|medians?|summary|response|body|content|contents|text|data|table|rows?|lists?|lines?|stdout|figures?|findings?|matches|report|graph|path|sequence|json|csv|page|words?|names?|total sum|maximum|minimum|max|min|product|standard deviation|statistics|stats|statuses|status|status code|title|field|size|entries|files?))(?:\\s+(?:of (?:it|that|this|the (?:calculation|computation|script|program|run|analysis))|as (?:plain )?text))?";
const INTO =
  '(?:in(?:to|side)?|to|as|under|on)(?:\\s+(?:a|the|an))?(?:\\s+(?:new|text|output|local|csv|json|plain|markdown|empty))*(?:\\s+(?:file|document|report|path))?(?:\\s+(?:called|named|at|with (?:the )?name))?';
const SAVE =
  '(?:write|save|store|put|record|output|export|dump|append|add|log|send|print|place|insert|include|report|keep)';

/** "write it to report.txt", "save the results in out.csv", "append that to log.txt". */
export function recogniseSink(clause: Clause): FileWrite | null {
  const { text } = clause;
  const words = text.replace(/\b(?:down|out|also)\b\s*/gi, '');
  const match =
    new RegExp(
      `^(${SAVE})\\s+${RESULT}(?:\\s+(?:back|only|together))?\\s+${INTO}\\s+(${P})(?:\\s+(?:file|as well|too|instead))?(?:\\s+(?:as|in) (?:csv|json|(?:plain )?text|csv format|json format))?$`,
      'i',
    ).exec(words) ??
    new RegExp(`^(${SAVE})\\s+${INTO}\\s+(${P})$`, 'i').exec(words) ??
    new RegExp(`^(${SAVE})\\s+(?:in|to|into)\\s+(${P})\\s+${RESULT}$`, 'i').exec(words) ??
    new RegExp(
      `^(create|make|generate|produce)\\s+(?:a\\s+|the\\s+)?(?:new\\s+)?(?:text\\s+)?(?:file\\s+|report\\s+)?(?:called\\s+|named\\s+)?(${P})\\s+(?:with|containing|from|that contains|holding)\\s+${RESULT}$`,
      'i',
    ).exec(words) ??
    new RegExp(`^(use)\\s+(${P})\\s+(?:for|as)\\s+(?:the\\s+)?(?:output|result)(?:\\s+file)?$`, 'i').exec(
      words,
    );
  if (match?.[2] === undefined) return null;
  if (clause.around.before.length === 0 && Object.keys(clause.around.inherited).length === 0) return null;
  const path = writtenPath(match[2], clause);
  const append = /^(?:append|add)$/i.test(match[1] ?? '');
  const all =
    /\b(?:both|all|them|these|those|everything|results|values|numbers|answers|outputs|totals|figures|findings|statistics|stats)\b/i.test(
      words.replace(new RegExp(P, 'g'), ''),
    );
  return { kind: 'write', mode: append ? 'append' : 'write', path, content: { from: 'result', all } };
}

const GENERATED =
  /\b(?:poem|story|essay|summary|haiku|letter|e-?mail|article|joke|script|program|function|code|class|report|blog|song|lyrics|speech|review|list of|documentation|readme|test|tests|recipe|plan|proposal|description|explanation|translation|numbers?|primes?|random|table|date|time|result|results|mean|average|sum|total|count|output|contents?|answer|value|names? of|lines? of|words? of|first|last|largest|smallest|columns?|rows?)\b/i;
const LITERAL_INTRO =
  '(?:(?:the|a|this|following)\\s+)*(?:text|content|contents|line|string|message|words?|sentence|note|phrase|entry|json|data|row)?(?:\\s+(?:saying|that says|reading|of))?\\s*[:=]?\\s*';

const ON_LINES =
  /^(.+?),?\s+(?:(?:each\s+)?on\s+(?:separate|different|individual|(?:its|their)\s+own|a\s+(?:separate|new|different))\s+lines?|one\s+(?:per|on each|a)\s+line|line by line)$/is;
const linesOf = (list: string): string =>
  `${list
    .split(/\s*,\s*(?:and\s+)?|\s+and\s+/)
    .map((item) => item.replace(/^["'](.*)["']$/, '$1'))
    .join('\n')}\n`;

/** What is to be written, when the words themselves are it. */
function literalOf(phrase: string, clause: Clause): string | null {
  const content = phrase.trim();
  if (/^(?:nothing(?: (?:in|inside)(?: it)?)?|no (?:content|text)s?(?: in it)?)$/i.test(content)) return '';
  const quoted = new RegExp(`^${LITERAL_INTRO}(${Q}|‹[CN]\\d+›)$`, 'i').exec(content);
  if (quoted?.[1] !== undefined) {
    return /^‹N/.test(quoted[1])
      ? unmask(quoted[1], clause.slots, 'raw').replace(/^`|`$/g, '')
      : slotText(quoted[1], clause.slots);
  }
  const introduced =
    /^(?:(?:the|a|this)\s+)?(?:following\s+)?(?:text|content|contents|line|string|message|words?|sentence|note|phrase)s?\s*:?\s+(?=\S)/i.exec(
      content,
    );
  const rest = introduced === null ? content : content.slice(introduced[0].length);
  if (rest === '' || /‹[UC]\d+›/.test(rest)) return null;
  // What follows a quotation is no part of what is to be written.
  if (/^‹Q\d+›./.test(rest) && !ON_LINES.test(rest)) return null;
  if (introduced !== null && !/^(?:of|from|in|about)\b/i.test(rest)) {
    const written = unmask(rest, clause.slots).replace(/^:\s*/, '');
    const list = ON_LINES.exec(written);
    if (list !== null) return linesOf(list[1] ?? '');
    const several = /\blines\b/i.test(introduced[0]) && /,|\sand\s/.test(rest);
    return several ? linesOf(unmask(rest, clause.slots, 'text')) : written;
  }
  const list = ON_LINES.exec(rest);
  if (list?.[1] !== undefined) return linesOf(unmask(list[1], clause.slots, 'text'));
  if (
    /^(?:the|a|an|all|any|some|my|your|its|their|his|each|every|how|what|which|whether|it|this|that|both|them|these|those|everything)\b/i.test(
      rest,
    )
  )
    return null;
  // "three lines: a, b and c" counts what it lists.
  const [, count, items] = /^(\w+)\s+lines\s*[:,]\s*(\S.*)$/i.exec(rest) ?? [];
  if (count !== undefined && items !== undefined) {
    const lines = linesOf(unmask(items, clause.slots, 'text'));
    return Number(digitsForWords(count)) === lines.trimEnd().split('\n').length ? lines : null;
  }
  if (/^\S+ (?:lines?|items?|words?|numbers?|rows?|entries)\b/i.test(rest)) return null;
  // "today's weather" must be found out before it can be written.
  if (/\w['’]s\s|\b(?:today|tomorrow|yesterday|current|latest|now|weather|news|forecast)\b/i.test(rest))
    return null;
  if (GENERATED.test(rest) || /‹/.test(rest) || rest.split(/\s+/).length > 8) return null;
  return rest;
}

/** Null when the verb alone doesn't say whether what a file holds is kept. */
function modeOf(verb: string, text: string): FileWrite['mode'] | null {
  if (/^(?:append|add|log)/i.test(verb) || /\b(?:at|to|on(?:to)?)\s+the\s+(?:very\s+)?end\s+of\b/i.test(text))
    return 'append';
  return /^(?:put|insert|record)/i.test(verb) ? null : 'write';
}

/** Where a text to be written has room for what was computed. */
const PLACE =
  /[<{[]+\s*(?:the\s+)?(?:value|result|answer|number|count|total|sum|mean|average|median|max|min|output)\s*[>}\]]+/i;

export function recogniseLiteralWrite(clause: Clause): FileWrite | null {
  const { text } = clause;
  const rules: ReadonlyArray<readonly [RegExp, number, number]> = [
    [
      new RegExp(
        `^(append|add|write|save|store|put|insert|log|record|output|echo|print)\\s+(.+?)\\s+(?:as a new line\\s+|on a new line\\s+)?(?:at the end of|to the end of|${INTO})(?:\\s+(?:the\\s+)?(?:end of\\s+)?(?:the\\s+)?file)?\\s+(${P})(?:\\s+file)?$`,
        'i',
      ),
      2,
      3,
    ],
    [
      new RegExp(
        `^(append|add|write|put|save|store|overwrite)\\s+(?:(?:the\\s+)?(?:following|this|these)(?:\\s+(?:text|contents?|lines?|words?|paragraphs?))?\\s+)?(?:to|in|into)?\\s*(?:the\\s+)?(?:file\\s+)?(${P})\\s*(?::|with|the following:?|containing|,)\\s*([\\s\\S]+)$`,
        'i',
      ),
      3,
      2,
    ],
    [
      new RegExp(
        `^(create|make|write|generate|save|set up|produce|overwrite|replace the contents? of)\\s+(?:a\\s+|an\\s+|the\\s+)?(?:new\\s+|text\\s+|plain\\s+|json\\s+|csv\\s+|markdown\\s+)*(?:file|document)?\\s*(?:called|named|at|with (?:the )?name|with (?:the )?path)?\\s*(${P})\\s*(?:,?\\s*(?:and\\s+)?(?:with|containing|that (?:contains|says|reads|holds)|which (?:contains|says)|whose (?:contents?|text) (?:is|are)|holding|to contain|to say|so that it (?:contains|says)|including|by|saying|reading|consisting of|write)|:)\\s*(?:(?:just|only|exactly)\\s+)?([\\s\\S]+)$`,
        'i',
      ),
      3,
      2,
    ],
  ];
  for (const [pattern, contentGroup, pathGroup] of rules) {
    const match = pattern.exec(text);
    const phrase = match?.[contentGroup];
    const token = match?.[pathGroup];
    if (phrase === undefined || token === undefined) continue;
    const literal = literalOf(phrase, clause);
    if (literal === null) continue;
    const path = writtenPath(token, clause);
    const mode = modeOf(match?.[1] ?? '', text);
    // "put x in notes.txt" may mean at its end or in the place of all that it holds.
    if (mode === null && clause.around.files.includes(path)) return null;
    const places = clause.around.before.length === 0 ? [] : literal.split(PLACE);
    if (places.length > 2) return null;
    const [before, after] = places;
    return {
      kind: 'write',
      mode: mode ?? 'write',
      path,
      content:
        before === undefined || after === undefined
          ? { from: 'literal', text: literal }
          : { from: 'template', before, after },
    };
  }
  const empty = new RegExp(
    `^(?:create|make|touch)\\s+(?:a|an|the)?\\s*(?:new\\s+)?(?:(?:empty|blank)\\s+)?(?:text\\s+)?(?:file)?\\s*(?:called|named)?\\s*(${P})$`,
    'i',
  ).exec(text);
  if (empty?.[1] !== undefined && /\b(?:empty|blank|touch)\b/i.test(text)) {
    return {
      kind: 'write',
      mode: 'write',
      path: writtenPath(empty[1], clause),
      content: { from: 'literal', text: '' },
    };
  }
  return null;
}

/** The part of "write the mean of price in data.csv to report.txt" that must be computed first. */
export function sinkOfPhrase(clause: Clause): { readonly phrase: string; readonly sink: FileWrite } | null {
  const { text } = clause;
  const saved = new RegExp(`^(${SAVE})\\s+(.+?)\\s+(${INTO})\\s+(${P})$`, 'i').exec(text);
  const within = /^(?:in|inside|on|under)\b/i.test(saved?.[3] ?? '');
  const shown = /^(?:print|report|output|include|keep|log|put out)$/i.test(saved?.[1] ?? '');
  const known = clause.around.files.includes(writtenPath(saved?.[4], clause));
  const pair: readonly (string | undefined)[] | null =
    saved !== null && !(within && (shown || known))
      ? [text, saved[2], saved[4]]
      : (new RegExp(
          `^(.+?),?\\s+(?:and\\s+)?(?:writing|saving|storing|putting|outputting|recording|sending|dumping)\\s+(?:${RESULT})?\\s*${INTO}\\s+(${P})$`,
          'i',
        ).exec(text) ??
        new RegExp(
          `^(.+?),?\\s+(?:with (?:the )?(?:output|result)s? (?:(?:written|saved|stored|going)\\s+)?(?:in|to|into)|(?:in)?to (?:a|the) (?:new )?(?:text |csv |json )?(?:file|document)(?: called| named)?|(?:output(?: file)?|saved (?:to|as|in)))\\s*:?\\s+(${P})$`,
          'i',
        ).exec(text));
  const match =
    pair ??
    new RegExp(
      `^((?!(?:copy|duplicate|clone|move|rename|mv|cp|compare|append|add|diff|join|merge|combine)\\b).+${P}.*?)\\s+(?:in)?to\\s+(?:a\\s+|the\\s+)?(?:new\\s+)?(?:file\\s+)?(?:called\\s+|named\\s+)?(${P})$`,
      'i',
    ).exec(text) ??
    new RegExp(
      `^((?:download|fetch|get|retrieve|grab|pull)\\b.*‹U\\d+›.*?)\\s+(?:in)?(?:to|as)\\s+(?:a\\s+|the\\s+)?(?:local\\s+)?(?:file\\s+)?(?:called\\s+|named\\s+)?(${P})$`,
      'i',
    ).exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const path = writtenPath(match[2], clause);
  const mode = /^(?:append|add)\b/i.test(clause.text) ? 'append' : 'write';
  return { phrase: match[1], sink: { kind: 'write', mode, path, content: { from: 'result', all: false } } };
}
