/** Characters that an encoded path may hold as they are (RFC 3986, section 3.3); `%` begins an escape that was kept. */
const LITERAL = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu;

/**
 * API Gateway's HTTP APIs decode every escape of the path but `%25` before a function sees it. What would be read as
 * a query, a fragment or padding is encoded again, so that `/tools/a%3Fb` and `/tasks/%00` stay what they were.
 */
export const encodedPath = (rawPath: string): string =>
  rawPath.toWellFormed().replace(LITERAL, (character) => encodeURIComponent(character));
