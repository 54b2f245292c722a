/** setTimeout's limit: a longer delay would fire at once. */
const LONGEST_DELAY = 2_147_483_647;

/**
 * Calls `action` once after `milliseconds`, however long that is; at once (next turn) for zero or less.
 * @returns a function that cancels it
 */
export function after(milliseconds: number, action: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (left: number): void => {
    const delay = Math.min(Math.max(left, 0), LONGEST_DELAY);
    timer = setTimeout(() => (left > delay ? arm(left - delay) : action()), delay);
  };
  arm(milliseconds);
  return () => clearTimeout(timer);
}
