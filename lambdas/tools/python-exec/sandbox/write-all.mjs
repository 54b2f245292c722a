import { writeSync } from 'node:fs';

const clock = new Int32Array(new SharedArrayBuffer(4));

/** Writes every byte to standard output before it returns; waits where the pipe is full. */
export function writeAll(bytes) {
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(1, bytes, sent);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(clock, 0, 0, 1);
    }
  }
}
