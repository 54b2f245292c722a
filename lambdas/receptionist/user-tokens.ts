import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { tenantIdSchema } from '../../schemas/identifiers.ts';
import { scopeSchema } from '../shared/stores/account-store.ts';
import type { VerifyToken } from './authentication.ts';
import type { Caller } from './endpoint.ts';

const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })),
});
export type KeySet = z.infer<typeof keySetSchema>;

/** Signature algorithms of RFC 7518 that are taken, each for its own kind of key only. */
const algorithms = {
  RS256: { kind: 'rsa', options: {} },
  ES256: { kind: 'ec', options: { dsaEncoding: 'ieee-p1363' } },
} as const;
const headerSchema = z.looseObject({ alg: z.enum(['RS256', 'ES256']), kid: z.string() });
const words = z.union([z.string().transform((text) => text.split(' ')), z.array(z.string())]).default([]);
const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1),
  exp: z.number(),
  nbf: z.number().optional(),
  aud: words,
  /** Who asked for the token; access tokens of Cognito have it instead of an audience. */
  client_id: z.string().optional(),
  scope: words,
  /** Auth0's roles. */
  permissions: words,
  'cognito:groups': words,
  groups: words,
});
type Claims = z.infer<typeof claimsSchema>;

/** Keys are asked for again after an hour, and for a key id that is unknown at most once a minute. */
const KEYS_FRESH_MS = 3_600_000;
const KEYS_AGAIN_MS = 60_000;

/**
 * Accepts access and id tokens of one OpenID Connect issuer (JWT, RFC 7519), Cognito or Auth0 for example.
 *
 * The tenant is the claim of that name (by default `tenant_id` or `custom:tenant_id`), or a group named `tenant:<id>`.
 * Scopes are those of the token that end in an office's scope (`office/tasks:read`), its permissions, and groups
 * named `scope:<scope>`.
 */
export function createUserTokens(deps: {
  /** As the token's `iss` spells it: `https://cognito-idp.<region>.amazonaws.com/<pool id>`, `https://<name>.auth0.com/` */
  readonly issuer: string;
  /** The token must be for it: the API's identifier, or the client's id. */
  readonly audience: string;
  readonly tenantClaim?: string | undefined;
  readonly fetchKeys: () => Promise<unknown>;
  readonly now: () => Date;
}): VerifyToken {
  let keys = new Map<string, KeyObject>();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | null = null;

  async function load(): Promise<void> {
    const { keys: found } = keySetSchema.parse(await deps.fetchKeys());
    keys = new Map(
      found.flatMap((jwk) =>
        jwk.kid !== undefined && ['RSA', 'EC'].includes(jwk.kty)
          ? [[jwk.kid, createPublicKey({ key: jwk as unknown as JsonWebKey, format: 'jwk' })] as const]
          : [],
      ),
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
      (claims.aud.length > 0 ? claims.aud : [claims.client_id]).includes(deps.audience)
    );
  };

  return async (token) => {
    const [head = '', body = '', signature = ''] = token.split('.');
    const header = headerSchema.safeParse(jsonOf(head));
    const claims = claimsSchema.safeParse(jsonOf(body));
    if (!header.success || !claims.success || !isMeant(claims.data)) return null;
    const key = await keyOf(header.data.kid);
    const signed = Buffer.from(`${head}.${body}`);
    const { kind, options } = algorithms[header.data.alg];
    if (key === undefined || key.asymmetricKeyType !== kind) return null;
    if (!verify('sha256', signed, { key, ...options }, Buffer.from(signature, 'base64url'))) return null;
    return callerOf(claims.data, deps.tenantClaim);
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

function callerOf(claims: Claims, tenantClaim: string | undefined): Caller | null {
  const groups = [...claims['cognito:groups'], ...claims.groups];
  const named = (prefix: string) =>
    groups.filter((group) => group.startsWith(prefix)).map((group) => group.slice(prefix.length));
  const claimed = (tenantClaim === undefined ? ['tenant_id', 'custom:tenant_id'] : [tenantClaim]).map(
    (name) => claims[name],
  );
  const tenant = tenantIdSchema.safeParse(
    claimed.find((value) => value !== undefined) ?? named('tenant:')[0],
  );
  if (!tenant.success) return null;
  const wanted = [
    ...[...claims.scope, ...claims.permissions].map((scope) => scope.slice(scope.lastIndexOf('/') + 1)),
    ...named('scope:'),
  ];
  const scopes = [...new Set(wanted)].flatMap((scope) => {
    const parsed = scopeSchema.safeParse(scope);
    return parsed.success ? [parsed.data] : [];
  });
  const actor = `user:${claims.sub}`;
  return { tenant_id: tenant.data, scopes, actor, limit_key: actor };
}

const discoverySchema = z.looseObject({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/**
 * The issuer's public keys, where its discovery document says (OpenID Connect Discovery 1.0, section 4).
 * @throws Error when the issuer does not answer, or is another one than it was said to be
 */
export async function fetchIssuerKeys(issuer: string): Promise<unknown> {
  const ask = async (url: string): Promise<unknown> => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
    if (!answer.ok)
      throw new Error(`The keys of ${issuer} could not be read: ${url} answers ${answer.status}.`);
    return answer.json();
  };
  const found = discoverySchema.parse(
    await ask(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
  );
  if (found.issuer !== issuer) throw new Error(`${issuer} says that it is ${found.issuer}.`);
  return ask(found.jwks_uri);
}
