import type { Duplex } from 'node:stream';
import { doNow } from './end-of-turn.ts';

/** With more, the other side waits; with fewer, writes and wake-ups cost more than that. Measured by `npm run bench`. */
const LINES_A_WRITE = 4;

/** What a process answers to the other one's questions, by topic. JSON both ways; what is thrown arrives as a message. */
export type Topics = Readonly<Record<string, (question: never) => Promise<unknown>>>;

/** One end of a pipe between two processes that ask each other. */
export interface Peer {
  /** A lost connection fails what is under way and everything after. */
  ask<Answer>(topic: string, question: unknown): Promise<Answer>;
  /** Without an answer. */
  tell(topic: string, message: unknown): void;
}

/** A line of JSON: `[id, topic, question]` one way and `[id, null, answer]` or `[id, error]` the other; id 0 waits for none. */
type Line =
  | readonly [id: number, topic: string, question: unknown]
  | readonly [id: number, topic: null, answer: unknown]
  | readonly [id: number, error: string];

/** Questions and answers over plain lines: HTTP's part of a small request is larger than the request's own. */
export function openLines(pipe: Duplex, topics: Topics, onceLost: string): Peer {
  const send = lineWriter(pipe);
  const asked = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
  let nextId = 1;
  let lost: Error | null = null;
  const lose = (): void => {
    lost ??= Object.assign(new Error(onceLost), { code: 'ECONNRESET' });
    for (const { reject } of asked.values()) reject(lost);
    asked.clear();
  };
  // What the other side asked before it was gone still takes effect.
  pipe.on('error', () => pipe.destroy()).on('close', lose);

  async function serve(id: number, topic: string, question: unknown): Promise<void> {
    try {
      const answer = await topics[topic]?.(question as never);
      if (id !== 0) send([id, null, answer]);
    } catch (error) {
      if (id !== 0) send([id, error instanceof Error ? error.message : String(error)]);
    }
  }

  readLines(pipe, ([id, topic, body]) => {
    if (topic !== null && body !== undefined) {
      void serve(id, topic, body);
      return;
    }
    const waiting = asked.get(id);
    asked.delete(id);
    if (topic === null) waiting?.resolve(body as never);
    else waiting?.reject(new Error(topic));
  });

  return {
    ask: (topic, question) =>
      new Promise((resolve, reject) => {
        if (lost !== null) throw lost;
        const id = nextId++;
        asked.set(id, { resolve, reject });
        send([id, topic, question]);
      }),
    tell: (topic, message) => send([0, topic, message]),
  };
}

/**
 * Lines of one turn of the event loop leave together, but not all of a long turn: the other side would wait for its end
 * with nothing to do.
 */
function lineWriter(pipe: Duplex): (line: Line) => void {
  let lines = '';
  let count = 0;
  const flush = (): void => {
    if (count === 0) return;
    // A function may begin when its line is there: not before the end of the one before it is in the engine's journal.
    doNow('journals');
    pipe.write(lines);
    lines = '';
    count = 0;
  };
  return (line) => {
    if (count === 0) setImmediate(flush);
    lines += `${JSON.stringify(line)}\n`;
    count += 1;
    if (count === LINES_A_WRITE) flush();
  };
}

function readLines(pipe: Duplex, onLine: (line: Line) => void): void {
  let rest = '';
  pipe.setEncoding('utf8');
  pipe.on('data', (chunk: string) => {
    rest += chunk;
    // A line of megabytes comes in many chunks; it is looked through once, at its end.
    if (!chunk.includes('\n')) return;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line) as Line);
  });
}
