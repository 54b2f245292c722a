import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createApp } from '../../../lambdas/receptionist/app.ts';
import { createUserTokens } from '../../../lambdas/receptionist/user-tokens.ts';
import { fakeOffice } from '../../helpers/receptionist-fakes.ts';

const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' };
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
function verifier() {
  let fetched = 0;
  const verify = createUserTokens({
    issuer,
    clientId: 'client',
    now,
    fetchKeys: async () => {
      fetched += 1;
      return { keys: [jwk] };
    },
  });
  return { verify, fetched: () => fetched };
}

describe('tokens of a user pool', () => {
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

  it('open the office', async () => {
    const office = fakeOffice();
    const app = createApp({ ...office.deps, verifyToken: verifier().verify });
    const ask = (text: string) => app.request('/tasks', { headers: { authorization: `Bearer ${text}` } });
    expect((await ask(token(good))).status).toBe(200);
    expect((await ask(token({ ...good, exp: 1 }))).status).toBe(401);
    expect((await ask(token({ ...good, scope: '' }))).status).toBe(403);
  });
});
