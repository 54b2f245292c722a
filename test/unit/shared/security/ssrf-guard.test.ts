import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createSsrfGuard,
  ForbiddenAddressError,
  ForbiddenHostError,
  forbiddenKind,
  InvalidHostRuleError,
  type Resolve,
} from '../../../../lambdas/shared/security/ssrf-guard.ts';

const names: Record<string, string[]> = {
  'example.com': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'api.example.com': ['93.184.215.15'],
  'intranet.test': ['10.1.2.3'],
  'mixed.test': ['93.184.215.14', '192.168.1.1'],
  'points-here.test': ['127.0.0.1'],
  'points-at-metadata.test': ['169.254.169.254'],
  localhost: ['127.0.0.1'],
  'nowhere.test': [],
};
const resolve: Resolve = async (hostname) =>
  (names[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

function guard(policy: { allow?: string[]; deny?: string[] } = {}) {
  return createSsrfGuard({ allow_hosts: policy.allow ?? [], deny_hosts: policy.deny ?? [] }, resolve);
}

describe('forbiddenKind', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '93.184.215.14',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('lets %s pass', (address) => {
    expect(forbiddenKind(address)).toBeNull();
  });

  it.each([
    ['127.0.0.1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['169.254.169.254', 'a metadata service'],
    ['::ffff:169.254.169.254', 'a metadata service'],
    ['fd00:ec2::254', 'a metadata service'],
    ['168.63.129.16', 'a metadata service'],
    ['169.254.1.1', 'link-local'],
    ['::', 'unspecified'],
    ['::7f00:1', 'reserved'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['2002:7f00:1::', 'reserved'],
    ['4000::1', 'reserved'],
    ['', 'not an IP address'],
  ])('says that %s is %s', (address, kind) => {
    expect(forbiddenKind(address)).toBe(kind);
  });

  it('judges an IPv4 address and its mapped IPv6 form alike', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => forbiddenKind(address) === forbiddenKind(`::ffff:${address}`)),
      { numRuns: 500 },
    );
  });

  it('lets no IPv6 address outside 2000::/3 pass but mapped and translated ones', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = Number.parseInt(address.split(':')[0] || '0', 16);
        return (
          forbiddenKind(address) !== null ||
          (first >= 0x2000 && first <= 0x3fff) ||
          /^(::|0|64:ff9b|0064)/i.test(address)
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('createSsrfGuard', () => {
  it('gives all addresses of a public host', async () => {
    await expect(guard().addressesOf('Example.COM.', '443')).resolves.toHaveLength(2);
  });

  it('refuses a host when one of its addresses is forbidden', async () => {
    await expect(guard().addressesOf('mixed.test', '80')).rejects.toThrow(ForbiddenAddressError);
  });

  it('opens a private host by exception, on its port only when the exception names one', async () => {
    await expect(
      guard({ allow: ['intranet.test'] }).addressesOf('intranet.test', '8080'),
    ).resolves.toHaveLength(1);
    await expect(
      guard({ allow: ['intranet.test:80'] }).addressesOf('intranet.test', '80'),
    ).resolves.toHaveLength(1);
    await expect(guard({ allow: ['intranet.test:80'] }).addressesOf('intranet.test', '81')).rejects.toThrow(
      ForbiddenAddressError,
    );
  });

  it('opens this machine only when the exception says so by address or as localhost', async () => {
    await expect(
      guard({ allow: ['points-here.test'] }).addressesOf('points-here.test', '80'),
    ).rejects.toThrow(ForbiddenAddressError);
    await expect(guard({ allow: ['127.0.0.1:9999'] }).addressesOf('127.0.0.1', '9999')).resolves.toHaveLength(
      1,
    );
    await expect(guard({ allow: ['localhost'] }).addressesOf('localhost', '80')).resolves.toHaveLength(1);
    await expect(guard({ allow: ['[::1]:9999'] }).addressesOf('[::1]', '9999')).resolves.toHaveLength(1);
    await expect(guard({ allow: ['::1'] }).addressesOf('::1', '9999')).resolves.toHaveLength(1);
  });

  it.each([
    ['169.254.169.254', '169.254.169.254'],
    ['points-at-metadata.test', 'points-at-metadata.test'],
    ['0.0.0.0', '0.0.0.0'],
  ])('never opens %s', async (host, exception) => {
    await expect(guard({ allow: [exception] }).addressesOf(host, '80')).rejects.toThrow(
      ForbiddenAddressError,
    );
  });

  it('denies by name, subdomain, port and resolved address, also against an exception', async () => {
    await expect(guard({ deny: ['example.com'] }).addressesOf('example.com.', '80')).rejects.toThrow(
      ForbiddenHostError,
    );
    await expect(guard({ deny: ['*.example.com'] }).addressesOf('api.example.com', '80')).rejects.toThrow(
      ForbiddenHostError,
    );
    await expect(guard({ deny: ['*.example.com'] }).addressesOf('example.com', '80')).resolves.toHaveLength(
      2,
    );
    await expect(
      guard({ deny: ['example.com:8080'] }).addressesOf('example.com', '80'),
    ).resolves.toHaveLength(2);
    await expect(guard({ deny: ['93.184.215.15'] }).addressesOf('api.example.com', '80')).rejects.toThrow(
      ForbiddenHostError,
    );
    await expect(
      guard({ deny: ['intranet.test'], allow: ['intranet.test'] }).addressesOf('intranet.test', '80'),
    ).rejects.toThrow(ForbiddenHostError);
  });

  it('reads exceptions and denials in every notation of an address', async () => {
    await expect(guard({ allow: ['0x7f.1:9999'] }).addressesOf('127.0.0.1', '9999')).resolves.toHaveLength(1);
    await expect(guard({ deny: ['1572394767'] }).addressesOf('api.example.com', '80')).rejects.toThrow(
      ForbiddenHostError,
    );
  });

  it.each(['', 'a b', 'http://x/', 'host/path', 'user@host', 'host:99999', '*.'])(
    'refuses the rule %j',
    (rule) => {
      expect(() => guard({ deny: [rule] })).toThrow(InvalidHostRuleError);
    },
  );

  it('fails for a name without addresses', async () => {
    await expect(guard().addressesOf('nowhere.test', '80')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});
