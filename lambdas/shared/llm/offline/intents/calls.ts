/** Call sequences and call graphs in a folder of source files. */
import { slot } from '../language/mask.ts';
import { areEnds, asksForAll, isName, narrowsNeighbours, narrowsPath } from './call-names.ts';
import { asksOn } from './call-rest.ts';
import type { Intent } from './intent.ts';
import { type Clause, folderIn, NAME, nameOf, P, pathsIn } from './places.ts';

const N = `(?:the\\s+)?(?:(?:function|method|entry point|entrypoint)\\s+)?(?:named\\s+|called\\s+)?(${NAME})(?:\\s+(?:function|method))?`;
/** Between the two ends: `in ./src`, `in app.py`, as in "from main in app.py to save in db.py". */
const WHERE = `(?:\\s*,?\\s*(?:\\(?in|of|within|defined in|inside)\\s+(?:the\\s+)?(?:file\\s+)?${P}\\)?)?`;
const TOPIC =
  /\bcall(?:s|ed|ing|er|ers|ee|ees)?\b|\bcall[\s-]?(?:graph|path|chain|sequence|tree|stack|hierarchy|flow|route|trace)s?\b|\binvo(?:ke|kes|ked|king|cation|cations)\b|\b(?:execution|control|function) (?:path|flow|sequence|chain|trace)\b|\breach(?:es|ed|able)?\b|\btrace\b|\bpaths?\b|\bchains?\b|\bsequences?\b|\bget(?:s|ting)? (?:from|to)\b|\broutes?\b|\blead(?:s|ing)? to\b|\bends? up (?:in|at|calling)\b|\bflows?\b|\bdependenc|\bconnect/i;
const PAIRS: readonly RegExp[] = [
  new RegExp(
    `\\bfrom\\s+${N}${WHERE}\\s*,?\\s*(?:(?:all the way|down|up|through|over|and ending|ending|on)\\s+)?(?:to|until|till|into|towards?|→|->|=>|at)\\s+${N}`,
    'i',
  ),
  new RegExp(
    `\\bstart(?:s|ing)?\\s+(?:at|from|with|in)\\s+${N}${WHERE}\\s*,?\\s*(?:and\\s+)?(?:(?:that\\s+)?(?:end(?:s|ing)?|finish(?:es|ing)?|stop(?:s|ping)?|arriv(?:es|ing)|lead(?:s|ing)?|go(?:es|ing)?)\\s+)?(?:at|in|with|to|up at|up in|until)\\s+${N}`,
    'i',
  ),
  new RegExp(
    `\\b(?:starting|beginning)\\s+(?:from|at|in|with)\\s+${N}${WHERE}\\s*,?\\s*(?:and\\s+)?(?:how|what|which|show|find|trace|by|via|until)\\b[^.?]*?\\b(?:reach(?:es)?|gets?\\s+to|arrive\\s+at|ends?\\s+up\\s+(?:in|at)|to|calls?|leads?\\s+to)\\s+${N}`,
    'i',
  ),
  new RegExp(`\\b(?:connect(?:s|ing|ed)?|link(?:s|ing|ed)?)\\s+${N}${WHERE}\\s+(?:with|to|and)\\s+${N}`, 'i'),
  new RegExp(`\\bbetween\\s+${N}${WHERE}\\s+and\\s+${N}`, 'i'),
  new RegExp(
    `\\bhow\\s+(?:does|do|can|is|will|would|might|could)\\s+${N}${WHERE}\\s+(?:eventually\\s+|ultimately\\s+|finally\\s+|get\\s+to\\s+|come\\s+to\\s+|end\\s+up\\s+)*(?:call(?:ing)?|reach(?:ing)?|invok(?:e|ing)|get\\s+to|lead\\s+to|arrive\\s+at|trigger|connect(?:ed)?\\s+to|end\\s+up\\s+(?:in|at)|execut(?:e|ing)|run(?:ning)?)\\s+${N}`,
    'i',
  ),
  new RegExp(
    `\\b(?:does|can|could|will|would)\\s+${N}${WHERE}\\s+(?:ever\\s+|eventually\\s+|indirectly\\s+|transitively\\s+)*(?:calls?|reach(?:es)?|invoke|get\\s+to|lead\\s+to)\\s+${N}`,
    'i',
  ),
  new RegExp(
    `\\b(?:how|whether|if|where|path|route|way|chain|sequence)\\s+(?:that\\s+|by which\\s+|through which\\s+|in which\\s+)?${N}${WHERE}\\s+(?:eventually\\s+|ultimately\\s+|finally\\s+)*(?:calls?|reaches|invokes|gets\\s+to|leads\\s+to|arrives\\s+at|triggers|ends\\s+up\\s+(?:in|at|calling))\\s+${N}`,
    'i',
  ),
  new RegExp(`\\b(?:takes?|leads?|leading|gets?)\\s+${N}${WHERE}\\s+(?:in)?to\\s+${N}`, 'i'),
  new RegExp(`\\b(${slot('N')})\\s*(?:to|→|->|=>|\\.{2,3}|…)\\s*(${slot('N')})`, 'i'),
  new RegExp(`\\b(${NAME})\\s*(?:→|->|=>)\\s*(${NAME})`, 'i'),
];
/** The function where the path ends is named first. */
const BACKWARDS: readonly RegExp[] = [
  new RegExp(
    `\\b(?:how|is|are|whether|if|can|could)\\s+${N}${WHERE}\\s+(?:(?:is|be|ever|eventually|ultimately|transitively)\\s+)*(?:reached|reachable|(?<=\\bhow\\b.*)(?:called|invoked))\\s+(?:from|by|starting\\s+(?:from|at))\\s+${N}`,
    'i',
  ),
  new RegExp(`\\bpath\\s+(?:to|into)\\s+${N}${WHERE}\\s+from\\s+${N}`, 'i'),
];

function folderOf(clause: Clause): string {
  const folder = folderIn(clause);
  const paths = pathsIn(clause);
  if (
    paths.length > 1 ||
    (folder !== null &&
      /\.\w+$/.test(folder) &&
      !clause.around.files.some((file) => file.startsWith(`${folder}/`)))
  ) {
    // One named file is searched within its folder, because a call may lead to its neighbours.
    const chosen =
      (paths.length > 1 ? paths.find((path) => !/\.\w+$/.test(path)) : undefined) ??
      parentOf(paths[0] ?? '.');
    return chosen === '' ? '.' : chosen;
  }
  if (folder !== null) return folder;
  return clause.around.before.reduce<string>(
    (last, intent) => ('folder' in intent ? intent.folder : last),
    '.',
  );
}

const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/') || '.';

/** "call graph from main() to process_data()", "which functions call X", "call graph of ./src", … */
export function recogniseCalls(clause: Clause): Intent | null {
  const intent = callsAsked(clause);
  return intent === null || asksOn(intent, clause) ? null : intent;
}

function callsAsked(clause: Clause): Intent | null {
  const { text } = clause;
  if (
    TOPIC.test(text) &&
    !new RegExp(slot('U')).test(text) &&
    !/\bcolumn|\brows?\b|\bfetch\b|https?:/i.test(text)
  ) {
    for (const pattern of [...PAIRS, ...BACKWARDS]) {
      const match = pattern.exec(text);
      const [start, end] = [match?.[1], match?.[2]];
      if (start === undefined || end === undefined) continue;
      const names = [nameOf(start, clause), nameOf(end, clause)] as const;
      if ([start, end].some((token) => !isName(token, clause)) || areEnds([start, end])) continue;
      if (narrowsPath(text.replace(match?.[0] ?? '', ' '), clause)) return null;
      const ordered = BACKWARDS.includes(pattern) ? ([names[1], names[0]] as const) : names;
      return {
        kind: 'call_path',
        start: ordered[0],
        end: ordered[1],
        folder: folderOf(clause),
        ...(asksForAll(text) ? { all: true } : {}),
      };
    }
  }
  return recogniseNeighbours(clause) ?? recogniseGraph(clause);
}

const SOURCE = /\.(?:py|[cm]?[jt]sx?|go|java)$/i;
const FUNCTIONS = '(?:functions?|methods?|callers?|code|places?|routines?|procedures?|things?)';
const CALLERS: readonly RegExp[] = [
  new RegExp(
    `\\b(?:which|what|all|any|every|the|list|find|show)\\s+(?:of\\s+the\\s+)?(?:other\\s+)?(?:\\w+\\s+)?${FUNCTIONS}\\s+(?:that\\s+|which\\s+)?(?:directly\\s+)?(?:calls?|invokes?|uses?|calling|invoking|using)\\s+${N}`,
    'i',
  ),
  new RegExp(`\\b(?:who|what)\\s+(?:calls|invokes|is calling)\\s+${N}`, 'i'),
  new RegExp(`\\bcallers?\\s+(?:of|for)\\s+${N}`, 'i'),
  new RegExp(
    `\\b(?:where|from where)\\s+(?:is|does|do)\\s+${N}\\s+(?:get\\s+)?(?:being\\s+)?(?:called|invoked)`,
    'i',
  ),
  new RegExp(`\\b(?:by which|by what)\\s+${FUNCTIONS}\\s+is\\s+${N}\\s+called`, 'i'),
];
const CALLEES: readonly RegExp[] = [
  new RegExp(
    `\\b(?:which|what)\\s+(?:other\\s+)?(?:${FUNCTIONS}\\s+)?(?:does|do|is|are)\\s+${N}${WHERE}\\s+(?:directly\\s+)?(?:call|calling|invoke|use)s?\\b`,
    'i',
  ),
  new RegExp(
    `\\b(?:callees?\\s+of|${FUNCTIONS}\\s+(?:that\\s+are\\s+|which\\s+are\\s+|directly\\s+)?(?:called|invoked)\\s+(?:by|from|in|within))\\s+${N}`,
    'i',
  ),
  new RegExp(
    `\\b(?:which|what)\\s+${FUNCTIONS}\\s+(?:are|is|get)\\s+(?:called|invoked)\\s+(?:by|from|in|within|inside)\\s+${N}`,
    'i',
  ),
  new RegExp(`\\b${FUNCTIONS}\\s+(?:that\\s+)?${N}\\s+(?:directly\\s+)?(?:calls|invokes)\\b`, 'i'),
];

function recogniseNeighbours(clause: Clause): Intent | null {
  for (const [kind, patterns] of [
    ['callers', CALLERS],
    ['callees', CALLEES],
  ] as const) {
    for (const pattern of patterns) {
      const token = pattern.exec(clause.text)?.[1];
      if (token === undefined) continue;
      const name = nameOf(token, clause);
      if (!isName(token, clause)) continue;
      if (narrowsNeighbours(clause.text)) return null;
      const file = kind === 'callees' ? pathsIn(clause).find((path) => SOURCE.test(path)) : undefined;
      return { kind, name, folder: folderOf(clause), ...(file === undefined ? {} : { file }) };
    }
  }
  return null;
}

function recogniseGraph(clause: Clause): Intent | null {
  const { text } = clause;
  if (
    /\bcall[\s-]?(?:graph|tree|hierarchy|map)\b|\b(?:who|which functions?|what) calls? (?:what|whom?|which|each other)\b|\bcall relationships?\b|\bgraph of (?:the )?(?:function )?calls\b|\bfunction calls (?:in|between|of)\b/i.test(
      text,
    )
  ) {
    if (/\b(?:from|starting|between|rooted|of)\s+‹N\d+›/i.test(text) || /\bfrom\s+\w+\s+to\b/.test(text))
      return null;
    return { kind: 'call_graph', folder: folderOf(clause) };
  }
  if (
    /\b(?:list|show|what|which|find|outline|name|give|enumerate|extract)\b.*\b(?:(?:every|each) (?:function|method|class)|functions|methods|classes|definitions|symbols|outline)\b.*\b(?:defined|declared|in|of|are there|exist)\b/i.test(
      text,
    ) ||
    /\boutline of\b/i.test(text)
  ) {
    if (
      /\b(?:call|that|which .* (?:not|never)|unused|largest|longest|named|called|without|with)\b/i.test(text)
    )
      return null;
    if (/\bhow many\b/i.test(text)) return null;
    return { kind: 'outline', folder: outlineFolder(clause) };
  }
  return null;
}

/** An outline of one file is that file's own. */
const outlineFolder = (clause: Clause): string => pathsIn(clause)[0]?.replace(/\/+$/, '') ?? folderOf(clause);
