/** Finds what is personal in a JSON document's strings, in one pass over all of them. */
import { detectWith, type Finding, type Span } from './detect.ts';

/** No rule reads across it: line breaks end what stands around a value, and none takes a NUL for a space. */
const BOUNDARY = '\n\u0000\n';

/** Spans in `text`, which stands under `key`: it is context, `"ssn": "..."` says what the digits are. */
export type SpansOf = (text: string, key: string) => readonly Span[];

const contextOf = (key: string): string => (key === '' ? '' : `${key}: `);

/**
 * Each different string is looked at once, and the rules run over all of them together: a call has hundreds of short
 * strings, and starting 240 expressions for each takes three times as long as running them.
 */
export function spansOfDocument(document: unknown, findings: readonly Finding[] = []): SpansOf {
  const places = new Map<string, { readonly from: number; readonly prefix: number; spans: Span[] }>();
  const pieces: string[] = [];
  let length = 0;
  eachText(document, '', (text, key) => {
    const prefix = contextOf(key);
    const piece = prefix + text;
    const name = `${prefix.length} ${piece}`;
    if (places.has(name)) return;
    places.set(name, { from: length, prefix: prefix.length, spans: [] });
    pieces.push(piece);
    length += piece.length + BOUNDARY.length;
  });
  const found = detectWith(findings, pieces.join(BOUNDARY));
  let next = 0;
  let at = 0;
  for (const place of places.values()) {
    const piece = pieces[at] ?? '';
    const end = place.from + piece.length;
    const spans: Span[] = [];
    for (; next < found.length && (found[next] as Span).start < end; next += 1) {
      const span = found[next] as Span;
      // A key without its end reaches into what follows: such a document is looked at string by string.
      if (span.end > end)
        return (text, key) => within(detectWith(findings, contextOf(key) + text), contextOf(key).length);
      spans.push({ ...span, start: span.start - place.from, end: span.end - place.from });
    }
    place.spans = within(spans, place.prefix);
    at += 1;
  }
  return (text, key) => {
    const prefix = contextOf(key);
    return places.get(`${prefix.length} ${prefix}${text}`)?.spans ?? [];
  };
}

/** Spans behind a prefix, as offsets without it; of one that begins in the prefix, what lies behind. */
const within = (spans: readonly Span[], prefix: number): Span[] =>
  spans
    .filter(({ end }) => end > prefix)
    .map((span) => ({ ...span, start: Math.max(0, span.start - prefix), end: span.end - prefix }));

/** Every string of a JSON value, keys included, with the key it stands under. */
export function eachText(value: unknown, key: string, visit: (text: string, key: string) => void): void {
  if (typeof value === 'string') visit(value, key);
  else if (Array.isArray(value)) for (const item of value) eachText(item, key, visit);
  else if (value !== null && typeof value === 'object')
    for (const [name, item] of Object.entries(value)) {
      visit(name, '');
      eachText(item, name, visit);
    }
}
