import type { Silence, WebhookStore } from '../shared/stores/webhook-store.ts';
import type { Attempt } from './http-delivery.ts';

/** An attempt that has waited so long for no answer has kept others waiting. */
const LONG_MS = 5_000;
/** A minute, two, four, eight, and then a quarter of an hour. */
const FIRST_SILENCE_SECONDS = 60;
const LONGEST_SILENCE_SECONDS = 900;

/**
 * Receivers that take connections and don't answer. Few attempts are made at once, over all tenants, and such a receiver
 * holds each of them for its whole time limit: one of them, told of many tasks, would keep everybody's notices waiting.
 * So nobody waits for it for a while after it has let one wait, and then one attempt finds out for all.
 */
export interface Receivers {
  /** Whether an attempt may be made now; whoever may is to say how it went. */
  turn(tenantId: string, url: string): Promise<Turn>;
}

export type Turn =
  | { readonly may: false; readonly until: string }
  | { readonly may: true; note(attempt: Attempt, milliseconds: number): Promise<void> };

export function createReceivers(deps: {
  readonly webhooks: Pick<WebhookStore, 'silence' | 'hush' | 'hear'>;
  readonly now: () => Date;
}): Receivers {
  const { webhooks } = deps;

  function longer(silence: Silence | null): Silence {
    const times = (silence?.times ?? 0) + 1;
    const seconds = Math.min(LONGEST_SILENCE_SECONDS, FIRST_SILENCE_SECONDS * 2 ** Math.min(times - 1, 10));
    return { times, until: new Date(deps.now().getTime() + seconds * 1000).toISOString() };
  }

  return {
    async turn(tenantId, url) {
      const silence = await webhooks.silence(tenantId, url);
      if (silence !== null) {
        if (Date.parse(silence.until) > deps.now().getTime()) return { may: false, until: silence.until };
        // Who asks goes on as if it would hear nothing, so that nobody else asks meanwhile.
        const next = longer(silence);
        if (!(await webhooks.hush(tenantId, url, silence, next))) return { may: false, until: next.until };
      }
      return {
        may: true,
        async note({ outcome, http_status }, milliseconds) {
          const heardNothing = outcome === 'failed' && http_status === null && milliseconds >= LONG_MS;
          if (silence !== null && !heardNothing) await webhooks.hear(tenantId, url);
          // One of those that have waited at the same time notes it.
          if (silence === null && heardNothing) await webhooks.hush(tenantId, url, null, longer(null));
        },
      };
    },
  };
}
