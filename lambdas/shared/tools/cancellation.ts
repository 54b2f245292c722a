/** The name of the object that says that a task was cancelled. */
export const CANCELLED = 'cancelled';

/** Tools that end sooner are not worth a question. */
const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 3_000;

/** So many looks in a row without an answer: there is no network, as around Python on AWS. */
const MOST_UNANSWERED = 3;

/**
 * Looks every second whether there is something at `url` (presigned, so that a tool needs no rights of its own), and
 * says so once. A tool without a network finds nobody to ask and goes on to its time limit.
 *
 * @returns what ends the looking
 */
export function whenCancelled(url: string, tell: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let unanswered = 0;
  const isThere = async (): Promise<boolean> => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
      unanswered = 0;
      await response.body?.cancel();
      return response.ok;
    } catch {
      // A look that fails says nothing about the task; the next one may be answered.
      unanswered += 1;
      return false;
    }
  };
  const later = (): void => {
    timer = setTimeout(async () => {
      const found = await isThere();
      if (ended) return;
      if (found) tell();
      else if (unanswered < MOST_UNANSWERED) later();
    }, LOOK_EVERY_MS);
    timer.unref();
  };
  later();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
