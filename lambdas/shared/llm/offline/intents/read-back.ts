/** "then show me its content", "read it back": the file that was written last, read again. */
import type { FileRead, Intent } from './intent.ts';
import type { Clause } from './places.ts';

const FILE =
  '(?:the|that|this)(?:\\s+(?:new|newly|just|created|saved|written|resulting|output|copied|renamed|updated|same|whole))*\\s+(?:file|copy|document)';
const IT = `(?:it|${FILE})`;
const SHOW =
  '(?:show|display|print|read|re-?read|open|cat|output|give|tell|return|report|view|see|let|present|check|verify|confirm|load|get|retrieve|state)';
const TO = '(?:\\s+(?:me|us|back|out|up|to me|see|know|again))*';
const END = '(?:\\s+(?:back|again|out|now|to me|afterwards|in full|after that|aloud|then|as well|too))*';
const NOW = '(?:\\s+(?:now|then|afterwards|exactly|actually))*';
const CONTENT =
  '(?:(?:full|whole|complete|entire|exact|resulting|final|new|updated|current|actual)\\s+)*(?:contents?|text)';

const WHOLE = new RegExp(`^${SHOW}${TO}\\s+(?:me\\s+)?${IT}${END}$`, 'i');
const CONTENTS: readonly RegExp[] = [
  new RegExp(
    `^(?:${SHOW}${TO}|what(?:\\s+is|\\s+are))\\s+(?:what\\s+(?:is|are)\\s+)?(?:its|the|all)\\s+${CONTENT}${END}$`,
    'i',
  ),
  new RegExp(
    `^(?:${SHOW}${TO}|what(?:\\s+is|\\s+are))\\s+(?:the\\s+)?${CONTENT}\\s+(?:of|in|inside)\\s+${IT}${END}$`,
    'i',
  ),
  new RegExp(`^(?:${SHOW}${TO}|what(?:\\s+is|\\s+are))\\s+${FILE}['’]s\\s+${CONTENT}${END}$`, 'i'),
  new RegExp(
    `^(?:${SHOW}${TO}\\s+)?what${NOW}\\s+(?:is|was|stands|got written|was written)${NOW}\\s+(?:in|inside|into|to)\\s+${IT}${NOW}$`,
    'i',
  ),
  new RegExp(
    `^(?:${SHOW}${TO}\\s+)?what\\s+${IT}${NOW}\\s+(?:contains|says|holds|reads|looks like)${NOW}$`,
    'i',
  ),
  new RegExp(`^what\\s+(?:does|do)\\s+${IT}${NOW}\\s+(?:contain|say|hold|read|look like)${NOW}$`, 'i'),
];

/** Reading to go on with, rather than to show: "read it and count its words". */
const ONLY_READS = /^(?:read|re-?read|open|load|get|retrieve)\s+(?:it|(?:the|that|this)\s+file)$/i;

/** A text that was given has no other result than the file. */
const RESULT = new RegExp(`^${SHOW}${TO}\\s+(?:the\\s+)?(?:final\\s+)?(?:result|output|outcome)${END}$`, 'i');

/** What was saved is the answer already when the result itself is asked for, and not the file it went into. */
const OF_RESULT = new RegExp(`^(?!(?:read|re-?read|open|cat|load)\\b)${SHOW}${TO}\\s+it${END}$`, 'i');

const EACH = new RegExp(
  `^${SHOW}${TO}\\s+(?:me\\s+)?(?:the\\s+|their\\s+)?(?:${CONTENT}\\s+(?:of\\s+)?)?(?:(?:both|all|the)(?:\\s+(?:two|three|new|these|the|of|them))*(?:\\s+files?)|both|both of them|all of them|them(?:\\s+both|\\s+all)?|their\\s+${CONTENT})${END}$`,
  'i',
);

/** "Show me both files": each of those that were written. */
export function readBackEach({ text, around }: Clause): FileRead[] | null {
  const paths = [...new Set(around.before.flatMap((intent) => writtenBy(intent) ?? []))];
  const others = around.before.some(
    (intent) => intent.kind !== 'report' && (writtenBy(intent) === null || isOfResult(intent)),
  );
  return paths.length > 1 && !others && EACH.test(text)
    ? paths.map((path) => ({ kind: 'read', path, shown: true }))
    : null;
}

const isOfResult = (intent: Intent): boolean => intent.kind === 'write' && intent.content.from === 'result';

export function readBack({ text, around }: Clause): FileRead | null {
  const last = around.before.filter(({ kind }) => kind !== 'report').at(-1);
  const path = last === undefined ? null : writtenBy(last);
  if (path === null || /‹/.test(text)) return null;
  if (last !== undefined && isOfResult(last) && OF_RESULT.test(text)) return null;
  const given = last?.kind === 'write' && last.content.from !== 'result';
  if (given && RESULT.test(text)) return { kind: 'read', path, shown: true };
  if (!WHOLE.test(text) && !CONTENTS.some((pattern) => pattern.test(text))) return null;
  return ONLY_READS.test(text) ? { kind: 'read', path } : { kind: 'read', path, shown: true };
}

const writtenBy = (intent: Intent): string | null =>
  intent.kind === 'write' ? intent.path : intent.kind === 'copy' || intent.kind === 'move' ? intent.to : null;
