import { ToolFailure } from '../../shared/tools/define-tool.ts';

export const MAX_REDIRECTS = 5;

/** One request as it goes out; `headers` has lower-case names. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/**
 * What still goes along to another origin. Everything else may be a credential (`Authorization`, `Cookie`, and the
 * key headers every API names differently), so it stays behind.
 */
const CARRIED = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'range',
  'user-agent',
]);

const BODY_HEADERS = /^content-/;

/**
 * Checks and parses a URL: http or https, no user name or password.
 * @throws ToolFailure `InvalidUrl`, `ForbiddenScheme`
 */
export function parseUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href))
    throw new ToolFailure('InvalidUrl', `"${shorten(text)}" is not an absolute URL with a valid host.`);
  const url = new URL(text, base?.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ToolFailure(
      'ForbiddenScheme',
      `The scheme "${url.protocol}" may not be used; use http: or https:.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new ToolFailure(
      'InvalidUrl',
      'A URL may not hold a user name or password; send an Authorization header.',
    );
  }
  url.hash = '';
  return url;
}

/** The `Location` to follow, or null when the answer is a result by itself (RFC 9110, 15.4). */
export function redirectTarget(status: number, location: string | undefined): string | null {
  return [301, 302, 303, 307, 308].includes(status) && location !== undefined ? location : null;
}

/**
 * The request that follows a redirect: 303, and a POST answered by 301 or 302, become GET without a body, as browsers
 * do (Fetch, HTTP-redirect fetch, step 12); to another origin only harmless headers go along.
 *
 * @throws ToolFailure `InvalidUrl`, `ForbiddenScheme`
 */
export function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = parseUrl(location, hop.url);
  const toGet =
    (status === 303 && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  const sameOrigin = url.origin === hop.url.origin;
  const headers = Object.fromEntries(
    Object.entries(hop.headers).filter(
      ([name]) =>
        (sameOrigin || CARRIED.has(name)) &&
        !(toGet && (BODY_HEADERS.test(name) || name === 'idempotency-key')),
    ),
  );
  return { url, method: toGet ? 'GET' : hop.method, headers, body: toGet ? undefined : hop.body };
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
