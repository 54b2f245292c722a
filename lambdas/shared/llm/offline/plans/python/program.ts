import type { Json } from '../../../../../../schemas/json.ts';

/**
 * A Python program whose parameters are one JSON document, written as a string literal: whatever a person wrote is
 * a value to the program and never part of its code. A JSON string is a Python string literal as well, as long as it
 * is ASCII, which the escapes see to.
 */
export function pythonProgram(source: string, parameters: Json): string {
  return `import json\nSPEC = json.loads(${pythonString(JSON.stringify(parameters))})\n${source}`;
}

const MADE_HERE = 'import json\nSPEC = json.loads(';

/**
 * What such a program raised, in its own sentence: a person did not write it, and its lines say nothing to them. Null
 * when the program is not one of these, runs a person's script, or its words hold no exception.
 */
export function raisedBy(code: Json | undefined, message: string): string | null {
  if (typeof code !== 'string' || !code.includes(MADE_HERE) || code.includes('run_path(')) return null;
  const last = message.trimEnd().split('\n').at(-1) ?? '';
  const [, kind, said] = /^(\w+(?:Error|Exception)): (.+)$/.exec(last) ?? [];
  if (kind === undefined || said === undefined) return null;
  // Python shows a KeyError's text as a literal.
  return kind === 'KeyError' ? said.replace(/^(['"])(.*)\1$/, '$2').replace(/\\(['"])/g, '$1') : said;
}

/** The text as an ASCII string literal of Python. */
export function pythonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
