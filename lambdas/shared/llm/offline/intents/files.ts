/** Reading, writing, listing, searching, deleting, copying and renaming files of the workspace. */
import { slotText, unmask } from '../language/mask.ts';
import type { FileWrite, Intent } from './intent.ts';
import { type Clause, folderIn, P, pathsIn, Q, resolvePath, unread } from './places.ts';

const RESULT =
  "(?:it|them|that|this|these|those|both|all(?: of (?:it|them|these))?|everything|(?:all |both )?(?:the |this |that |these |those |its |their )?(?:final |computed |calculated |combined |resulting |printed |sorted |filtered |grouped |converted |extracted |above |program(?:'s)? |script(?:'s)? |response )?(?:results?|answers?|outputs?|values?|numbers?|counts?|totals?|sums?|means?|averages?|medians?|summary|response|body|content|contents|text|data|table|rows?|lists?|lines?|stdout|figures?|findings?|matches|report|graph|path|sequence|json|csv|page|words?|names?|total sum|maximum|minimum|max|min|product|standard deviation|statistics|stats|statuses|status|status code|title|field|size|entries|files?))(?:\\s+(?:of (?:it|that|this|the (?:calculation|computation|script|program|run|analysis))|as (?:plain )?text))?";
const INTO =
  '(?:in(?:to|side)?|to|as|under|on)(?:\\s+(?:a|the|an))?(?:\\s+(?:new|text|output|local|csv|json|plain|markdown|empty))*(?:\\s+(?:file|document|report|path))?(?:\\s+(?:called|named|at|with (?:the )?name))?';
const SAVE =
  '(?:write|save|store|put|record|output|export|dump|append|add|log|send|print|place|insert|include|report|keep)';

/** "write it to report.txt", "save the results in out.csv", "append that to log.txt". */
function recogniseSink(clause: Clause): FileWrite | null {
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
  const path = resolvePath(slotText(match[2], clause.slots), clause.around.files);
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

/** What is to be written, when the words themselves are it. */
function literalOf(phrase: string, clause: Clause): string | null {
  const content = phrase.trim();
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
  if (introduced !== null && !/^(?:of|from|in|about)\b/i.test(rest))
    return unmask(rest, clause.slots).replace(/^:\s*/, '');
  if (
    /^(?:the|a|an|all|any|some|my|your|its|their|his|each|every|how|what|which|whether|it|this|that)\b/i.test(
      rest,
    )
  )
    return null;
  if (GENERATED.test(rest) || /‹/.test(rest) || rest.split(/\s+/).length > 8) return null;
  return rest;
}

function recogniseLiteralWrite(clause: Clause): FileWrite | null {
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
        `^(append|add|write|put|save|store|overwrite)\\s+(?:to|in|into)?\\s*(?:the\\s+)?(?:file\\s+)?(${P})\\s*(?::|with|the following:?|containing|,)\\s*([\\s\\S]+)$`,
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
    const path = resolvePath(slotText(token, clause.slots), clause.around.files);
    return {
      kind: 'write',
      mode: /^(?:append|add)/i.test(match?.[1] ?? '') ? 'append' : 'write',
      path,
      content: { from: 'literal', text: literal },
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
      path: resolvePath(slotText(empty[1], clause.slots), clause.around.files),
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
  const known = clause.around.files.includes(
    resolvePath(slotText(saved?.[4], clause.slots), clause.around.files),
  );
  const pair: readonly (string | undefined)[] | null =
    saved !== null && !(within && (shown || known))
      ? [text, saved[2], saved[4]]
      : (/^(.+?),?\s+(?:and\s+)?(?:writing|saving|storing|putting|outputting|recording)\s+(?:it|the (?:result|output|answer|response|body))?\s*(?:in(?:to)?|to|as)\s+(?:the\s+|a\s+)?(?:file\s+)?(?:called\s+|named\s+)?(‹P\d+›)$/i.exec(
          text,
        ) ??
        new RegExp(
          `^(.+?),?\\s+(?:with (?:the )?(?:output|result)s? (?:(?:written|saved|stored|going)\\s+)?(?:in|to|into)|(?:in)?to (?:a|the) (?:new )?(?:text |csv |json )?(?:file|document)(?: called| named)?|(?:output(?: file)?|saved (?:to|as|in)))\\s*:?\\s+(${P})$`,
          'i',
        ).exec(text));
  const match = pair;
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const path = resolvePath(slotText(match[2], clause.slots), clause.around.files);
  const mode = /^(?:append|add)\b/i.test(clause.text) ? 'append' : 'write';
  return { phrase: match[1], sink: { kind: 'write', mode, path, content: { from: 'result', all: false } } };
}

const KINDS: Readonly<Record<string, string>> = {
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

/** Recognises one operation on files. */
export function recogniseFiles(clause: Clause): Intent | null {
  return (
    recogniseSink(clause) ??
    recogniseLiteralWrite(clause) ??
    recogniseChange(clause) ??
    recogniseListing(clause) ??
    recogniseRead(clause)
  );
}

const IT = '(?:it|that file|this file|the file|the (?:original|old) (?:file|one))';

function recogniseChange(clause: Clause): Intent | null {
  const { text } = clause;
  const at = (token: string | undefined): string =>
    resolvePath(slotText(token, clause.slots), clause.around.files);
  const target = (token: string | undefined, source: string): string => {
    const path = slotText(token, clause.slots).replace(/^(?:\.\/)+/, '');
    return path.endsWith('/') ? `${path}${source.split('/').pop()}` : path;
  };
  const pair = new RegExp(
    `^(copy|duplicate|clone|move|rename|mv|cp)\\s+(?:the\\s+)?(?:(?:contents?|content) of\\s+)?(?:the\\s+)?(?:file\\s+)?(${P}|${IT})\\s+(?:file\\s+)?(?:over\\s+)?(?:in)?(?:to|as)?\\s*(?:be\\s+)?(?:a\\s+)?(?:the\\s+)?(?:new\\s+)?(?:file|folder|directory)?\\s*(?:called|named)?\\s*(${P})$`,
    'i',
  ).exec(text);
  if (pair !== null) {
    const path = /^‹/.test(pair[2] ?? '') ? at(pair[2]) : clause.around.file;
    if (path === null) return null;
    const to = target(pair[3], path);
    return { kind: /^(?:move|rename|mv)$/i.test(pair[1] ?? '') ? 'move' : 'copy', path, to };
  }
  const removed = new RegExp(
    `^(?:delete|remove|erase|rm|discard|get rid of)\\s+(?:the\\s+)?(?:file\\s+)?(?:called\\s+|named\\s+)?(${P}|${IT})(?:\\s+(?:file|from (?:the|my) workspace|again|completely|entirely))*$`,
    'i',
  ).exec(text);
  if (removed !== null) {
    const path = /^‹/.test(removed[1] ?? '') ? at(removed[1]) : clause.around.file;
    return path === null || path.endsWith('/') ? null : { kind: 'delete', path };
  }
  const exists = new RegExp(
    `^(?:(?:check|tell|see|verify|find out|determine|test)\\s+(?:if|whether|that)\\s+)?(?:does|do|is|if|whether)?\\s*(?:there\\s+(?:is|exists)?\\s*)?(?:a\\s+|the\\s+)?(?:file\\s+)?(?:called\\s+|named\\s+)?(${P})\\s*(?:file\\s+)?(?:exists?|is (?:present|there)|present|there|available)?(?:\\s+(?:in|inside) (?:the|my|this) workspace)?$`,
    'i',
  ).exec(text);
  if (exists !== null && /\b(?:exists?|is there|is present|present)\b/i.test(text))
    return { kind: 'stat', path: at(exists[1]), ask: 'exists' };
  const size = new RegExp(
    `^(?:(?:what(?:'s| is)|how|get|find|tell|show|give|determine|report)\\s+)*(?:the\\s+)?(?:big is|large is|(?:file\\s+)?size(?: in bytes)? of|many bytes (?:is|are in|does))\\s+(?:the\\s+)?(?:file\\s+)?(${P}|${IT})(?:\\s+(?:file|in bytes|have|contain))*$`,
    'i',
  ).exec(text);
  if (size !== null) {
    const path = /^‹/.test(size[1] ?? '') ? at(size[1]) : clause.around.file;
    return path === null ? null : { kind: 'stat', path, ask: 'size' };
  }
  return null;
}

const MENTIONS =
  '(?:contain(?:s|ing)?|mention(?:s|ing|ed)?|includ(?:e|es|ing)|have|has|with|hav(?:e|ing)|us(?:e|es|ing)|match(?:es|ing)?|refer(?:s|ring)? to|reference[s]?)';
function recogniseListing(clause: Clause): Intent | null {
  const { text } = clause;
  const all = folderIn(clause) ?? '.';
  const needle = `(?:the\\s+)?(?:text|word|string|phrase|term|pattern|keyword|substring|lines?|occurrences?|mentions?|instances?)?\\s*(?:of|with|containing)?\\s*(?:the\\s+)?(?:text|word|string|phrase|term|keyword)?\\s*(${Q}|‹N\\d+›|[A-Z][A-Z_]{2,}|(?!(?:files?|lines?|all|every|any|the|a)\\b)\\w+)`;
  const which = new RegExp(
    `\\b(?:which|what|find|list|show|get|search for|identify|all|every)\\b(?:\\s+(?:me|all|the|of|every|any))*\\s+(?:(?:[\\w.]+)\\s+)?(files?|lines?)\\b.*?\\s(?:that\\s+|which\\s+)?${MENTIONS}\\s+${needle}`,
    'i',
  ).exec(text);
  const search =
    which ??
    new RegExp(`^(?:search|grep|look|scan)\\b(?:(?!\\bfor\\b).)*?\\b(?:for)?\\s+${needle}`, 'i').exec(text) ??
    new RegExp(
      `^(?:find|locate|show|list|get)\\s+(?:me\\s+)?(?:all\\s+|every\\s+|each\\s+|the\\s+)*(?:lines?|places?|occurrences?|mentions?|instances?|matches|appearances)\\b.*?(?:where|of|containing|with|that (?:contain|mention)s?|for)\\s+${needle}`,
      'i',
    ).exec(text) ??
    new RegExp(
      `^(?:where (?:is|are|does|do)|find where|find|in (?:which|what) files?\\s+(?:is|does|do|are))\\s+(?:the\\s+)?(?:word\\s+|text\\s+|string\\s+)?(${Q}|‹N\\d+›|[A-Z][A-Z_]{2,})\\s*(?:is\\s+)?(?:mentioned|appear|appears|occur|occurs|used|defined|found|in\\b|across\\b|anywhere\\b).*$`,
      'i',
    ).exec(text);
  if (
    search !== null &&
    !/‹U\d+›/.test(text) &&
    !/\b(?:the web|internet|online|google|column|rows?)\b/i.test(text) &&
    !/\bhow many\b|\bcount\b|\bnumber of\b/i.test(text)
  ) {
    const token = which === null ? (search[1] ?? '') : (search[2] ?? '');
    const sought = token.startsWith('‹') ? unmask(token, clause.slots, 'text') : token;
    const insensitive =
      /\b(?:regular expression|regexp?|not|without|don't|doesn't|either|ignoring)\b|\bor\s+(?:‹Q|[A-Z])/i.test(
        text,
      );
    const wantsFiles =
      which === null ? /\b(?:which|what) files\b/i.test(text) : /^file/i.test(which[1] ?? '');
    if (sought !== '' && !insensitive) {
      return {
        kind: 'search',
        text: sought,
        path: all,
        want: wantsFiles ? 'files' : 'lines',
        pattern: patternIn(clause),
      };
    }
    return null;
  }
  const asks =
    /\b(?:list|show|display|give|get|print|name|enumerate|what|which|see|tell|find|ls|dir|how many|count|number of)\b/i.test(
      text,
    );
  if (!asks || !/\b(?:files?|folder|directory|workspace|ls|dir)\b/i.test(text)) return null;
  if (pathsIn(clause).some((path) => /\.\w+$/.test(path) && !path.startsWith('.'))) return null;
  const count = /\b(?:how many|count|number of)\b/i.test(text);
  const left = unread(text, [
    'list',
    'ls',
    'dir',
    'enumerate',
    'name',
    'names',
    'available',
    'exist',
    'exists',
    'present',
    'located',
    'under',
    'below',
    'recursively',
    'subfolders',
    'subdirectories',
    'folders',
    'paths',
    'many',
    'count',
    'number',
    'total',
    'ending',
    'extension',
    'extensions',
    'type',
    'matching',
    'source',
    'code',
    'see',
    'stored',
    'content',
    'living',
    'sitting',
    'top',
    'level',
    'its',
    'of',
    'including',
    'root',
    'found',
    'along',
    ...(patternIn(clause) === null
      ? []
      : [patternIn(clause)?.slice(2) ?? '', ...Object.keys(KINDS), 'whose', 'ends', 'suffix']),
    ...all.split('/'),
  ]);
  return left.length > 0 ? null : { kind: 'list', folder: all, pattern: patternIn(clause), count };
}

function recogniseRead(clause: Clause): Intent | null {
  const { text } = clause;
  const path = pathsIn(clause)[0];
  if (path === undefined || pathsIn(clause).length > 1 || path.endsWith('/')) return null;
  if (
    !/\b(?:read|open|show|display|print|cat|load|view|output|give|get|see|import|contents?|what(?:'s| is| does)|take|use|return|look|dump|tell|parse|inspect|fetch|retrieve|examine|consider|from|in)\b/i.test(
      text,
    )
  )
    return null;
  const left = unread(text, [
    'read',
    'open',
    'cat',
    'load',
    'view',
    'import',
    'say',
    'says',
    'text',
    'full',
    'raw',
    'look',
    'take',
    'dump',
    'everything',
    'is',
    'inside',
    'parse',
    'inspect',
    'retrieve',
    'examine',
    'fetch',
    'consider',
    'complete',
    'first',
    'up',
    'source',
    'code',
    'back',
    'type',
    'through',
    'json',
    'script',
    'log',
    'note',
    'notes',
    'here',
    'list',
    'written',
    'stored',
    'about',
    'exact',
  ]);
  if (left.length > 0 || /\babout\b/i.test(text)) return null;
  return { kind: 'read', path };
}
