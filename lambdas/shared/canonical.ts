import { hash } from 'node:crypto';

/** Nothing in it that JSON escapes. */
const PLAIN = /^[ !#-[\]-~]*$/;
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** A value's canonical JSON (RFC 8785): members sorted by UTF-16 code units, no space; undefined for what JSON has not. */
function canonicalJson(value: unknown): string | undefined {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`JSON has no number for ${value}.`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value) items += `${items === '' ? '' : ','}${canonicalJson(item) ?? 'null'}`;
    return `[${items}]`;
  }
  const document = value as Readonly<Record<string, unknown>>;
  if (typeof document['toJSON'] === 'function') return canonicalJson(document['toJSON']());
  let members = '';
  for (const name of Object.keys(document).sort()) {
    const member = canonicalJson(document[name]);
    if (member !== undefined) members += `${members === '' ? '' : ','}${quoted(name)}:${member}`;
  }
  return `{${members}}`;
}

/** SHA-256 (hex) of a value's canonical JSON: equal documents have equal hashes. */
export function canonicalHash(value: unknown): string {
  const text = canonicalJson(value);
  if (text === undefined) throw new TypeError('Only JSON values have a canonical form.');
  return hash('sha256', text, 'hex');
}
