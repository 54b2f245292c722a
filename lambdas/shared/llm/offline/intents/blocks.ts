/** Blocks of a task that stand on lines of their own after what is said of them. */

/** A block of code that follows "run this code and save the output to out.txt:" stands where it is spoken of. */
export const withBlockInPlace = (text: string): string =>
  text
    .replace(
      /^[^\n‹]*\b(?:code|program|script|snippet|python)\b[^\n‹]*:?\s*(‹C\d+›)[\s.]*(?:please\s+)?(run|execute)\s+(?:it|this|that|the (?:code|program|script|snippet))\b/i,
      '$2 this code $1',
    )
    .replace(
      /\b(code|snippet|program|script|python|block)\b(?![^\n]*\b(?:code|snippet|program|script|python|block)\b)([^\n]*?)\s*[:.]?\s*\n\s*(‹C\d+›)/i,
      '$1 $3$2',
    );

const CONTENT_HEAD =
  /^((?:please\s+|can you\s+|could you\s+)?(?:write|save|put|create|make|store|add|append)\b[^\n`"“]*\.\w{1,8}\b[^\n`"“]*:)[ \t]*\n+([\s\S]+)$/i;
const TASKS = /\b(?:steps|tasks|things|files|operations|instructions|questions)\s*:$/i;
const NEXT =
  /\n[ \t]*\n(?=(?:then|and then|after that|afterwards|finally|next|now|please|show|count|how|what)\b)/i;

/** "Write the following to a.txt:" and lines below it: they are as good as fenced, up to the next paragraph that asks. */
export function withContentFenced(text: string): string {
  const [, head, below] = CONTENT_HEAD.exec(text) ?? [];
  if (head === undefined || below === undefined || TASKS.test(head) || /```|~~~/.test(below)) return text;
  const end = NEXT.exec(below)?.index ?? below.length;
  return `${head} \`\`\`\n${below.slice(0, end).trimEnd()}\n\`\`\`\n${below.slice(end).trim()}`;
}
