import { hash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';

/** The package is CommonJS without a `default` in its types; the default import is the function itself. */
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** SHA-256 (hex) of a value's canonical JSON (RFC 8785): equal documents have equal hashes. */
export function canonicalHash(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('Only JSON values have a canonical form.');
  return hash('sha256', text, 'hex');
}
