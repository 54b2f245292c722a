import { Webhook } from 'standardwebhooks';
import { Agent } from 'undici';
import { createSsrfGuard, ForbiddenAddressError, ForbiddenHostError } from '../shared/security/ssrf-guard.ts';

/** One signed message to one address. */
export interface WebhookMessage {
  readonly url: string;
  readonly secret: string | null;
  readonly id: string;
  readonly body: string;
}

/** How one attempt went. `refused`: the address leads inside; `gone`: the receiver wants no more of them (410). */
export interface Attempt {
  readonly outcome: 'delivered' | 'failed' | 'gone' | 'refused';
  readonly http_status: number | null;
  readonly error: string | null;
}
export type Deliver = (message: WebhookMessage) => Promise<Attempt>;

const TIMEOUT_MS = 15_000;
/** The status is the answer. What follows it is read for so long, so that the receiver sees no broken connection. */
const REST_MS = 1_000;
const REST_BYTES = 65_536;

/** Posts a webhook, signed by Standard Webhooks, to public addresses only; redirects are not followed. Never rejects. */
export function createHttpDelivery(deps: { allowHosts: readonly string[]; now: () => Date }): Deliver {
  const guard = createSsrfGuard({ allow_hosts: [...deps.allowHosts], deny_hosts: [] });

  async function post(message: WebhookMessage): Promise<number> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const agent = new Agent({ connect: guard.connector({ timeoutMs: TIMEOUT_MS, signal }) });
    try {
      const at = deps.now();
      const { origin, pathname, search } = new URL(message.url);
      const answer = await agent.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        signal,
        headers: {
          'content-type': 'application/json',
          'webhook-id': message.id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          ...(message.secret === null
            ? {}
            : { 'webhook-signature': new Webhook(message.secret).sign(message.id, at, message.body) }),
        },
        body: message.body,
      });
      await answer.body
        .dump({ limit: REST_BYTES, signal: AbortSignal.timeout(REST_MS) })
        .catch(() => undefined);
      return answer.statusCode;
    } finally {
      await agent.destroy();
    }
  }

  return async (message) => {
    try {
      const http_status = await post(message);
      if (http_status >= 200 && http_status <= 299) return { outcome: 'delivered', http_status, error: null };
      const error = `The receiver answered ${http_status}.`;
      return { outcome: http_status === 410 ? 'gone' : 'failed', http_status, error };
    } catch (problem) {
      const error = problem instanceof Error ? problem.message : String(problem);
      const forbidden = problem instanceof ForbiddenAddressError || problem instanceof ForbiddenHostError;
      return { outcome: forbidden ? 'refused' : 'failed', http_status: null, error };
    }
  };
}
