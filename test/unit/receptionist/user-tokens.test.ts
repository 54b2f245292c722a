import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createApp } from '../../../lambdas/receptionist/app.ts';
import { createUserTokens, fetchIssuerKeys } from '../../../lambdas/receptionist/user-tokens.ts';
import { startLoopbackHttp } from '../../helpers/loopback-http.ts';
import { fakeOffice } from '../../helpers/receptionist-fakes.ts';

const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' };
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const curveJwk = { ...curve.publicKey.export({ format: 'jwk' }), kid: 'e1', use: 'sig', alg: 'ES256' };
const now = () => new Date('2026-05-01T12:00:00Z');
const seconds = now().getTime() / 1000;

const good = {
  iss: issuer,
  sub: 'someone',
  exp: seconds + 60,
  token_use: 'access',
  client_id: 'client',
  scope: 'openid office/tasks:read office/tasks:write office/unknown',
  'custom:tenant_id': 'acme',
};
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(claims: object, header: object = { alg: 'RS256', kid: 'k1' }, key = privateKey): string {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}
function verifier(more: Partial<Parameters<typeof createUserTokens>[0]> = {}) {
  let fetched = 0;
  const verify = createUserTokens({
    issuer,
    audience: 'client',
    now,
    fetchKeys: async () => {
      fetched += 1;
      return { keys: [jwk, curveJwk] };
    },
    ...more,
  });
  return { verify, fetched: () => fetched };
}

describe('tokens of an OpenID Connect issuer', () => {
  it('tell the tenant, the scopes and who it is', async () => {
    expect(await verifier().verify(token(good))).toEqual({
      tenant_id: 'acme',
      scopes: ['tasks:read', 'tasks:write'],
      actor: 'user:someone',
      limit_key: 'user:someone',
    });
  });

  it('may tell them by groups', async () => {
    const { 'custom:tenant_id': _tenant, scope: _scope, client_id: _client, ...rest } = good;
    const groups = ['tenant:acme', 'scope:admin', 'chess'];
    const claims = { ...rest, token_use: 'id', aud: 'client', 'cognito:groups': groups };
    expect(await verifier().verify(token(claims))).toMatchObject({ tenant_id: 'acme', scopes: ['admin'] });
  });

  it.each([
    ['expired', { ...good, exp: seconds - 1 }],
    ['not valid yet', { ...good, nbf: seconds + 60 }],
    ['from another pool', { ...good, iss: `${issuer}x` }],
    ['for another client', { ...good, client_id: 'other' }],
    ['an id token for another client', { ...good, token_use: 'id', aud: 'other' }],
    ['for another API, by the right client', { ...good, aud: ['other', 'userinfo'] }],
    ['without a tenant', { ...good, 'custom:tenant_id': undefined }],
    ['with a tenant that is none', { ...good, 'custom:tenant_id': '../x' }],
  ])('are refused when %s', async (_name, claims) => {
    expect(await verifier().verify(token(claims))).toBeNull();
  });

  it.each([
    ['another key', token(good, undefined, other.privateKey)],
    ['no algorithm', `${part({ alg: 'none', kid: 'k1' })}.${part(good)}.`],
    ['a shared secret', token(good, { alg: 'HS256', kid: 'k1' })],
    ['an unknown key id', token(good, { alg: 'RS256', kid: 'k2' })],
    ['no JSON', 'a.b.c'],
  ])('are refused when signed with %s', async (_name, text) => {
    expect(await verifier().verify(text)).toBeNull();
  });

  it('ask for the keys once, whatever key ids come', async () => {
    const { verify, fetched } = verifier();
    await Promise.all([verify(token(good)), verify(token(good))]);
    for (let i = 0; i < 5; i += 1) await verify(token(good, { alg: 'RS256', kid: `x${i}` }));
    expect(fetched()).toBe(1);
  });

  it('may be of Auth0: an audience of several, permissions, and a claim with a name of its own', async () => {
    const auth0 = 'https://acme.eu.auth0.com/';
    const tenantClaim = 'https://office.example/tenant';
    const { verify } = verifier({ issuer: auth0, audience: 'https://office.example', tenantClaim });
    const claims = {
      iss: auth0,
      sub: 'auth0|1',
      exp: seconds + 60,
      aud: ['https://office.example', `${auth0}userinfo`],
      azp: 'client',
      scope: 'openid profile',
      permissions: ['tasks:read', 'approvals'],
      [tenantClaim]: 'acme',
    };
    expect(await verify(token(claims))).toMatchObject({
      tenant_id: 'acme',
      scopes: ['tasks:read', 'approvals'],
      actor: 'user:auth0|1',
    });
    expect(await verify(token({ ...claims, [tenantClaim]: undefined, tenant_id: 'other' }))).toBeNull();
  });

  it('may be signed with a curve, and with its own kind of key only', async () => {
    const text = (alg: string) => `${part({ alg, kid: 'e1' })}.${part(good)}`;
    const by = (alg: string) => {
      const key = { key: curve.privateKey, dsaEncoding: 'ieee-p1363' } as const;
      return `${text(alg)}.${sign('sha256', Buffer.from(text(alg)), key).toString('base64url')}`;
    };
    expect(await verifier().verify(by('ES256'))).toMatchObject({ tenant_id: 'acme' });
    expect(await verifier().verify(by('RS256'))).toBeNull();
    expect(await verifier().verify(token(good, { alg: 'ES256', kid: 'k1' }))).toBeNull();
  });

  it('find the keys of their issuer where its discovery document says', async () => {
    const server = await startLoopbackHttp((seen, response) => {
      const documents: Record<string, unknown> = {
        '/pool/.well-known/openid-configuration': {
          issuer: `${server.url}/pool`,
          jwks_uri: `${server.url}/keys`,
        },
        '/liar/.well-known/openid-configuration': { issuer: 'https://else.example', jwks_uri: server.url },
        '/keys': { keys: [jwk] },
      };
      const found = documents[seen.path];
      response.statusCode = found === undefined ? 404 : 200;
      response.end(JSON.stringify(found ?? {}));
    });
    try {
      expect(await fetchIssuerKeys(`${server.url}/pool`)).toEqual({ keys: [jwk] });
      await expect(fetchIssuerKeys(`${server.url}/liar`)).rejects.toThrow('says that it is');
      await expect(fetchIssuerKeys(`${server.url}/none`)).rejects.toThrow('answers 404');
    } finally {
      await server.close();
    }
  });

  it('open the office', async () => {
    const office = fakeOffice();
    const app = createApp({ ...office.deps, verifyToken: verifier().verify });
    const ask = (text: string) => app.request('/tasks', { headers: { authorization: `Bearer ${text}` } });
    expect((await ask(token(good))).status).toBe(200);
    expect((await ask(token({ ...good, exp: 1 }))).status).toBe(401);
    expect((await ask(token({ ...good, scope: '' }))).status).toBe(403);
  });
});
