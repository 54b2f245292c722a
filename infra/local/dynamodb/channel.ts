import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Dynamodb, DynamodbAnswer } from './dynamodb.ts';

/** `[id, operation, input]` one way, `[id, status, body]` the other: a line of JSON each. */
type Request = readonly [id: number, operation: string, input: unknown];
type Answer = readonly [id: number, status: number, body: unknown];

export type AskDynamodb = (operation: string, input: unknown) => Promise<DynamodbAnswer>;

/** Serves DynamoDB over plain lines: HTTP's part of a small request is larger than DynamoDB's. */
export function serveLines(
  dynamodb: Pick<Dynamodb, 'answer'>,
  onRequest: (operation: string) => void,
): Server {
  return createServer((socket) => {
    const send = lineWriter(socket);
    readLines(socket, (line) => {
      const [id, operation, input] = line as unknown as Request;
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
    socket.on('error', () => socket.destroy());
  });
}

/** The other end; a lost connection fails what is under way and everything after. */
export async function openLines(port: number): Promise<{ ask: AskDynamodb; close(): void }> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  const send = lineWriter(socket);
  const asked = new Map<number, { resolve(answer: DynamodbAnswer): void; reject(error: Error): void }>();
  let nextId = 0;
  let lost: Error | null = null;
  const lose = (): void => {
    lost ??= Object.assign(new Error('The data stores have ended.'), { code: 'ECONNRESET' });
    for (const { reject } of asked.values()) reject(lost);
    asked.clear();
  };
  socket.on('error', lose).on('close', lose);
  readLines(socket, (line) => {
    const [id, status, body] = line as unknown as Answer;
    asked.get(id)?.resolve({ status, body });
    asked.delete(id);
  });
  return {
    ask: (operation, input) =>
      new Promise((resolve, reject) => {
        if (lost !== null) throw lost;
        const id = nextId++;
        asked.set(id, { resolve, reject });
        send([id, operation, input] satisfies Request);
      }),
    close: () => socket.destroy(),
  };
}

/** Lines of one turn of the event loop leave in one write. */
function lineWriter(socket: Socket): (line: unknown) => void {
  let lines = '';
  const flush = (): void => {
    socket.write(lines);
    lines = '';
  };
  socket.setNoDelay(true);
  return (line) => {
    if (lines === '') setImmediate(flush);
    lines += `${JSON.stringify(line)}\n`;
  };
}

function parse(line: string): unknown[] | null {
  try {
    const message: unknown = JSON.parse(line);
    return Array.isArray(message) && message.length === 3 ? message : null;
  } catch {
    // What is not JSON is nobody's message.
    return null;
  }
}

function readLines(socket: Socket, onLine: (line: unknown[]) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = parse(line);
      // Not ours: a web page's request to loopback, for example, whose first line is HTTP's.
      if (message === null) {
        socket.destroy();
        return;
      }
      onLine(message);
    }
  });
}
