/** How long a provider asks to be left alone: in a header, in the body, or in its words. */

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const piece =
  /(\d+(?:\.\d+)?)\s*(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)?\s*/gi;

/** Milliseconds of `12`, `1.5s`, `500 ms`, `2m59.5s` or `1 minute`; null for anything else. A bare number is seconds. */
function durationIn(text: string): number | null {
  let read = 0;
  let ms = 0;
  for (const match of text.matchAll(piece)) {
    const [whole, number, unit = 's'] = match;
    if (match.index !== read) return null;
    read += whole.length;
    const name = /^(?:ms|milli)/i.test(unit) ? 'ms' : (unit[0]?.toLowerCase() ?? 's');
    ms += Number(number) * (units[name] ?? 1_000);
  }
  return read > 0 && read === text.length ? ms : null;
}

/** An HTTP date has a weekday or a time in it; without, `Date.parse` takes lists of numbers for dates. */
const dateLike = /^(?:[A-Z][a-z]{2,8},|\d{4}-\d{2}-\d{2}T)/;

function waitIn(text: string, now: number): number | null {
  if (/^-\d/.test(text)) return 0;
  if (dateLike.test(text)) {
    const date = Date.parse(text);
    return Number.isNaN(date) ? null : Math.max(0, date - now);
  }
  // A header that was sent twice arrives as a list: the longest is meant.
  const waits = text.split(',').map((part) => durationIn(part.trim()));
  return waits.some((wait) => wait === null) ? null : Math.max(...waits.map(Number));
}

/** `retry-after-ms`, or `Retry-After`: seconds or an HTTP date (RFC 9110 10.2.3), and what servers make of it. */
export function retryAfter(
  headers: { get(name: string): string | null } | undefined,
  now = Date.now(),
): number | null {
  const ms = Number(headers?.get('retry-after-ms') || Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const text = headers?.get('retry-after')?.trim();
  return text ? waitIn(text, now) : null;
}

/**
 * What stands in the body of the failure instead: `google.rpc.RetryInfo` (`"retryDelay": "17s"`) at Gemini, and
 * "try again in 7.66s" in the words of OpenAI and Groq.
 */
export function retryInBody(error: unknown, words: string): number | null {
  const details: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'details') : undefined;
  for (const detail of Array.isArray(details) ? details : []) {
    const delay: unknown =
      typeof detail === 'object' && detail !== null ? Reflect.get(detail, 'retryDelay') : undefined;
    const wait = typeof delay === 'string' ? durationIn(delay) : null;
    if (wait !== null) return wait;
  }
  const said = /\b(?:try again|retry) (?:in|after) ((?:\d[\d.]{0,9}\s?[a-z]{1,12}\s?){1,3})/i.exec(
    words,
  )?.[1];
  return said === undefined ? null : durationIn(said.trim().replace(/\.$/, ''));
}
