import type { Duplex } from 'node:stream';
import type { AskDynamodb } from './direct-client.ts';
import type { Dynamodb, DynamodbAnswer } from './dynamodb.ts';
import { type Fields, isPlainJson, marshalled, unmarshalled, unmarshalledToJson } from './items.ts';

/**
 * `[id, operation, input, isPlain]` one way, `[id, status, body, isPlain]` the other: a line of JSON each. What is plain
 * has values where DynamoDB's protocol has attributes: the office's process is the busier one, and leaves the change from
 * one to the other to this side.
 */
type Request = readonly [id: number, operation: string, input: unknown, isPlain: boolean];
type Answer = readonly [id: number, status: number, body: unknown, isPlain: boolean];

/** With more, the other side waits; with fewer, writes and wake-ups cost more than that. Measured by `npm run bench`. */
const LINES_A_WRITE = 4;

/** Serves DynamoDB over plain lines: HTTP's part of a small request is larger than DynamoDB's. */
export function serveLines(
  pipe: Duplex,
  dynamodb: Pick<Dynamodb, 'answer'>,
  onRequest: (operation: string) => void,
): void {
  const send = lineWriter(pipe);
  readLines(pipe, (line) => {
    const [id, operation, input, isPlain] = line as Request;
    onRequest(operation);
    const answer = (status: number, body: unknown): void => {
      const plain = isPlain && status === 200 ? unmarshalledToJson(body as Fields) : null;
      send([id, status, plain ?? body, plain !== null] satisfies Answer);
    };
    dynamodb.answer(operation, isPlain ? marshalled(input as Fields) : input).then(
      ({ status, body }) => answer(status, body),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        answer(500, { __type: 'InternalServerError', message });
      },
    );
  });
  // The other side is gone; its requests still take effect.
  pipe.on('error', () => pipe.destroy());
}

/** The other end; a lost connection fails what is under way and everything after. */
export function askByLines(pipe: Duplex): AskDynamodb {
  const send = lineWriter(pipe);
  const asked = new Map<number, { resolve(answer: DynamodbAnswer): void; reject(error: Error): void }>();
  let nextId = 0;
  let lost: Error | null = null;
  const lose = (): void => {
    lost ??= Object.assign(new Error('The data stores have ended.'), { code: 'ECONNRESET' });
    for (const { reject } of asked.values()) reject(lost);
    asked.clear();
  };
  pipe.on('error', lose).on('close', lose);
  readLines(pipe, (line) => {
    const [id, status, body, isPlain] = line as Answer;
    const isMarshalled = status === 200 && !isPlain;
    asked.get(id)?.resolve({ status, body: isMarshalled ? unmarshalled(body as Fields) : body });
    asked.delete(id);
  });
  return (operation, input) => {
    const isPlain = isPlainJson(input);
    const written = isPlain ? input : marshalled(input);
    if (written === null) return null;
    return new Promise((resolve, reject) => {
      if (lost !== null) throw lost;
      const id = nextId++;
      asked.set(id, { resolve, reject });
      send([id, operation, written, isPlain] satisfies Request);
    });
  };
}

/**
 * Lines of one turn of the event loop leave together, but not all of a long turn: the other side would wait for its end
 * with nothing to do.
 */
function lineWriter(pipe: Duplex): (line: unknown) => void {
  let lines = '';
  let count = 0;
  const flush = (): void => {
    if (count === 0) return;
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

function readLines(pipe: Duplex, onLine: (line: unknown) => void): void {
  let rest = '';
  pipe.setEncoding('utf8');
  pipe.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line));
  });
}
