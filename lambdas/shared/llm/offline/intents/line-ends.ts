/** Lines at the ends of a text: "the first 3 lines", "first and last line", "all but the first 2 lines". */
import type { TextQuery } from './intent.ts';
import type { Fine } from './reshaping.ts';

export const ENDS =
  /\b(?:first|last|top|bottom)\b.*\blines?\b|\blines?\b.*\b(?:first|last)\b|\b(?:head|tail)\b/i;
const END = /\b(first|last|top|bottom)\s+(?:(\d+)\s+)?lines?\b/i;
const BUT =
  '(?:all\\s+(?:the\\s+)?(?:lines\\s+)?but|except(?:\\s+for)?|skip(?:ping)?|without|omit(?:ting)?|excluding|ignoring|leav(?:e|ing)\\s+out)';
const WITHOUT = new RegExp(`\\b${BUT}\\s+(?:the\\s+)?(first|last)(?:\\s+(\\d+)|\\s+line\\b|\\s*$)`, 'i');
const BOTH = /\bfirst\s+(?:(\d+)\s+)?(?:lines?\s+)?(?:and|&)\s+(?:the\s+)?last\s+(?:(\d+)\s+)?lines?\b/i;
const RANGE =
  /\blines?\s+(?:numbers?\s+)?(?:from\s+)?(\d+)\s*(?:to|through|thru|until|up\s+to|[-–])\s*(?:line\s+)?(\d+)\b|\blines\s+between\s+(\d+)\s+and\s+(\d+)\b/i;

/** "lines 2 to 4": both ends included. */
export function rangeOf(text: string, fine: Fine): TextQuery | null {
  const match = RANGE.exec(text);
  const [from, to] = [match?.[1] ?? match?.[3] ?? '', match?.[2] ?? match?.[4] ?? ''];
  if (match === null || Number(from) < 1 || Number(to) < Number(from)) return null;
  const more = ['through', 'thru', 'until', 'up', 'between', 'number', 'numbers', 'extract', 'copy', 'keep'];
  return fine(from, to, ...more) ? { op: 'line_range', from: Number(from), to: Number(to) } : null;
}

const WORDS = ['first', 'last', 'top', 'bottom', 'head', 'tail'];

export function endsOf(text: string, fine: Fine, digits: readonly string[]): TextQuery | null {
  const without = WITHOUT.exec(text);
  if (without !== null) {
    const words = [
      'but',
      'except',
      'skip',
      'skipping',
      'without',
      'omit',
      'omitting',
      'excluding',
      'ignoring',
      'leave',
      'leaving',
      'out',
    ];
    return fine(...WORDS.slice(0, 2), ...words, ...digits)
      ? {
          op: 'lines',
          which: /first/i.test(without[1] ?? '') ? 'after' : 'before',
          limit: Number(without[2] ?? 1),
        }
      : null;
  }
  const both = BOTH.exec(text);
  if (both !== null) {
    const [limit, other] = [Number(both[1] ?? both[2] ?? 1), Number(both[2] ?? both[1] ?? 1)];
    return limit === other && fine(...WORDS, ...digits) ? { op: 'lines', which: 'ends', limit } : null;
  }
  const end = END.exec(text) ?? /\b(head|tail)\b(?:.*?(\d+))?/i.exec(text);
  if (end === null || (/\bfirst\b/i.test(text) && /\blast\b/i.test(text)) || !fine(...WORDS, ...digits))
    return null;
  return {
    op: 'lines',
    which: /first|top|head/i.test(end[1] ?? '') ? 'first' : 'last',
    limit: Number(end[2] ?? (/\blines\b|head|tail/i.test(end[0]) ? 10 : 1)),
  };
}
