import { createSsrfGuard, ForbiddenAddressError, ForbiddenHostError } from '../shared/security/ssrf-guard.ts';

/** Names stand for this public address here: what they lead to is judged at each delivery. */
const ANY_PUBLIC = { address: '1.1.1.1', family: 4 as const };
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal)$/i;

/**
 * Says why a webhook's address can't be one, from the address alone; null when nothing speaks against it.
 * `allowHosts` are the exceptions of OFFICE_ALLOW_HOSTS.
 */
export function createAddressCheck(allowHosts: readonly string[]): (url: string) => Promise<string | null> {
  const guard = createSsrfGuard({ allow_hosts: [...allowHosts], deny_hosts: [] }, async (host) => [
    LOCAL_NAME.test(host) ? { address: '127.0.0.1', family: 4 } : ANY_PUBLIC,
  ]);
  return async (url) => {
    const { protocol, hostname, port } = new URL(url);
    try {
      await guard.addressesOf(hostname, port || (protocol === 'https:' ? '443' : '80'));
      return null;
    } catch (error) {
      if (error instanceof ForbiddenAddressError || error instanceof ForbiddenHostError) return error.message;
      throw error;
    }
  };
}
