import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Keys without tabs and line ends, values as JSON text; null for a deleted key. */
export type Writes = ReadonlyMap<string, string | null>;

/** Bytes for what a turn logs; what is larger gets room of its own. */
const ROOM = 64 * 1024;
/** Bytes that UTF-8 has at most for a unit of a string. */
const WIDEST = 3;

/** No file has this descriptor, so that a write after the end can't reach the file that is opened next. */
const CLOSED = -1;

/**
 * Writes that LevelDB doesn't have yet, on disk: numbered files, a line for each write and an empty line after each
 * group. A group whose end is missing was never acknowledged, and is left out when the log is read. Written with write(2)
 * and without fsync, like LevelDB's own log: it survives the process, not a power cut.
 */
export class WriteLog {
  readonly #directory: string;
  #number: number;
  #descriptor: number;
  #size = 0;
  readonly #room = Buffer.allocUnsafeSlow(ROOM);

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#directory = directory;
    this.#number = Math.max(0, ...this.#numbers()) + 1;
    this.#descriptor = openSync(this.#path(this.#number), 'a');
  }

  /** Bytes since the last turn of the page. */
  get size(): number {
    return this.#size;
  }

  /** What earlier processes logged and LevelDB may lack, the latest of each key. */
  read(): Map<string, string | null> {
    const writes = new Map<string, string | null>();
    for (const number of this.#numbers()) {
      const groups = readFileSync(this.#path(number), 'utf8').split('\n\n');
      groups.pop();
      for (const line of groups.flatMap((group) => group.split('\n'))) {
        const tab = line.indexOf('\t');
        writes.set(line.slice(0, tab), line.slice(tab + 1) || null);
      }
    }
    return writes;
  }

  /** @throws the file system's error; then nothing of the group is logged */
  append(group: Writes): void {
    let text = '';
    for (const [key, value] of group) text += `${key}\t${value ?? ''}\n`;
    text += '\n';
    const isLarge = text.length * WIDEST > ROOM;
    const bytes = isLarge ? Buffer.from(text) : this.#room;
    const length = isLarge ? bytes.length : bytes.write(text);
    try {
      for (let written = 0; written < length; )
        written += writeSync(this.#descriptor, bytes, written, length - written);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#size);
      throw error;
    }
    this.#size += length;
  }

  /** Goes on in a new file; what this returns forgets everything that was logged before. */
  turnPage(): () => void {
    const last = this.#number;
    closeSync(this.#descriptor);
    this.#number += 1;
    this.#descriptor = openSync(this.#path(this.#number), 'a');
    this.#size = 0;
    return () => {
      for (const number of this.#numbers()) if (number <= last) rmSync(this.#path(number));
    };
  }

  /** What is appended later is an error. */
  close(): void {
    closeSync(this.#descriptor);
    this.#descriptor = CLOSED;
  }

  #path(number: number): string {
    return join(this.#directory, `${number}.log`);
  }

  #numbers(): number[] {
    return readdirSync(this.#directory)
      .flatMap((name) => (/^\d+\.log$/.test(name) ? [Number.parseInt(name, 10)] : []))
      .sort((a, b) => a - b);
  }
}
