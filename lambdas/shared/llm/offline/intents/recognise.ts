/** From the words of a task to the operations it asks for, or null when any part of it is not understood. */

import { clausesOf, plain, sentencesOf } from '../language/clauses.ts';
import { mask, type Slot } from '../language/mask.ts';
import { recogniseArithmetic, recogniseStatistics } from './arithmetic.ts';
import { withBlockInPlace, withContentFenced } from './blocks.ts';
import { recogniseCalls } from './calls.ts';
import { concatenation, converted, plainly, roundedSink, withEllipsis } from './ellipsis.ts';
import { recogniseFiles } from './files.ts';
import type { Intent, Surroundings } from './intent.ts';
import { type Clause, folderIn, pathsIn } from './places.ts';
import { inlinePython, recognisePython } from './python.ts';
import { readBack, readBackEach } from './read-back.ts';
import { after } from './surroundings.ts';
import { swallows } from './swallowed.ts';
import { recogniseTable } from './table.ts';
import { recogniseText } from './text.ts';
import { recogniseFetch, recogniseJson } from './web.ts';
import { sinkOfPhrase } from './writes.ts';

/** All operations of a text, in order; null when some part is not understood. */
export function recognise(text: string, around: Surroundings): Intent[] | null {
  const program = inlinePython(text);
  if (program !== null) {
    const run: Intent = { kind: 'run_python', program: { code: program.code } };
    if (program.rest === '') return [run];
    const rest = recognise(program.rest, { ...around, before: [run] });
    return rest === null ? null : [run, ...rest];
  }
  const masked = mask(withContentFenced(text), around.files);
  const sentences = sentencesOf(withBlockInPlace(masked.text));
  const clauses = sentences.map(clausesOf);
  const found = chain(clauses, masked.slots, around);
  if (found?.some((intent, at) => dropsIntoNothing(intent, found.slice(at + 1)))) return null;
  if (found?.some((intent) => swallows(intent, text, masked.slots))) return null;
  if (found !== null || around.file !== null) return found;
  // "What is the average price? Use data.csv.": the one file that is named is what the question is about.
  const all = pathsIn({ text: masked.text, slots: masked.slots, around });
  const named = [...new Set(all)].filter((path) => around.files.includes(path));
  return named.length === 1 && named[0] !== undefined
    ? chain(clauses, masked.slots, { ...around, file: named[0] })
    : null;
}

/** "Delete the rows where …" changes nothing unless the rest is saved or asked about. */
const dropsIntoNothing = (intent: Intent, later: readonly Intent[]): boolean =>
  intent.kind === 'table' &&
  intent.drops === true &&
  !later.some(({ kind }) => kind === 'write' || kind === 'table');

function chain(
  sentences: readonly string[][],
  slots: readonly Slot[],
  around: Surroundings,
): Intent[] | null {
  const [first, ...others] = sentences;
  if (first === undefined) return [];
  const tried = chainClauses(first, slots, around, (intents) => chain(others, slots, after(around, intents)));
  if (tried !== null) return tried;
  // A colon or a stray full stop may have cut one request in two.
  const [second, ...rest] = others;
  return second === undefined || first.length + second.length > 6
    ? null
    : chainClauses([[...first, ...second].join(' ')], slots, around, (intents) =>
        chain(rest, slots, after(around, intents)),
      );
}

/** Tries the finest cut first, and joins neighbouring clauses where a clause means nothing alone. */
function chainClauses(
  clauses: readonly string[],
  slots: readonly Slot[],
  around: Surroundings,
  then: (intents: readonly Intent[]) => Intent[] | null,
): Intent[] | null {
  const step = (from: number, sofar: readonly Intent[]): Intent[] | null => {
    if (from >= clauses.length) {
      const rest = then(sofar);
      return rest === null ? null : [...sofar, ...rest];
    }
    for (let to = from + 1; to <= Math.min(clauses.length, from + 4); to += 1) {
      const text = plain(clauses.slice(from, to).join(' and '));
      const intents = recogniseClause({ text, slots, around: after(around, sofar) });
      if (intents === null) continue;
      const found = step(to, [...sofar, ...intents]);
      if (found !== null) return found;
    }
    return null;
  };
  return clauses.length > 24 ? null : step(0, []);
}

const REPORT =
  /^(?:(?:show|tell|give|report|print|display|return|output|present|provide|state|write|let)\b(?: (?:me|us|back|out|know|to me|the user|to the user))*(?: (?:it|that|this|them|the|a|both|all|final|resulting|computed|its|what|is|are|single))*(?: (?:results?|answers?|values?|outputs?|numbers?|summary|contents?|reply|response|lists?|sequence|path|findings|total|report|mean|average|sum|count|response))?(?: (?:as|is|are))?|report back|(?:what is|what's|what are) (?:the )?(?:results?|answers?|outputs?))$/i;

function recogniseClause(clause: Clause): Intent[] | null {
  const found = operationsOf(clause);
  return found !== null && usesEveryPath(found, clause) ? found : null;
}

/** A file that is named and not used is a part of the task that would be dropped. */
function usesEveryPath(intents: readonly Intent[], clause: Clause): boolean {
  const paths = pathsIn(clause);
  if (paths.length < 2 || intents.some((intent) => 'folder' in intent)) return true;
  const used = JSON.stringify(intents);
  return paths.every((path) => used.includes(JSON.stringify(path).slice(1, -1)));
}

function operationsOf(clause: Clause): Intent[] | null {
  if (clause.text === '') return [];
  const again = readBack(clause);
  if (again !== null) return [again];
  const each = readBackEach(clause);
  if (each !== null) return each;
  const hasEarlier = clause.around.before.length > 0 || Object.keys(clause.around.inherited).length > 0;
  if (hasEarlier && pathsIn(clause).length === 0 && REPORT.test(clause.text) && !/‹/.test(clause.text)) {
    const last = clause.around.before.at(-1);
    if (last?.kind === 'delete' && /content|text|\bit\b/i.test(clause.text)) return null;
    if (last?.kind !== 'read' || /result|answer|content|it|that/i.test(clause.text))
      return [{ kind: 'report' }];
  }
  const spoken = { ...clause, text: plainly(clause) };
  if (spoken.text !== clause.text) return operationsOf(spoken);
  const told = roundedSink(clause) ?? concatenation(clause) ?? converted(clause, recogniseOne);
  if (told !== null) return told;
  const sunk = withSink(clause);
  if (sunk !== null) return sunk;
  const several = recogniseStatistics(clause) ?? ofEachFile(clause);
  if (several !== null) return several;
  const single = recogniseOne(clause) ?? focusOf(clause);
  return single === null
    ? (withPage(clause) ?? withLead(clause) ?? withEllipsis(clause, recogniseClause))
    : [single];
}

/** "the line count of a.txt and b.txt": the same question of each file. */
function ofEachFile(clause: Clause): Intent[] | null {
  const list = /‹P\d+›(?:\s*,\s*‹P\d+›)*\s*,?\s*and\s+‹P\d+›/.exec(clause.text)?.[0];
  if (list === undefined) return null;
  const intents = (list.match(/‹P\d+›/g) ?? []).map((path) =>
    recogniseOne({ ...clause, text: clause.text.replace(list, path) }),
  );
  const fits = intents.every(
    (intent) => intent !== null && ['text', 'read', 'stat', 'delete'].includes(intent.kind),
  );
  return fits && !/\b(?:which|compare|more|both together|combined|difference)\b/i.test(clause.text)
    ? intents.flatMap((intent) => intent ?? [])
    : null;
}

/** "Analyze the code in ./src.": no question, but where the others are to look. */
function focusOf(clause: Clause): Intent | null {
  const match =
    /^(?:analy[sz]e|look (?:at|into|through)|consider|inspect|examine|scan|take|given|study|parse|use|check)\b(?:\s+(?:the|all|this|my|our|python|javascript|typescript|java|go|source|code|files?|project|folder|directory|package|modules?|scripts?|codebase|repository|repo|in|of|under|inside|within|at))*\s+(?:‹[PN]\d+›(?:\s+(?:folder|directory|package|project))?|[\w-]+\s+(?:folder|directory|package))$/i.exec(
      clause.text,
    );
  const folder = match === null ? null : folderIn(clause);
  return folder === null || !clause.around.files.some((file) => file.startsWith(`${folder}/`))
    ? null
    : { kind: 'focus', folder };
}

/** "the title of https://…": the address is fetched and the question asked of what it answers. */
function withPage(clause: Clause): Intent[] | null {
  const urls = clause.text.match(/‹U\d+›/g) ?? [];
  if (urls.length !== 1) return null;
  const fetched = recogniseOne({ ...clause, text: `fetch ${urls[0]}` });
  if (fetched === null) return null;
  const question = clause.text.replace(
    /(?:\b(?:the|a)\s+)?(?:\b(?:web\s?page|page|website|site|url|document|text|json|response|content|contents|file)\s+)?(?:\b(?:at|from|of|on|behind|returned by|served (?:at|by))\s+)?(?:the\s+)?(?:url\s+|page\s+|address\s+|website\s+)?‹U\d+›/i,
    'it',
  );
  const around = after(clause.around, [fetched]);
  const rest = recogniseOne({ ...clause, text: plain(question), around });
  return rest === null || rest.kind === 'fetch' || rest.kind === 'read' ? null : [fetched, rest];
}

/** A file at the end that something is saved to is not what a question is about. */
const SAVES =
  /\b(?:save|write|store)\b[^‹]*\b(?:to|into|as)\s[^‹]*‹P\d+›$|^(?:save|store|append|record|dump|put|write (?:it|them|that|this|the (?:result|output)s?))\b/i;

/** One operation. Families that demand the most of a sentence come first. */
function recogniseOne(clause: Clause): Intent | null {
  return (
    recognisePython(clause) ??
    recogniseFetch(clause) ??
    recogniseArithmetic(clause) ??
    recogniseJson(clause) ??
    recogniseCalls(clause) ??
    (SAVES.test(clause.text) ? null : (recogniseTable(clause) ?? recogniseText(clause))) ??
    recogniseFiles(clause)
  );
}

/** "write the mean of price in data.csv to report.txt": a computation and where its result goes. */
function withSink(clause: Clause): Intent[] | null {
  const found = sinkOfPhrase(clause);
  if (found === null) return null;
  const phrase = { ...clause, text: plain(found.phrase) };
  const inner = recogniseOne(phrase) ?? recogniseOne({ ...phrase, text: `what is ${phrase.text}` });
  if (inner === null || inner.kind === 'write' || inner.kind === 'delete') return null;
  return [inner, found.sink];
}

/** "using data.csv, …", "in the file notes.txt, …", "from https://… , …": the place first, the question after. */
function withLead(clause: Clause): Intent[] | null {
  const match =
    /^(?:using|use|in|from|given|with|for|based on|on|take|taking|considering|looking at)\s+(?:the\s+|this\s+|my\s+)?(?:attached\s+|given\s+)?(?:csv\s+|text\s+|json\s+|data\s+|input\s+)?(?:file\s+|table\s+|document\s+|dataset\s+)?(‹[PU]\d+›)\s*(?:file)?\s*[,:]\s*(.+)$/is.exec(
      clause.text,
    );
  const [, place, question] = match ?? [];
  if (place === undefined || question === undefined) return null;
  if (place.startsWith('‹U')) {
    const fetched = recogniseOne({ ...clause, text: `fetch ${place}` });
    if (fetched === null) return null;
    const rest = recogniseClause({
      ...clause,
      text: plain(question),
      around: after(clause.around, [fetched]),
    });
    return rest === null ? null : [fetched, ...rest];
  }
  const inFolder = recogniseOne({ ...clause, text: `${plain(question)} in ${place}` });
  if (inFolder !== null && 'folder' in inFolder) return [inFolder];
  const read = recogniseOne({ ...clause, text: `read ${place}` });
  if (read === null) return null;
  const rest = chainClauses(clausesOf(plain(question)), clause.slots, after(clause.around, [read]), () => []);
  return rest === null ? null : [read, ...rest];
}
