import { randomFillSync } from 'node:crypto';
import { monotonicFactory, ulid } from 'ulid';

const pool = new Uint8Array(4_096);
let used = pool.length;

/** Numbers from 0 to 1 out of the system's randomness, fetched 4 KB at a time: a call per character is dear. */
function random(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return (pool[used++] as number) / 0x100;
}

/** A ULID (https://github.com/ulid/spec) of this moment. */
export const newId = (): string => ulid(undefined, random);

/** Makes ULIDs that sort in the order in which they were made, also within a millisecond of one process. */
export const idsInOrder = (): ((milliseconds?: number) => string) => monotonicFactory(random);
