import type { Json } from '../../../../../../schemas/json.ts';

/**
 * A Python program whose parameters are one JSON document, written as a string literal: whatever a person wrote is
 * a value to the program and never part of its code. A JSON string is a Python string literal as well, as long as it
 * is ASCII, which the escapes see to.
 */
export function pythonProgram(source: string, parameters: Json): string {
  return `import json\nSPEC = json.loads(${pythonString(JSON.stringify(parameters))})\n${source}`;
}

/** The text as an ASCII string literal of Python. */
export function pythonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
