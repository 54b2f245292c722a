import type { Json } from '../../schemas/json.ts';
import { badRequest, type FieldError, HttpProblem } from './problem.ts';

/** Largest body, bytes. API Gateway hands at most 6 MB to a Lambda, and base64 or headers need a part of it. */
export const MAX_BODY_BYTES = 5_500_000;
/**
 * So much of a body that is too large is read and thrown away: the connection then serves the client's next request.
 * One that goes on is cut off.
 */
export const MAX_SKIPPED_BYTES = 32 * 1024 * 1024;
/** Deepest nesting: a DynamoDB item nests 32 levels at most, and the office wraps what it stores. */
export const MAX_DEPTH = 24;
/** DynamoDB's range of numbers; JSON's own reaches 1.8e308. */
const MAX_MAGNITUDE = 1e125;
const MIN_MAGNITUDE = 1e-129;

/**
 * The request's JSON, safe to hand on: bounded in size and depth, valid Unicode, no `__proto__`, no number that
 * a store would refuse. NUL characters are only accepted as `content` of files.
 *
 * @throws HttpProblem 400, 413 or 415
 */
export async function readJson(request: Request): Promise<Json> {
  const bytes = await readBytes(request);
  if (bytes.byteLength === 0) throw badRequest('The body is empty; send a JSON object.', []);
  requireJson(request.headers.get('content-type'));
  requirePlain(request.headers.get('content-encoding'));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HttpProblem(400, 'The body is not UTF-8.', { errors: [], cause });
  }
  refuseNesting(text);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw new HttpProblem(400, `The body is not JSON: ${syntaxOf(cause)}.`, { errors: [], cause });
  }
  const errors: FieldError[] = [];
  inspect(value, [], errors);
  if (errors.length > 0) throw badRequest('The body holds values that no JSON store keeps intact.', errors);
  return value;
}

/** @throws HttpProblem 413 when more than the limit comes, whatever Content-Length said */
async function readBytes(request: Request): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? Number.NaN);
  if (announced > MAX_BODY_BYTES) throw tooLarge();
  if (announced <= MAX_BODY_BYTES) {
    // A server hands on no more than was announced; the body is read as a whole, which needs no streams.
    const body = await request.arrayBuffer();
    if (body.byteLength > MAX_BODY_BYTES) throw tooLarge();
    return new Uint8Array(body);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > MAX_BODY_BYTES + MAX_SKIPPED_BYTES) await reader.cancel();
    if (size > MAX_BODY_BYTES) chunks.length = 0;
    else chunks.push(value);
  }
  if (size > MAX_BODY_BYTES) throw tooLarge();
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

const tooLarge = () =>
  new HttpProblem(
    413,
    `The body is larger than ${MAX_BODY_BYTES} bytes; send large files with {"workspace":{"upload":true}}.`,
  );

function requireJson(contentType: string | null): void {
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (
    !/^application\/(?:[\w.+-]+\+)?json$/.test(type) ||
    (charset !== undefined && !/^utf-?8$/.test(charset))
  ) {
    throw new HttpProblem(415, 'Send the body as JSON in UTF-8, with "Content-Type: application/json".', {
      headers: { 'accept-post': 'application/json' },
    });
  }
}

/** RFC 9110, section 15.5.16: an encoding that is not understood is a 415 that names what is. */
function requirePlain(contentEncoding: string | null): void {
  if (contentEncoding === null || /^(?:identity)?$/i.test(contentEncoding.trim())) return;
  throw new HttpProblem(415, 'Send the body as it is, without "Content-Encoding".', {
    headers: { 'accept-encoding': 'identity' },
  });
}

/** Counts brackets outside strings, so that the parser is never given a nesting that exhausts its stack. */
function refuseNesting(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) throw badRequest(`The body nests deeper than ${MAX_DEPTH} levels.`, []);
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
}

const MAX_ERRORS = 20;

function inspect(value: Json, path: readonly string[], errors: FieldError[]): void {
  if (errors.length >= MAX_ERRORS) return;
  const refuse = (message: string) => errors.push({ path: path.join('.').slice(0, 500), message });
  if (typeof value === 'string') {
    if (!value.isWellFormed()) refuse('contains a lone surrogate');
    if (value.includes('\u0000') && path.at(-1) !== 'content') refuse('contains a NUL character');
  } else if (typeof value === 'number') {
    const magnitude = Math.abs(value);
    if (magnitude > MAX_MAGNITUDE || (magnitude !== 0 && magnitude < MIN_MAGNITUDE)) {
      refuse('is outside the range of numbers that can be stored (1e-129 to 1e125); write it as a string');
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) inspect(item, [...path, String(index)], errors);
  } else if (value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const shown = JSON.stringify(key).slice(1, -1);
      if (key === '__proto__')
        errors.push({ path: [...path, key].join('.'), message: 'is not a permitted name' });
      else if (!key.isWellFormed() || key.includes('\u0000')) {
        errors.push({
          path: [...path, shown].join('.'),
          message: 'holds a lone surrogate or a NUL in its name',
        });
      } else inspect(item, [...path, key], errors);
    }
  }
}

/** The parser's message without the excerpt of the body that some engines add. */
function syntaxOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined
    ? 'it ends too early or has a syntax error'
    : `syntax error at character ${position}`;
}
