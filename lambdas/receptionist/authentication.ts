import { createHash } from 'node:crypto';
import { type ApiKey, isUsable, type Scope } from '../shared/stores/account-store.ts';
import type { Caller } from './endpoint.ts';
import { HttpProblem } from './problem.ts';

/** How long a process trusts what it read of a key: a revoked key works for at most a minute more. */
const TRUSTED_MS = 60_000;
/** An unknown key is asked for again sooner, so that a new key works soon. */
const UNKNOWN_MS = 5_000;
const MAX_REMEMBERED = 10_000;

/** Who a token stands for, when it is no API key; null when it is not valid. */
export type VerifyToken = (token: string) => Promise<Caller | null>;

export interface Authenticator {
  /** @throws HttpProblem 401 without a key that is known, unexpired and not revoked */
  authenticate(authorization: string | undefined): Promise<Caller>;
}

export function createAuthenticator(deps: {
  readonly findKey: (key: string) => Promise<ApiKey | null>;
  readonly verifyToken?: VerifyToken;
  readonly now: () => Date;
}): Authenticator {
  const remembered = new Map<string, { record: Promise<ApiKey | null>; until: number }>();

  function find(key: string): Promise<ApiKey | null> {
    const hash = createHash('sha256').update(key).digest('hex');
    const time = deps.now().getTime();
    const known = remembered.get(hash);
    if (known !== undefined && known.until > time) return known.record;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const record = deps.findKey(key);
    const entry = { record, until: time + TRUSTED_MS };
    remembered.set(hash, entry);
    record.then(
      (found) => {
        if (found === null) entry.until = time + UNKNOWN_MS;
      },
      () => remembered.delete(hash),
    );
    return record;
  }

  return {
    async authenticate(authorization) {
      if (authorization === undefined) {
        throw unauthorized('Send an API key: "Authorization: Bearer <key>".', 'Bearer realm="office"');
      }
      const token = /^bearer +([\x21-\x7e]{1,4096}) *$/i.exec(authorization)?.[1];
      if (token === undefined) {
        throw unauthorized(
          'The Authorization header is not "Bearer <key>".',
          'Bearer realm="office", error="invalid_request"',
        );
      }
      if (deps.verifyToken !== undefined && token.split('.').length === 3) {
        const caller = await deps.verifyToken(token);
        if (caller !== null) return caller;
      }
      const record = await find(token);
      if (record === null || !isUsable(record, deps.now())) {
        throw unauthorized(
          'The API key is unknown, expired or revoked.',
          'Bearer realm="office", error="invalid_token"',
        );
      }
      return {
        tenant_id: record.tenant_id,
        scopes: record.scopes,
        actor: `key:${record.key_id}`,
        limit_key: record.key_id,
      };
    },
  };
}

const unauthorized = (detail: string, challenge: string) =>
  new HttpProblem(401, detail, { headers: { 'www-authenticate': challenge } });

/** @throws HttpProblem 403 naming the scope that is missing */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.includes(scope) || caller.scopes.includes('admin')) return;
  throw new HttpProblem(
    403,
    `This needs the scope ${scope}; the API key has ${caller.scopes.join(', ') || 'none'}.`,
    {
      headers: { 'www-authenticate': `Bearer realm="office", error="insufficient_scope", scope="${scope}"` },
    },
  );
}
