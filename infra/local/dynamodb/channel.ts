import type { Duplex } from 'node:stream';
import type { Dynamodb, DynamodbAnswer } from './dynamodb.ts';

/** `[id, operation, input]` one way, `[id, status, body]` the other: a line of JSON each. */
type Request = readonly [id: number, operation: string, input: unknown];
type Answer = readonly [id: number, status: number, body: unknown];

export type AskDynamodb = (operation: string, input: unknown) => Promise<DynamodbAnswer>;

/** Serves DynamoDB over plain lines: HTTP's part of a small request is larger than DynamoDB's. */
export function serveLines(
  pipe: Duplex,
  dynamodb: Pick<Dynamodb, 'answer'>,
  onRequest: (operation: string) => void,
): void {
  const send = lineWriter(pipe);
  readLines(pipe, (line) => {
    const [id, operation, input] = line as Request;
    onRequest(operation);
    dynamodb.answer(operation, input).then(
      ({ status, body }) => send([id, status, body] satisfies Answer),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        send([id, 500, { __type: 'InternalServerError', message }] satisfies Answer);
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
    const [id, status, body] = line as Answer;
    asked.get(id)?.resolve({ status, body });
    asked.delete(id);
  });
  return (operation, input) =>
    new Promise((resolve, reject) => {
      if (lost !== null) throw lost;
      const id = nextId++;
      asked.set(id, { resolve, reject });
      send([id, operation, input] satisfies Request);
    });
}

/** Lines of one turn of the event loop leave in one write. */
function lineWriter(pipe: Duplex): (line: unknown) => void {
  let lines = '';
  const flush = (): void => {
    pipe.write(lines);
    lines = '';
  };
  return (line) => {
    if (lines === '') setImmediate(flush);
    lines += `${JSON.stringify(line)}\n`;
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
