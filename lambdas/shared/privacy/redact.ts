/**
 * Replaces personal data and secrets by placeholders, and puts them back. A redactor lives for one call: the same value
 * has the same placeholder throughout it, and nothing of the mapping is kept or logged.
 */
import { detect, type Span, type SpanType } from './detect.ts';

export { detect, type Span, type SpanType };

export interface Redactor {
  /** The text with placeholders such as `[EMAIL_1]`. */
  redact(text: string): string;
  /**
   * As `redact`; a JSON document made by `JSON.stringify` is redacted value by value, so that escapes do not hide
   * anything and the document stays valid.
   */
  redactDocument(text: string): string;
  /** Puts the values back. Placeholders that were never given out stay. */
  restore(text: string): string;
  /** Restores every string in a JSON value, keys included. */
  restoreValue(value: unknown): unknown;
}

const placeholder = /\[([A-Z][A-Z_]*)_(\d{1,6})\]/g;

export function createRedactor(): Redactor {
  const byValue = new Map<string, string>();
  const byPlaceholder = new Map<string, string>();
  const counters = new Map<SpanType, number>();
  /** Placeholders that stand in the texts themselves must not come back as somebody's address. */
  const taken = new Set<string>();

  function nameFor(type: SpanType, value: string): string {
    const key = `${type}\u0000${value}`;
    const known = byValue.get(key);
    if (known) return known;
    let name: string;
    do {
      const number = (counters.get(type) ?? 0) + 1;
      counters.set(type, number);
      name = `[${type.toUpperCase()}_${number}]`;
    } while (taken.has(name));
    byValue.set(key, name);
    byPlaceholder.set(name, value);
    return name;
  }

  function redactWith(text: string, prefix: string): string {
    for (const [literal] of text.matchAll(placeholder)) if (!byPlaceholder.has(literal)) taken.add(literal);
    let redacted = '';
    let end = 0;
    for (const span of detect(prefix + text)) {
      const start = span.start - prefix.length;
      if (start < 0) continue;
      redacted += text.slice(end, start) + nameFor(span.type, text.slice(start, span.end - prefix.length));
      end = span.end - prefix.length;
    }
    return redacted + text.slice(end);
  }

  function redactValue(value: unknown, key: string): unknown {
    // The key is context: `"ssn": "..."` says what the digits are.
    if (typeof value === 'string') return redactWith(value, key === '' ? '' : `${key}: `);
    if (Array.isArray(value)) return value.map((item) => redactValue(item, key));
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [redactWith(name, ''), redactValue(item, name)]),
      );
    return value;
  }

  const redactor: Redactor = {
    redact: (text) => redactWith(text, ''),

    redactDocument(text) {
      const first = text.trimStart()[0];
      if (first !== '{' && first !== '[') return redactWith(text, '');
      let document: unknown;
      try {
        document = JSON.parse(text);
      } catch (error) {
        if (error instanceof SyntaxError) return redactWith(text, '');
        throw error;
      }
      for (const [literal] of text.matchAll(placeholder)) taken.add(literal);
      const indent = text.includes('\n') ? 2 : undefined;
      return JSON.stringify(redactValue(document, ''), null, indent);
    },

    restore: (text) => text.replace(placeholder, (name) => byPlaceholder.get(name) ?? name),

    restoreValue(value) {
      if (typeof value === 'string') return redactor.restore(value);
      if (Array.isArray(value)) return value.map((item) => redactor.restoreValue(item));
      if (value !== null && typeof value === 'object')
        return Object.fromEntries(
          Object.entries(value).map(([key, item]) => [redactor.restore(key), redactor.restoreValue(item)]),
        );
      return value;
    },
  };
  return redactor;
}
