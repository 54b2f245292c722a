/**
 * Replaces personal data and secrets by placeholders, and puts them back. A redactor lives for one call: the same value
 * has the same placeholder throughout it, and nothing of the mapping is kept or logged.
 */
import { detectWith, type Finding, type Span, type SpanType } from './detect.ts';
import { eachText, spansOfDocument } from './document.ts';

export { detect, type Span, type SpanType } from './detect.ts';

export interface Redactor {
  /** What stands in these texts in the form of a placeholder is never given out: for texts of one prompt, before any. */
  keepFree(texts: readonly string[]): void;
  /** The text with placeholders such as `[EMAIL_1]`. */
  redact(text: string): string;
  /**
   * As `redact`; a JSON document made by `JSON.stringify` is redacted value by value, so that escapes do not hide
   * anything and the document stays valid.
   */
  redactDocument(text: string): string;
  /** A JSON value with its strings redacted, keys included, all of them in one pass. */
  redactValue(value: unknown): unknown;
  /** Puts the values back. Placeholders that were never given out stay. */
  restore(text: string): string;
  /** Restores every string in a JSON value, keys included. */
  restoreValue(value: unknown): unknown;
}

/** As given out, and as models write it: in another case, escaped for Markdown, encoded for an address, or broken. */
const joint = '(?:\\\\?_\\s?|-|\\s_?)';
const name = `[a-z]+(?:${joint}[a-z]+){0,3}${joint}\\d{1,6}`;
const placeholder = new RegExp(`\\[\\s?${name}\\s?\\]|\\\\\\[${name}\\\\\\]|%5B${name}%5D`, 'gi');
const mayHavePlaceholder = /\[|%5B/i;
const asGivenOut = (written: string): string =>
  `[${written
    .replace(/^%5B|%5D$|[[\]\\]/gi, '')
    .trim()
    .replace(/[\s_-]+/g, '_')
    .toUpperCase()}]`;
/** `[Email 1]` is a heading as models write them; `[EMAIL 1]` is not. */
const isHeading = (written: string): boolean => /[\s-]/.test(written) && /[a-z]/.test(written);

/** `findings` are replaced besides what the rules find. */
export function createRedactor(findings: readonly Finding[] = []): Redactor {
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

  function take(text: string): void {
    if (!mayHavePlaceholder.test(text)) return;
    for (const [written] of text.matchAll(placeholder)) {
      const literal = asGivenOut(written);
      if (!byPlaceholder.has(literal)) taken.add(literal);
    }
  }

  function replace(text: string, spans: readonly Span[]): string {
    let redacted = '';
    let end = 0;
    for (const span of spans) {
      redacted += text.slice(end, span.start) + nameFor(span.type, text.slice(span.start, span.end));
      end = span.end;
    }
    return end === 0 ? text : redacted + text.slice(end);
  }

  function redactText(text: string): string {
    take(text);
    return replace(text, detectWith(findings, text));
  }

  function redactTexts(value: unknown, found: (text: string, key: string) => readonly Span[]): unknown {
    function redacted(value: unknown, key: string): unknown {
      if (typeof value === 'string') return replace(value, found(value, key));
      if (Array.isArray(value)) return value.map((item) => redacted(item, key));
      if (value !== null && typeof value === 'object')
        return Object.fromEntries(
          Object.entries(value).map(([name, item]) => [replace(name, found(name, '')), redacted(item, name)]),
        );
      return value;
    }
    return redacted(value, '');
  }

  const redactor: Redactor = {
    keepFree: (texts) => {
      for (const text of texts) take(text);
    },

    redact: redactText,

    redactDocument(text) {
      const first = text.trimStart()[0];
      if (first !== '{' && first !== '[') return redactText(text);
      let document: unknown;
      try {
        document = JSON.parse(text);
      } catch (error) {
        if (error instanceof SyntaxError) return redactText(text);
        throw error;
      }
      const indent = text.includes('\n') ? 2 : undefined;
      return JSON.stringify(redactor.redactValue(document), null, indent);
    },

    redactValue(value) {
      eachText(value, '', take);
      return redactTexts(value, spansOfDocument(value, findings));
    },

    restore: (text) =>
      text.replace(placeholder, (written) => {
        const value = byPlaceholder.get(asGivenOut(written));
        if (value === undefined || isHeading(written)) return written;
        return written.startsWith('%') ? encodeURIComponent(value.toWellFormed()) : value;
      }),

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
