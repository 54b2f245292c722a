/** How the command line writes times, money and text. */

/** `420 ms`, `1.2 s`, `2 min 05 s`, `3 h 07 min`. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${two(Math.floor((seconds % 3_600) / 60))} min`;
}

/** Dollars with as many digits as the amount needs: `$0`, `$0.00042`, `$0.012`, `$3.20`. */
export function usd(amount: number): string {
  if (amount === 0) return '$0';
  if (amount < 0.000005) return '<$0.00001';
  if (amount < 0.01) return `$${Number(amount.toFixed(5))}`;
  return `$${amount.toFixed(amount < 1 ? 3 : 2)}`;
}

export function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en-US')} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `just now`, `3 min ago`, `2 h ago`, `5 days ago`. */
export function age(iso: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1_000);
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 45) return 'just now';
  if (seconds < 3_570) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_000) return `${Math.round(seconds / 3_600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/**
 * One printable line of text that came from outside: control characters would let a task's description
 * or a tool's message redraw the terminal.
 */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Text from outside over several lines: line breaks and tabs stay, other control characters go. */
export function manyLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '');
}

/** East Asian wide and emoji characters take two cells (Unicode Standard Annex 11). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const cells = (grapheme: string) => (wide.test(grapheme) ? 2 : 1);

/** Terminal cells of a text without escape sequences. */
export function width(text: string): number {
  let sum = 0;
  for (const { segment } of segmenter.segment(text)) sum += cells(segment);
  return sum;
}

/** At most `max` cells; what is cut off is shown by an ellipsis. */
export function fit(text: string, max: number): string {
  if (width(text) <= max) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    if (used + cells(segment) > max - 1) break;
    kept += segment;
    used += cells(segment);
  }
  return max < 1 ? '' : `${kept.trimEnd()}…`;
}

export const padTo = (text: string, cellsWide: number): string =>
  text + ' '.repeat(Math.max(0, cellsWide - width(text)));

/** Columns under their titles, two spaces apart; the last one takes what is left of `columns` cells. */
export function table(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const clean = rows.map((row) => row.map(oneLine));
  const widths = titles.map((title, index) =>
    Math.max(width(title), ...clean.map((row) => width(row[index] ?? ''))),
  );
  const last = titles.length - 1;
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + 2, 0);
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) =>
        index === last ? fit(cell, Math.max(12, columns - before)) : padTo(cell, (widths[index] ?? 0) + 2),
      )
      .join('')
      .trimEnd();
  return [line(titles.map((title) => title.toUpperCase())), ...clean.map(line)];
}
