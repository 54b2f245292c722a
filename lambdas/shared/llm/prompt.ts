/** What goes over the wire: the schema in words where a model needs it, and no value that must not leave. */
import type { Redactor } from '../privacy/redact.ts';
import type { ProviderCall } from './provider.ts';
import type { Prompt } from './tokens.ts';

/** Adds the schema to the system text for models that have no mechanism of their own for it. */
export function instruct(system: string, json: ProviderCall['json']): string {
  if (!json || json.mechanism === 'json_schema' || json.mechanism === 'forced_tool') return system;
  return `${system}\n\nAnswer with one JSON document and nothing else: no introduction, no code fence. It must fit this JSON Schema:\n${JSON.stringify(json.schema)}`;
}

/** The prompt with personal data and secrets replaced; pictures and documents stay as they are. */
export function protect(prompt: Prompt, redactor: Redactor): Prompt {
  redactor.keepFree([prompt.system, ...textsOf(prompt)]);
  return {
    system: redactor.redact(prompt.system),
    messages: prompt.messages.map((message) => ({
      role: message.role,
      content: message.content.map((part) =>
        part.type === 'text' ? { type: 'text' as const, text: redactor.redactDocument(part.text) } : part,
      ),
    })),
  };
}

export const textsOf = (prompt: Prompt): string[] =>
  prompt.messages.flatMap(({ content }) =>
    content.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
  );

/** Longer than any placeholder. */
const LONGEST_PLACEHOLDER = 48;

/** Where a placeholder begins that has no end yet, its own escape included; the text's length when none does. */
function beginOfHalf(text: string): number {
  const half = /\\?\[[^\]]*$|%5B[^%]*%?5?$|\\$|%5?$/i.exec(text.slice(-LONGEST_PLACEHOLDER));
  return half ? text.length - half[0].length : text.length;
}

/** Restores values in a text that comes in pieces; holds back what may be half a placeholder. */
export function restoringStream(
  redactor: Redactor | null,
  emit: (delta: string) => void,
): { push(delta: string): void; end(): void } {
  let held = '';
  return {
    push(delta) {
      if (!redactor) {
        emit(delta);
        return;
      }
      held += delta;
      const open = beginOfHalf(held);
      const ready = held.slice(0, open);
      held = held.slice(open);
      if (ready) emit(redactor.restore(ready));
    },
    end() {
      if (held && redactor) emit(redactor.restore(held));
      held = '';
    },
  };
}
