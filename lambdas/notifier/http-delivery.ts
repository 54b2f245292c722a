import { ExponentialBackoff, handleAll, retry } from 'cockatiel';
import { Webhook } from 'standardwebhooks';
import { Agent } from 'undici';
import { OfficeError } from '../shared/errors.ts';
import { createSsrfGuard } from '../shared/security/ssrf-guard.ts';
import type { WebhookDelivery } from './notifier.ts';

export class WebhookRefusedError extends OfficeError {
  override readonly name = 'WebhookRefusedError';
}

const TIMEOUT_MS = 15_000;

/**
 * Posts a webhook, signed by Standard Webhooks, to public addresses only; redirects are not followed. Three tries,
 * about 1 s and 2 s apart.
 */
export function createHttpDelivery(deps: { allowHosts: readonly string[]; now: () => Date }) {
  const guard = createSsrfGuard({ allow_hosts: [...deps.allowHosts], deny_hosts: [] });
  const policy = retry(handleAll, {
    maxAttempts: 2,
    backoff: new ExponentialBackoff({ initialDelay: 1_000 }),
  });

  return (delivery: WebhookDelivery): Promise<void> =>
    policy.execute(async () => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const agent = new Agent({ connect: guard.connector({ timeoutMs: TIMEOUT_MS, signal }) });
      try {
        const at = deps.now();
        const { origin, pathname, search } = new URL(delivery.url);
        const answer = await agent.request({
          origin,
          path: `${pathname}${search}`,
          method: 'POST',
          signal,
          headers: {
            'content-type': 'application/json',
            'webhook-id': delivery.id,
            'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
            ...(delivery.secret === null
              ? {}
              : { 'webhook-signature': new Webhook(delivery.secret).sign(delivery.id, at, delivery.body) }),
          },
          body: delivery.body,
        });
        await answer.body.dump();
        if (answer.statusCode < 200 || answer.statusCode > 299) {
          throw new WebhookRefusedError(`The webhook's receiver answered ${answer.statusCode}.`);
        }
      } finally {
        await agent.destroy();
      }
    });
}
