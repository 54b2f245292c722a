export const HOST = '127.0.0.1';
/** The SDK keeps its connections; a server that closes idle ones under it costs retries. */
export const KEEP_ALIVE_MS = 600_000;
