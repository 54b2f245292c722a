import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ToolFailure } from '../../shared/tools/define-tool.ts';
import { errorCode } from '../../shared/tools/error-code.ts';

export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** Bytes on the wire allowed beyond `max_bytes`: a compressed body is smaller than its content, plus framing. */
const WIRE_MARGIN = 65_536;

export interface LimitedBody {
  readonly bytes: Buffer;
  readonly truncated: boolean;
  /** Whether a Content-Encoding was undone. */
  readonly decoded: boolean;
}

/**
 * Reads at most `maxBytes` of the decoded body and stops the stream there. Decoding is streamed, so a bomb costs one
 * chunk beyond the limit; a compressed stream that never yields content ends at `maxBytes` plus 64 KiB on the wire.
 *
 * @throws ToolFailure `InvalidBody` when the content coding is broken
 */
export async function readBody(
  stream: Readable,
  contentEncoding: string,
  maxBytes: number,
): Promise<LimitedBody> {
  const coding = contentEncoding.trim().toLowerCase();
  const chunks: Buffer[] = [];
  let size = 0;
  let truncated = false;
  const decoded = CODINGS.has(coding);
  try {
    for await (const chunk of decoded ? decode(stream, coding, maxBytes + WIRE_MARGIN) : stream) {
      const bytes = chunk as Buffer;
      const room = maxBytes - size;
      if (bytes.length > room) {
        chunks.push(bytes.subarray(0, room));
        truncated = true;
        break;
      }
      size += bytes.length;
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof WireLimit) truncated = true;
    else if (isZlibError(error)) {
      throw new ToolFailure('InvalidBody', `The server's ${coding} encoded body is broken.`, {
        cause: error,
      });
    } else throw error;
  } finally {
    // After a break the socket would go on receiving; nothing more is wanted from it.
    stream.destroy();
  }
  return { bytes: Buffer.concat(chunks), truncated, decoded };
}

const CODINGS = new Set(['gzip', 'x-gzip', 'deflate', 'br']);

class WireLimit extends Error {}

/** The decoded stream, or the empty one: an empty body with a Content-Encoding header is empty, not broken. */
async function* decode(source: Readable, coding: string, wireLimit: number): AsyncGenerator<Buffer> {
  const pieces = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await pieces.next();
  if (first.done) return;
  const decoder = decoderFor(coding, first.value);
  // The callback form reports the error through the iteration of `decoder`, which it destroys.
  pipeline(
    Readable.from(upTo(first.value, pieces, wireLimit), { objectMode: false }),
    decoder,
    () => undefined,
  );
  for await (const chunk of decoder) yield chunk as Buffer;
}

async function* upTo(first: Buffer, rest: AsyncIterator<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let received = 0;
  for (let piece: IteratorResult<Buffer> = { value: first }; !piece.done; piece = await rest.next()) {
    received += piece.value.length;
    if (received > limit) throw new WireLimit();
    yield piece.value;
  }
}

function decoderFor(coding: string, first: Buffer): Transform {
  if (coding === 'br') return createBrotliDecompress();
  if (coding !== 'deflate') return createGunzip();
  // Servers send "deflate" with and without the zlib header; with it the low half of the first byte is 8 (RFC 1950).
  return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
}

function isZlibError(error: unknown): boolean {
  return /^(?:Z_|ERR_BROTLI|ERR__ERROR_)/.test(errorCode(error) ?? '');
}

const TEXT_TYPE =
  /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript|yaml|x-ndjson|x-www-form-urlencoded|graphql)\b|image\/svg\+xml)/i;

/**
 * The body as text where it is text (by its type and charset, or by being valid UTF-8), else as base64. A character
 * cut in half by truncation is dropped.
 */
export function bodyText(
  body: LimitedBody,
  contentType: string,
): { readonly body: string; readonly encoding: 'utf8' | 'base64' } {
  const charset = /;\s*charset="?([\w.:-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  const text = decodeText(body.bytes, charset, body.truncated);
  const isText = text !== null && (TEXT_TYPE.test(contentType) || !text.includes('\0'));
  return isText
    ? { body: text, encoding: 'utf8' }
    : { body: body.bytes.toString('base64'), encoding: 'base64' };
}

function decodeText(bytes: Buffer, charset: string, truncated: boolean): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: truncated });
  } catch (error) {
    // A charset nobody knows, or bytes that are not in it: either way these are no text.
    if (errorCode(error)?.startsWith('ERR_ENCODING_')) return null;
    throw error;
  }
}
