/** Python that the task itself brings, in the text or as a file of the workspace. */
import { slotText, unmask } from '../language/mask.ts';
import type { RunPython } from './intent.ts';
import { C, type Clause, P, pathsIn, Q } from './places.ts';

const RUNS =
  /\b(?:run|runs|running|execute|executes|executing|evaluate|eval|interpret|try(?: out)?|launch|exec|python_exec)\b|\b(?:output|result|printed|print|prints|give|gives|yields?|produces?|value|stdout|return(?:ed|s)?)\b/i;
const WRITES_CODE =
  /\b(?:write|create|implement|develop|generate|fix|debug|refactor|improve|optimi[sz]e|explain|translate|port|review|document|test cases?|unit tests?)\b/i;

function inputIn(clause: Clause): Pick<RunPython, 'stdin' | 'stdinPath'> {
  const quoted =
    new RegExp(
      `(?:\\b(?:input|stdin|standard input)\\b(?:\\s+(?:of|is|being|set to|as|text|lines?))*\\s*[:=]?\\s*|\\bfeed(?:ing)?(?: it)?\\s+|\\bgiven\\s+)(${Q})`,
      'i',
    ).exec(clause.text) ??
    new RegExp(
      `(${Q})\\s+(?:as|on|for|to|via|through)\\s+(?:its\\s+|the\\s+)?(?:standard input|stdin|input)`,
      'i',
    ).exec(clause.text);
  if (quoted?.[1] !== undefined) return { stdin: slotText(quoted[1], clause.slots) };
  const file =
    new RegExp(
      `(?:\\b(?:input|stdin|standard input)\\b(?:\\s+(?:of|from|is|the file|being))*\\s*[:=]?\\s*)(${P})`,
      'i',
    ).exec(clause.text) ??
    new RegExp(`(${P})\\s+(?:as|on|for)\\s+(?:its\\s+|the\\s+)?(?:standard input|stdin|input)`, 'i').exec(
      clause.text,
    );
  if (file?.[1] !== undefined) return { stdinPath: slotText(file[1], clause.slots) };
  const bare = /\b(?:with|using)\s+(?:the\s+)?(?:input|stdin)\s+(?:of\s+)?(-?[\w.]+)$/i.exec(
    clause.text,
  )?.[1];
  return bare === undefined ? {} : { stdin: bare };
}

/** What is to be done with the output is no part of running it. */
const GOES_ON =
  /\b(?:divide|multiply|add|subtract|double|halve|triple|round|sort|sum up|average|convert|replace|reverse)\b/i;

/** ```` ```python … ``` ````, "run this python: …", "execute script.py", "what does `sum(range(10))` evaluate to in Python?". */
export function recognisePython(clause: Clause): RunPython | null {
  const { text } = clause;
  const around = text.replace(new RegExp(C, 'g'), ' ');
  if (GOES_ON.test(around.replace(/‹[A-Z]\d+›/g, ' '))) return null;
  const input = inputIn(clause);
  const block = new RegExp(C).exec(text);
  if (block !== null) {
    const raw = clause.slots[Number(/\d+/.exec(block[0])?.[0])]?.raw ?? '';
    const language = /^(?:```|~~~)[ \t]*([\w+-]+)[ \t]*\r?\n/.exec(raw)?.[1]?.toLowerCase();
    if (language !== undefined && !/^(?:py|python|python3|py3|ipython)$/.test(language)) return null;
    if (
      language === undefined &&
      /\b(?:javascript|java|bash|shell|sql|ruby|rust|golang|perl|php|c\+\+)\b/i.test(around)
    )
      return null;
    if (!RUNS.test(around) || WRITES_CODE.test(around.replace(/\b(?:output|result)\b.*$/i, ''))) {
      if (!/^\s*(?:python|code|script|this|here|the following|:|\s)*\s*$/i.test(around)) return null;
    }
    // A file that is named and is not the input is somewhere the output should go: not this clause's to drop.
    if (pathsIn(clause).length > 0 && input.stdinPath === undefined) return null;
    return { kind: 'run_python', program: { code: slotText(block[0], clause.slots) }, ...input };
  }
  const script = pathsIn(clause).find((path) => /\.py$/i.test(path));
  const others = pathsIn(clause).filter((path) => path !== script && path !== input.stdinPath);
  if (others.length > 0 || /\b(?:times|twice|thrice|repeatedly|every|in a loop)\b/i.test(text)) return null;
  if (
    script !== undefined &&
    /\b(?:run|execute|launch|exec|start)\b|\boutput of\b|\bprint(?:s|ed)?\b|\bwhat does\b.*\b(?:print|output|produce)\b/i.test(
      text,
    ) &&
    !/\b(?:functions?|calls?|lines?|words?|characters?|contents?|file|count|summari[sz]e|read|show|search)\b/i.test(
      text.replace(/\b(?:the )?(?:python )?(?:file|script|program|contents?) (?=‹P)/gi, ''),
    )
  ) {
    return { kind: 'run_python', program: { path: script }, ...input };
  }
  const written =
    /^(?:run|execute|exec|evaluate|eval)\s*:?\s+(?:(?:the|this|following)\s+)*(python\s+)?(code|snippet|program|expression|statement)?\s*:?\s*(\S.*?)(\s+(?:in|with|using)\s+python)?$/is.exec(
      text,
    );
  const bare = unmask(written?.[3] ?? '', clause.slots).replace(/^`(.*)`$/s, '$1');
  if (
    written !== null &&
    looksLikeCode(bare) &&
    (/^\w+(?:\.\w+)*\(.*\)$/s.test(bare) ||
      (/^‹[QN]\d+›$/.test(written[3] ?? '') &&
        /^`/.test(clause.slots[Number(/\d+/.exec(written[3] ?? '')?.[0])]?.raw ?? '')))
  ) {
    const calls =
      /^(?:print|len|sum|sorted|max|min|range|list|str|int|abs|round|pow|set|dict|tuple|repr|type|any|all|map|zip|reversed|enumerate)\(/.test(
        bare,
      );
    if (calls || written[1] !== undefined || written[2] !== undefined || written[4] !== undefined)
      return { kind: 'run_python', program: { code: bare }, ...input };
  }
  if (!/\bpython\b|\bcode\b|\bsnippet\b|\bscript\b|\bprogram\b/i.test(text)) return null;
  const quoted = new RegExp(`(${Q}|‹N\\d+›)`).exec(
    text.replace(new RegExp(`\\b(?:input|stdin)\\b[^‹]*${Q}`, 'i'), ''),
  );
  if (quoted?.[1] !== undefined && RUNS.test(around) && !WRITES_CODE.test(around)) {
    return { kind: 'run_python', program: { code: slotText(quoted[1], clause.slots) }, ...input };
  }
  return null;
}

/**
 * "run this python: print(1)": everything after the colon is code, so it is read from the whole text,
 * before anything in it is taken for a sentence, a path or a quotation.
 */
export function inlinePython(text: string): { readonly code: string; readonly rest: string } | null {
  if (text.includes('```')) return null;
  const first =
    /^\s*(?:here(?:'s| is)|consider|given|take|this is|below is|look at)\b[^:\n]{0,40}\b(?:python|code|script|snippet|program)\b[^:\n]{0,20}:\s*\n([\s\S]+?)\n\s*\n\s*((?:please\s+|now\s+)?(?:run|execute)\s+(?:it|this|that|the (?:code|script|program|snippet))\b[\s\S]*)$/i.exec(
      text,
    );
  if (first?.[1] !== undefined && looksLikeCode(first[1])) {
    const rest = (first[2] ?? '').replace(
      /^(?:please\s+|now\s+)?(?:run|execute)\s+(?:it|this|that|the \w+)\s*(?:[.,;]|and\b|then\b|\s)*/i,
      '',
    );
    return { code: first[1].trim(), rest: rest.trim() };
  }
  const asked =
    /^\s*(?:here(?:'s| is)|consider|given|take|this is|look at)\b[^:\n]{0,40}\b(?:python|code|script|snippet|program)\b[^:\n]{0,20}:\s*(\S[^\n]*?)[.;]?\s+what (?:does|will|would) (?:it|this|that|the (?:code|program|script|snippet)) (?:print|output|return|give|evaluate to|produce)\s*\??\s*$/i.exec(
      text,
    );
  if (asked?.[1] !== undefined && looksLikeCode(asked[1]))
    return { code: asked[1].replace(/^`(.*)`$/, '$1'), rest: '' };
  const lead =
    /^\s*(?:please\s+|can you\s+|could you\s+)?(?:(?:run|execute|evaluate|eval|exec|what(?:'s| is| does| will)|show|tell me|give me)\b[^:\n]{0,80}?\b(?:python|code|script|snippet|program)\b[^:\n]{0,60}|python(?: code)?\s*(?:to run)?)\s*:(?!\/\/)\s*/i.exec(
      text,
    );
  if (lead === null) return null;
  const tail = /\n\s*\n((?:then|and|after|finally|also|save|write|store)\b[\s\S]*)$/i.exec(text);
  const inline =
    /\s+(?:and|then|,\s*then)\s+((?:save|write|store)\s+(?:the\s+|its\s+)?(?:output|result|it|stdout|printed)[^\n]*)$/i.exec(
      text,
    );
  const said = /\n/.test(text.slice(lead[0].length).trim())
    ? null
    : /[.;]\s+(?:and\s+)?(?:then|afterwards|after that|finally|next)[,\s]+([^'"]+)$/i.exec(text);
  const end = said?.index ?? tail?.index ?? inline?.index ?? text.length;
  const code = text.slice(lead[0].length, end).trim();
  if (code === '' || !looksLikeCode(code)) return null;
  return {
    code: code.replace(/^`([^`]*)`\.?$/, '$1'),
    rest: (said?.[1] ?? tail?.[1] ?? inline?.[1] ?? '').trim(),
  };
}

const looksLikeCode = (code: string): boolean =>
  /[()=+*[\]/%-]/.test(code) || /^\s*(?:import|from|def|for|while|print|class|if)\b/m.test(code);
