/** The name of the object that says that a task was cancelled. */
export const CANCELLED = 'cancelled';

/** Tools that end sooner are not worth a question. */
const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 3_000;

/**
 * Looks every second whether there is something at `url` (presigned, so that a tool needs no rights of its own), and
 * says so once. A tool without a network finds nobody to ask and goes on to its time limit.
 *
 * @returns what ends the looking
 */
export function whenCancelled(url: string, tell: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    if (ended) return;
    if (response.ok) tell();
    else later();
  };
  const later = (): void => {
    // Whoever can't be asked now is not asked again.
    timer = setTimeout(() => void look().catch(() => undefined), LOOK_EVERY_MS);
    timer.unref();
  };
  later();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
