import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { tenantIdSchema } from '../../schemas/identifiers.ts';
import { scopeSchema } from '../shared/stores/account-store.ts';
import type { VerifyToken } from './authentication.ts';
import type { Caller } from './endpoint.ts';

const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kid: z.string(), kty: z.literal('RSA'), n: z.string(), e: z.string() })),
});
export type KeySet = z.infer<typeof keySetSchema>;

const headerSchema = z.looseObject({ alg: z.literal('RS256'), kid: z.string() });
const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1),
  exp: z.number(),
  nbf: z.number().optional(),
  token_use: z.enum(['access', 'id']),
  /** In access tokens. */
  client_id: z.string().optional(),
  scope: z.string().default(''),
  /** In id tokens. */
  aud: z.string().optional(),
  'custom:tenant_id': tenantIdSchema.optional(),
  'cognito:groups': z.array(z.string()).default([]),
});
type Claims = z.infer<typeof claimsSchema>;

/** Keys are asked for again after an hour, and for a key id that is unknown at most once a minute. */
const KEYS_FRESH_MS = 3_600_000;
const KEYS_AGAIN_MS = 60_000;

/**
 * Accepts access and id tokens of one Cognito user pool (JWT, RFC 7519, signed with RS256).
 *
 * The tenant is the claim `custom:tenant_id`, or a group named `tenant:<id>`. Scopes are those of the token that end
 * in an office's scope (`office/tasks:read`), and groups named `scope:<scope>`.
 */
export function createUserTokens(deps: {
  /** `https://cognito-idp.<region>.amazonaws.com/<pool id>` */
  readonly issuer: string;
  readonly clientId: string;
  readonly fetchKeys: () => Promise<unknown>;
  readonly now: () => Date;
}): VerifyToken {
  let keys = new Map<string, KeyObject>();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | null = null;

  async function load(): Promise<void> {
    const { keys: found } = keySetSchema.parse(await deps.fetchKeys());
    keys = new Map(
      found.map((jwk) => [jwk.kid, createPublicKey({ key: jwk as unknown as JsonWebKey, format: 'jwk' })]),
    );
    fetchedAt = deps.now().getTime();
  }

  async function keyOf(kid: string): Promise<KeyObject | undefined> {
    const age = deps.now().getTime() - fetchedAt;
    if (age > KEYS_FRESH_MS || (!keys.has(kid) && age > KEYS_AGAIN_MS)) {
      fetching ??= load().finally(() => {
        fetching = null;
      });
      await fetching;
    }
    return keys.get(kid);
  }

  const isMeant = (claims: Claims): boolean => {
    const seconds = deps.now().getTime() / 1000;
    return (
      claims.iss === deps.issuer &&
      claims.exp > seconds &&
      (claims.nbf ?? 0) <= seconds &&
      (claims.token_use === 'access' ? claims.client_id : claims.aud) === deps.clientId
    );
  };

  return async (token) => {
    const [head = '', body = '', signature = ''] = token.split('.');
    const header = headerSchema.safeParse(jsonOf(head));
    const claims = claimsSchema.safeParse(jsonOf(body));
    if (!header.success || !claims.success || !isMeant(claims.data)) return null;
    const key = await keyOf(header.data.kid);
    const signed = Buffer.from(`${head}.${body}`);
    if (key === undefined || !verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url')))
      return null;
    return callerOf(claims.data);
  };
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch (error) {
    // Three words with dots between them need not be a JWT: then it is no user's token.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function callerOf(claims: Claims): Caller | null {
  const groups = claims['cognito:groups'];
  const named = (prefix: string) =>
    groups.filter((group) => group.startsWith(prefix)).map((group) => group.slice(prefix.length));
  const tenant = tenantIdSchema.safeParse(claims['custom:tenant_id'] ?? named('tenant:')[0]);
  if (!tenant.success) return null;
  const wanted = [
    ...claims.scope.split(' ').map((scope) => scope.slice(scope.lastIndexOf('/') + 1)),
    ...named('scope:'),
  ];
  const scopes = [...new Set(wanted)].flatMap((scope) => {
    const parsed = scopeSchema.safeParse(scope);
    return parsed.success ? [parsed.data] : [];
  });
  const actor = `user:${claims.sub}`;
  return { tenant_id: tenant.data, scopes, actor, limit_key: actor };
}

/** The pool's public keys, where Cognito publishes them. */
export async function fetchUserPoolKeys(issuer: string): Promise<unknown> {
  const answer = await fetch(`${issuer}/.well-known/jwks.json`, { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`The user pool's keys could not be read: ${answer.status}.`);
  return answer.json();
}
