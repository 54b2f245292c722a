import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';
import { OfficeError } from '../errors.ts';
import { timeLimit } from '../tools/time-limit.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Turns a host name into every address it has now. The default asks the operating system. */
export type Resolve = (hostname: string) => Promise<ResolvedAddress[]>;

export const systemResolve: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/** The address is not on the public internet and no exception names its host. */
export class ForbiddenAddressError extends OfficeError {
  override readonly name = 'ForbiddenAddressError';
  constructor(host: string, address: string, kind: string) {
    const where = host === address ? host : `${host} (${address})`;
    super(
      `The address ${where} is ${kind} and may not be reached; use a public host, or ask for an exception in the tenant's policy.`,
    );
  }
}

/** The tenant's policy denies this host. */
export class ForbiddenHostError extends OfficeError {
  override readonly name = 'ForbiddenHostError';
  constructor(host: string) {
    super(`The host ${host} is on the tenant's deny list.`);
  }
}

/** An entry of an allow or deny list is no host; a deny list that can't be read must not be taken as empty. */
export class InvalidHostRuleError extends OfficeError {
  override readonly name = 'InvalidHostRuleError';
  constructor(entry: string) {
    super(`"${entry}" in the allow or deny list is no host; write host, host:port or *.domain.`);
  }
}

export interface GuardPolicy {
  /** `host` or `host:port` that may be reached although its address is private. */
  readonly allow_hosts: readonly string[];
  /** `host`, `host:port` or `*.domain` that may not be reached at all; wins over `allow_hosts`. */
  readonly deny_hosts: readonly string[];
}

/**
 * What kind of place an IP address is: `null` for the public internet, otherwise words for the error message.
 *
 * The ranges are those of the IANA special-purpose registries (RFC 6890, RFC 8190) as `ipaddr.js` knows them; an IPv6
 * address must also lie in 2000::/3, the only space given out. Addresses that carry an IPv4 address inside (mapped,
 * NAT64) are judged by it; 6to4, Teredo and IPv4-compatible addresses are never public.
 */
export function forbiddenKind(address: string): string | null {
  if (!ipaddr.isValid(address)) return 'not an IP address';
  const parsed = ipaddr.process(address);
  if (isMetadata(parsed)) return 'a metadata service';
  if (parsed instanceof ipaddr.IPv4) return kindOfRange(parsed.range());
  const embedded = nat64(parsed);
  if (embedded !== null) return forbiddenKind(embedded);
  return kindOfRange(parsed.range()) ?? (parsed.match(GLOBAL_UNICAST, 3) ? null : 'reserved');
}

/** Only `unicast` is public: a range this table does not know is refused. */
function kindOfRange(range: string): string | null {
  return range === 'unicast' ? null : (KINDS[range] ?? 'reserved');
}

const KINDS: Readonly<Record<string, string>> = {
  unspecified: 'unspecified',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'link-local',
  loopback: 'loopback',
  private: 'private',
  uniqueLocal: 'private',
  carrierGradeNat: 'private',
};

const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');
const NAT64 = ipaddr.IPv6.parse('64:ff9b::');

/** The IPv4 address in a well-known NAT64 address (RFC 6052, 64:ff9b::/96), else null. */
function nat64(address: ipaddr.IPv6): string | null {
  return address.match(NAT64, 96) ? address.toByteArray().slice(12).join('.') : null;
}

/** Metadata services that live outside link-local space: AWS over IPv6, Azure, Alibaba, Oracle. */
const METADATA = ['fd00:ec2::254', '168.63.129.16', '100.100.100.200', '192.0.0.192', '169.254.169.254'];

function isMetadata(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return METADATA.some(
    (known) => ipaddr.process(known).toNormalizedString() === address.toNormalizedString(),
  );
}

/** Kinds that no exception opens: nothing useful to a task lives there, and much that is harmful. */
const NEVER = new Set([
  'a metadata service',
  'link-local',
  'unspecified',
  'a broadcast address',
  'a multicast address',
]);

/** One entry of a list, in the spelling `URL` gives to hosts, so that no notation escapes it. */
interface HostRule {
  readonly host: string;
  readonly port: string | null;
  readonly subdomains: boolean;
}

function parseRule(entry: string): HostRule {
  const subdomains = entry.startsWith('*.');
  const bare = subdomains ? entry.slice(2) : entry;
  const bracketed = isIP(bare) === 6 ? `[${bare}]` : bare;
  const text = `http://${bracketed}/`;
  if (!URL.canParse(text) || bare === '' || /[/?#@\s]/.test(bare)) throw new InvalidHostRuleError(entry);
  const port = /:(\d{1,5})$/.exec(bracketed)?.[1] ?? null;
  return {
    host: bareHost(new URL(text).hostname),
    port: port === null ? null : String(Number(port)),
    subdomains,
  };
}

/** A URL's host without brackets and without the dot of a fully qualified name. */
export function bareHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** Whether an entry of an allow or deny list speaks of a URL's host, which is without a port when it is the usual one. */
export function hostRuleCovers(entry: string, host: string): boolean {
  const rule = parseRule(entry);
  const url = new URL(`http://${host}/`);
  const ports = url.port === '' ? ['80', '443'] : [url.port];
  return ports.some((port) => matches([rule], bareHost(url.hostname), port) !== undefined);
}

function matches(rules: readonly HostRule[], host: string, port: string): HostRule | undefined {
  return rules.find(
    (rule) =>
      (rule.port === null || rule.port === port) &&
      (rule.subdomains ? host.endsWith(`.${rule.host}`) : rule.host === host),
  );
}

export interface ConnectorOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onConnected?: () => void;
}

export interface SsrfGuard {
  /**
   * The addresses that `hostname:port` may be reached at, resolved now and judged one by one; one forbidden address
   * among several refuses the host, because the connection could go to any of them.
   *
   * @throws ForbiddenAddressError, ForbiddenHostError, or the resolver's error
   */
  addressesOf(hostname: string, port: string): Promise<ResolvedAddress[]>;
  /**
   * An undici connector that connects only to addresses this guard has judged, at the moment of connecting. Resolving
   * and connecting together may take `timeoutMs`; `signal` ends both.
   */
  connector(options: ConnectorOptions): buildConnector.connector;
}

/**
 * Decides on resolved addresses, at connect time, so that neither notation, redirects nor a name that changes its
 * address between check and use (rebinding) lead inside.
 *
 * An exception in `allow_hosts` opens private and reserved addresses for that host. Loopback opens only when the
 * exception itself is a loopback address or `localhost`, so that an excepted name can't be pointed at this machine.
 * Metadata services, link-local, multicast and unspecified addresses never open.
 */
export function createSsrfGuard(policy: GuardPolicy, resolve: Resolve = systemResolve): SsrfGuard {
  const allow = policy.allow_hosts.map(parseRule);
  const deny = policy.deny_hosts.map(parseRule);

  function judge(host: string, port: string, address: string): void {
    if (matches(deny, bareHost(address), port)) throw new ForbiddenHostError(host);
    const kind = forbiddenKind(address);
    if (kind === null) return;
    const exception = matches(allow, host, port);
    const opens = exception && !NEVER.has(kind) && (kind !== 'loopback' || isLoopbackName(exception.host));
    if (!opens) throw new ForbiddenAddressError(host, address, kind);
  }

  async function addressesOf(hostname: string, port: string): Promise<ResolvedAddress[]> {
    const host = bareHost(hostname);
    if (matches(deny, host, port)) throw new ForbiddenHostError(host);
    const family = isIP(host);
    const found: ResolvedAddress[] =
      family === 0 ? await resolve(host) : [{ address: host, family: family === 6 ? 6 : 4 }];
    if (found.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
    for (const { address } of found) judge(host, port, address);
    return found;
  }

  async function open(
    options: buildConnector.Options,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Socket> {
    const port = options.port || (options.protocol === 'https:' ? '443' : '80');
    const host = bareHost(options.hostname);
    const addresses = await addressesOf(host, port);
    signal.throwIfAborted();
    const lookup = fixedLookup(addresses);
    const connect = buildConnector({ timeout: timeoutMs, autoSelectFamily: true, lookup, signal });
    const socket = await new Promise<Socket>((resolve, reject) => {
      connect(options, (error, connected) => (error === null ? resolve(connected) : reject(error)));
    });
    try {
      judge(host, port, socket.remoteAddress ?? '');
      return socket;
    } catch (refusal) {
      socket.destroy();
      throw refusal;
    }
  }

  return {
    addressesOf,
    connector: ({ timeoutMs, signal, onConnected }) => {
      return (options, callback) => {
        const limit = timeLimit(signal, timeoutMs);
        until(limit.signal, (attempt) => open(options, timeoutMs, attempt))
          .finally(() => limit.end())
          .then(
            (socket) => {
              onConnected?.();
              callback(null, socket);
            },
            (error: Error) => callback(error, null),
          );
      };
    },
  };
}

/**
 * The work's outcome, or ETIMEDOUT once `ended` aborts: the system's resolver can't be interrupted. The work's own
 * signal aborts only while it is under way, so that it closes a half-open socket and leaves a connected one alone.
 */
function until<T>(ended: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const attempt = new AbortController();
    const stop = () => {
      reject(Object.assign(new Error('The connection was not made in time.'), { code: 'ETIMEDOUT' }));
      attempt.abort();
    };
    if (ended.aborted) return stop();
    ended.addEventListener('abort', stop, { once: true });
    work(attempt.signal)
      .then(resolve, reject)
      .finally(() => ended.removeEventListener('abort', stop));
  });
}

/** A lookup that answers with the judged addresses, so that the socket layer can't resolve the name a second time. */
function fixedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else if (first) callback(null, first.address, first.family);
  };
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && forbiddenKind(host) === 'loopback');
}
