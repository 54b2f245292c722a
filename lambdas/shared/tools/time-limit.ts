export interface TimeLimit {
  /** Aborted when the outer signal aborts or the time is over. */
  readonly signal: AbortSignal;
  /** Lets go of the timer and of the outer signal; call it when the work is done. */
  end(): void;
}

/**
 * A signal for one piece of work inside a run: the run's own signal, and a time limit in milliseconds.
 *
 * `AbortSignal.any([outer, AbortSignal.timeout(ms)])` would read better, but Node.js may collect its timer as garbage
 * and then never aborts (nodejs/node issue 57736); a plain timer is held by the event loop.
 */
export function timeLimit(outer: AbortSignal, milliseconds: number): TimeLimit {
  const controller = new AbortController();
  const stop = () => controller.abort(outer.reason);
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`The time limit of ${milliseconds} ms is over.`, 'TimeoutError'));
  }, milliseconds);
  if (outer.aborted) stop();
  outer.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', stop);
    },
  };
}
