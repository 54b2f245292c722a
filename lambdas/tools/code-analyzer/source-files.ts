import type { GrammarName } from './grammars.ts';
import type { Language } from './graph/call-graph.ts';

const BY_EXTENSION: Readonly<Record<string, { language: Language; grammar: GrammarName }>> = {
  py: { language: 'python', grammar: 'python' },
  pyw: { language: 'python', grammar: 'python' },
  js: { language: 'javascript', grammar: 'javascript' },
  jsx: { language: 'javascript', grammar: 'javascript' },
  mjs: { language: 'javascript', grammar: 'javascript' },
  cjs: { language: 'javascript', grammar: 'javascript' },
  ts: { language: 'typescript', grammar: 'typescript' },
  mts: { language: 'typescript', grammar: 'typescript' },
  cts: { language: 'typescript', grammar: 'typescript' },
  tsx: { language: 'typescript', grammar: 'tsx' },
  go: { language: 'go', grammar: 'go' },
  java: { language: 'java', grammar: 'java' },
};

/** Folders of installed or generated code, which nobody means by "the project". */
const FOREIGN_FOLDER =
  /(^|\/)(node_modules|\.git|\.hg|\.svn|__pycache__|\.tox|\.venv|venv|site-packages|\.mypy_cache)(\/|$)/;

/** A larger file is data or generated; reading it would take the time of the rest of the project. */
export const MAX_FILE_BYTES = 2_000_000;

export function languageOf(path: string): { language: Language; grammar: GrammarName } | null {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return BY_EXTENSION[extension] ?? null;
}

export function isForeign(path: string): boolean {
  return FOREIGN_FOLDER.test(path);
}

/** Windows code page 1252 stands in for every single-byte encoding: identifiers are ASCII in all of them. */
const DECODERS: Readonly<Record<string, string>> = {
  'latin-1': 'latin1',
  'iso-8859-1': 'latin1',
  'iso-8859-15': 'latin1',
  cp1252: 'latin1',
  ascii: 'latin1',
};

/**
 * A source text: by its byte order mark, its declared encoding (PEP 263), as UTF-8, or byte by byte.
 * Null when it is not text.
 */
export function decodeSource(bytes: Uint8Array): string | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length >= 2 && buffer[0] === 0xff && buffer[1] === 0xfe)
    return buffer.toString('utf16le').slice(1);
  if (buffer.length >= 2 && buffer[0] === 0xfe && buffer[1] === 0xff) {
    return new TextDecoder('utf-16be').decode(buffer);
  }
  if (buffer.subarray(0, 8192).includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer);
  } catch {
    // Not UTF-8: what the file declares decides, and any single-byte reading keeps the identifiers.
    const declared =
      /coding[:=]\s*([-\w.]+)/.exec(buffer.subarray(0, 200).toString('latin1'))?.[1]?.toLowerCase() ?? '';
    return buffer.toString((DECODERS[declared] ?? 'latin1') as 'latin1');
  }
}
