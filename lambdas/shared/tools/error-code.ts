/**
 * The `code` of an error of Node.js or undici (`ECONNREFUSED`, `Z_DATA_ERROR`, `ERR_ENCODING_...`), else null.
 * Reads the property instead of the class, because an error from another realm is no `instanceof Error` here.
 */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
