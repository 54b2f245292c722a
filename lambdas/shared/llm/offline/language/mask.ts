/**
 * Puts a placeholder such as `‹P0›` in the place of everything in a sentence that must not be read as words:
 * code, addresses, quotations, paths, names of functions. Grammar rules then work on plain words.
 */

/** C code block, U address, Q quotation or JSON, P path, G file pattern, N name of a function or column. */
export type SlotKind = 'C' | 'U' | 'Q' | 'P' | 'G' | 'N';

export interface Slot {
  readonly kind: SlotKind;
  /** What is meant: without fences, quotation marks or backticks. */
  readonly text: string;
  /** What was written. */
  readonly raw: string;
}

export interface Masked {
  readonly text: string;
  readonly slots: readonly Slot[];
}

const EXTENSIONS =
  'txt|csv|tsv|md|markdown|rst|json|jsonl|ndjson|ya?ml|toml|ini|cfg|conf|env|log|out|dat|data|tmp|bak|html?|xml|svg|' +
  'css|py|pyi|ipynb|[cm]?[jt]sx?|java|go|rs|rb|php|cpp|hpp|cs|kt|swift|scala|sh|sql|tex|pdf|png|jpe?g|gif|zip|gz|bin|lock|list|result|results';
const FILE = new RegExp(
  `(?<![\\w@/.:‹-])(?:\\.{1,2}/|/|~/)?(?:[\\w@+.-]+/)*[\\w@+-][\\w.@+-]*\\.(?:${EXTENSIONS})(?![\\w/-])`,
  'gi',
);
const FOLDER =
  /(?<![\w@/.:‹-])(?:(?:\.{1,2}|~)?\/(?:[\w@+.-]+\/?)*[\w@+-]\/?|(?:[\w@+-]+\/)+(?![\w])|\.{1,2}\/(?!\w))/g;
const GLOB = /(?<![\w*])(?:[\w.-]+\/)*\*{1,2}(?:\/\*{1,2})*\.[A-Za-z]\w{0,8}\b/g;
const CALL = /(?<![\w.‹])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\(\)/g;
const IDENTIFIER = /^[A-Za-z_]\w*(?:(?:\.|::|#)[A-Za-z_]\w*)*(?:\(\))?$/;
const FENCE =
  /```[ \t]*([\w+-]*)[ \t]*\r?\n([\s\S]*?)\r?\n?```|~~~[ \t]*([\w+-]*)[ \t]*\r?\n([\s\S]*?)\r?\n?~~~/g;
const INLINE_FENCE = /```([^`\n]+)```/g;
const URL = /\bhttps?:\/\/[^\s<>"'`‹›]+/gi;
const DOUBLE_QUOTES = /"((?:[^"\\]|\\.)*)"|“([^”]*)”|«([^»]*)»|„([^“”]*)[“”]/g;
const SINGLE_QUOTES = /(?<=^|[\s([{:=,])'((?:[^'\\\n]|\\.)*)'(?=$|[\s).,;:!?\]}])|(?<=^|[\s(])‘([^’]*)’/g;

/** How a placeholder of one of the kinds looks in a masked text. */
export const slot = (kinds: string): string => `‹[${kinds}]\\d+›`;

/** Masks a text. `known` are the paths of the workspace, so that `Makefile` is seen to be a file. */
export function mask(input: string, known: readonly string[] = []): Masked {
  const slots: Slot[] = [];
  const keep = (kind: SlotKind, text: string, raw: string): string => {
    // What was masked before inside of it, such as JSON in a quotation, is part of it.
    slots.push({ kind, text: unmask(text, slots), raw: unmask(raw, slots) });
    return `‹${kind}${slots.length - 1}›`;
  };
  const isPath = (text: string): boolean =>
    known.includes(text) || (!/\s/.test(text) && new RegExp(`^${FILE.source}$`, 'i').test(text));
  const quoted = (raw: string, text: string): string => {
    if (isPath(text)) return keep('P', text, raw);
    return keep(/^\*{1,2}(?:\/\*)*\.\w+$/.test(text) ? 'G' : 'Q', text, raw);
  };
  let text = input.replace(/[‹›]/g, (mark) => (mark === '‹' ? '<' : '>')).replace(/\r\n?/g, '\n');
  text = text.replace(FENCE, (raw, _l1, code1, _l2, code2) => keep('C', String(code1 ?? code2 ?? ''), raw));
  text = text.replace(INLINE_FENCE, (raw, code: string) => keep('C', code.trim(), raw));
  text = text.replace(/`([^`\n]+)`/g, (raw, inner: string) => {
    const content = inner.trim();
    if (isPath(content)) return keep('P', content, raw);
    if (/^(?:\.{1,2}\/|[\w.-]+\/)[\w./-]*$/.test(content)) return keep('P', content, raw);
    if (IDENTIFIER.test(content)) return keep('N', content.replace(/\(\)$/, ''), raw);
    return keep('Q', inner, raw);
  });
  text = maskJson(text, (json) => keep('Q', json, json));
  text = text.replace(DOUBLE_QUOTES, (raw, a, b, c, d) =>
    quoted(raw, unescapeQuotes(String(a ?? b ?? c ?? d ?? ''))),
  );
  text = text.replace(SINGLE_QUOTES, (raw, a, b) => quoted(raw, unescapeQuotes(String(a ?? b ?? ''))));
  text = text.replace(URL, (raw) => {
    const url = raw.replace(/[.,;:!?)\]}]+$/, '');
    return keep('U', url, url) + raw.slice(url.length);
  });
  text = text.replace(GLOB, (raw) => keep('G', raw, raw));
  text = text.replace(FILE, (raw) => (/^\.?\d+(?:\.\d+)*$/.test(raw) ? raw : keep('P', raw, raw)));
  text = text.replace(FOLDER, (raw) => keep('P', raw, raw));
  text = text.replace(CALL, (raw) => keep('N', raw.slice(0, -2), raw));
  for (const path of known) {
    if (/[A-Z_.\d/]/.test(path) && text.includes(path) && !/^[\d.]+$/.test(path)) {
      const exact = new RegExp(`(?<![\\w./‹-])${escapeRegExp(path)}(?![\\w/-])`, 'g');
      text = text.replace(exact, (raw) => keep('P', raw, raw));
    }
  }
  return { text, slots };
}

/** The text of a placeholder; '' when there is none. */
export function slotText(token: string | undefined, slots: readonly Slot[]): string {
  const index = /^‹[A-Z](\d+)›$/.exec(token ?? '')?.[1];
  return index === undefined ? '' : (slots[Number(index)]?.text ?? '');
}

/** Puts back what was written (`raw`) or what was meant (`text`). */
export function unmask(text: string, slots: readonly Slot[], as: 'raw' | 'text' = 'raw'): string {
  return text.replace(/‹[A-Z](\d+)›/g, (token, index) => slots[Number(index)]?.[as] ?? token);
}

export const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const unescapeQuotes = (text: string): string =>
  text.replace(/\\(["'\\nt])/g, (_, mark: string) => (mark === 'n' ? '\n' : mark === 't' ? '\t' : mark));

/** Replaces each balanced `{…}` that is a JSON object. */
function maskJson(text: string, keep: (json: string) => string): string {
  let out = '';
  let at = 0;
  while (at < text.length) {
    const end = text[at] === '{' ? endOfJson(text, at) : -1;
    if (end > 0) {
      out += keep(text.slice(at, end));
      at = end;
    } else {
      out += text[at];
      at += 1;
    }
  }
  return out;
}

function endOfJson(text: string, start: number): number {
  const limit = Math.min(text.length, start + 20_000);
  for (let end = text.indexOf('}', start); end >= 0 && end < limit; end = text.indexOf('}', end + 1)) {
    if (isJsonObject(text.slice(start, end + 1))) return end + 1;
  }
  return -1;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
