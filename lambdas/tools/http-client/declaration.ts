import { z } from 'zod';
import type { ToolDeclaration } from '../../shared/tools/define-tool.ts';

export const MAX_URL_LENGTH = 8_192;
export const MAX_REQUEST_BODY_BYTES = 1_000_000;
export const DEFAULT_MAX_BYTES = 1_000_000;
const MAX_HEADERS = 64;
const MAX_HEADER_BYTES = 16_384;

/** Headers that frame the message or belong to the connection; the client sets them, nobody else. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A header's name is a token and its value has no line breaks or controls (RFC 9110, 5.1 and 5.5). */
const headerNameSchema = z
  .string()
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name is letters, digits and -')
  .refine((name) => !CONNECTION_HEADERS.has(name.toLowerCase()), 'the client sets this header itself');
const headerValueSchema = z
  .string()
  .max(8_192)
  .regex(
    /^[\t\x20-\x7e\x80-\xff]*$/,
    'a header value has no line breaks, controls or characters beyond Latin-1',
  );

export const httpClientInputsSchema = z.strictObject({
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    .default('GET')
    .describe('HTTP method'),
  url: z
    .string()
    .min(1)
    .max(MAX_URL_LENGTH)
    .describe('absolute http or https URL, without user name and password'),
  headers: z
    .record(headerNameSchema, headerValueSchema)
    .default({})
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `at most ${MAX_HEADERS} headers`)
    .refine(
      (headers) =>
        Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0) <=
        MAX_HEADER_BYTES,
      `at most ${MAX_HEADER_BYTES} bytes of headers`,
    )
    .describe('request headers; Authorization and others are not carried to another origin'),
  body: z.json().optional().describe('request body: text as it is, anything else as JSON; null for none'),
  timeout_seconds: z
    .number()
    .positive()
    .max(120)
    .default(30)
    .describe('for the whole exchange, redirects included'),
  max_bytes: z
    .int()
    .min(1)
    .max(5_000_000)
    .default(DEFAULT_MAX_BYTES)
    .describe('of the decoded body; the rest is cut off and truncated is true'),
});
export type HttpClientInputs = z.output<typeof httpClientInputsSchema>;

export const httpClientOutputSchema = z.strictObject({
  status: z.int().min(100).max(999),
  /** Lower-case names; repeated headers joined by ", ". Never Set-Cookie. */
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  /** How `body` is written: text, or base64 where the bytes are no text. */
  encoding: z.enum(['utf8', 'base64']),
  truncated: z.boolean(),
  /** Where the answer came from, after redirects. */
  url: z.string(),
});
export type HttpClientOutput = z.output<typeof httpClientOutputSchema>;

export const httpClientDeclaration: ToolDeclaration<
  typeof httpClientInputsSchema,
  typeof httpClientOutputSchema
> = {
  name: 'http_client',
  version: '1.0.0',
  description:
    'Sends one HTTP or HTTPS request to a public host and returns status, headers and body; 4xx and 5xx are results, not errors. Use it to fetch a known URL or call a web API.',
  inputs: httpClientInputsSchema,
  output: httpClientOutputSchema,
  risk: 'medium',
  idempotent: false,
  timeout_seconds: 125,
  memory_mb: 256,
  network: 'internet',
  workspace: 'none',
  example: { method: 'GET', url: 'https://example.com/data.json', headers: { accept: 'application/json' } },
};

/**
 * Whether sending the request twice has the effect of sending it once: the safe methods of RFC 9110, 9.2.1. An executor
 * may repeat these although the declaration says `idempotent: false`; PUT and DELETE are left out on purpose, because
 * many servers count or log each of them.
 */
export function isIdempotentRequest(inputs: { readonly method?: string | undefined }): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes((inputs.method ?? 'GET').toUpperCase());
}
