/** Reading another model file than the built-in one, and saying where it is wrong. */
import { readFileSync } from 'node:fs';
import { describeError, OfficeError } from '../errors.ts';

/** The model file, or a setting that overrides a part of it, is malformed; the message names the place. */
export class ModelFileError extends OfficeError {
  override readonly name = 'ModelFileError';
}

/** The JSON document that `OFFICE_MODELS_FILE` names. @throws ModelFileError with the line */
export function readModelDocument(path: string): unknown {
  let text = '';
  try {
    // Editors on Windows put a byte order mark in front.
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
    return JSON.parse(text);
  } catch (error) {
    const line = error instanceof SyntaxError ? lineOf(error.message, text) : null;
    throw new ModelFileError(
      `OFFICE_MODELS_FILE names "${path}", which is not a readable JSON file: ${describeError(error)}${line === null ? '' : ` (line ${line})`}`,
      { cause: error },
    );
  }
}

/** The parser tells a position, or quotes what stands around it; what ends too early ends in the last line. */
function lineOf(message: string, text: string): number | null {
  const position = /at position (\d+)/.exec(message)?.[1];
  const token = /^Unexpected token '(.)', (?:\.{3})?"([\s\S]*?)"(?:\.{3})? is not valid JSON$/u.exec(message);
  let at = position === undefined ? -1 : Number(position);
  if (token) {
    const [, character = '', quoted = ''] = token;
    // Ten characters before it, ten behind it.
    at = text.indexOf(quoted) + Math.max(0, quoted.indexOf(character, Math.min(10, quoted.length - 1)));
    if (!text.includes(quoted)) at = -1;
  }
  if (/^Unexpected end/.test(message)) at = text.length;
  return at < 0 ? null : text.slice(0, at).split('\n').length;
}
