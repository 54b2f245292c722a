/** Texts to be written that hold a part of the task which asks for something else. */
import type { Slot } from '../language/mask.ts';
import type { Intent } from './intent.ts';

const GOES_ON =
  /\b(?:and|then|&)\s+(?:\w+\s+){1,3}?(?:it|its|them|(?:the|that|this)\s+(?:file|result|output|contents?|text))\b/i;
const IS_ORDER = /^(?:\w+\s+){1,3}?(?:it|its|them)\b/i;
const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim();

/**
 * Whether an operation writes words that the task does not say so, because clauses were joined to make sense of them,
 * or words that go on about the file, as in `with the text hello and mail it to Bob`.
 */
export function swallows(intent: Intent, task: string, slots: readonly Slot[]): boolean {
  if (intent.kind !== 'write' || intent.content.from !== 'literal') return false;
  const { text } = intent.content;
  if (slots.some((slot) => slot.text === text)) return false;
  const whole = squeezed(task);
  const lines = text.split('\n');
  return (
    GOES_ON.test(text) ||
    lines.some((line, at) => !whole.includes(squeezed(line)) || (at > 0 && IS_ORDER.test(line)))
  );
}
