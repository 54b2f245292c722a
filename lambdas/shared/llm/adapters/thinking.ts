/** Reasoning models behind plain servers write their thoughts into the answer, between tags. */

const opening = /^\s*<(think|thinking|reasoning|thought)>/;
const closing = /<\/(?:think|thinking|reasoning|thought)>\s*/;
const LONGEST_TAG = 16;

/** The text behind the thoughts it begins with; nothing of thoughts that were cut off. */
export function withoutThinking(text: string): string {
  let rest = text;
  for (let begins = opening.exec(rest); begins; begins = opening.exec(rest)) {
    const ends = closing.exec(rest);
    if (!ends) return '';
    rest = rest.slice(ends.index + ends[0].length);
  }
  return rest;
}

/** The same for a text that comes in pieces: hands on nothing before it is known to be no thought. */
export function thinkingFilter(emit: (delta: string) => void): {
  push(delta: string): void;
  end(): void;
} {
  let held: string | null = '';
  return {
    push(delta) {
      if (held === null) {
        emit(delta);
        return;
      }
      held += delta;
      const start = held.trimStart();
      if (start === '' || (start.startsWith('<') && !start.includes('>') && start.length < LONGEST_TAG))
        return;
      if (opening.test(held) && !closing.test(held)) return;
      const rest = withoutThinking(held);
      if (rest === '') return;
      // What follows the thoughts may be half a tag of more of them.
      held = rest.startsWith('<') && rest.length < LONGEST_TAG && !rest.includes('>') ? rest : null;
      if (held === null) emit(rest);
    },
    end() {
      const rest = held === null ? '' : withoutThinking(held);
      held = null;
      if (rest) emit(rest);
    },
  };
}
