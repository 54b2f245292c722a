/** Fetching addresses, and asking JSON documents for a field. */
import { slotText, unmask } from '../language/mask.ts';
import type { Fetch, JsonField } from './intent.ts';
import { keysInWords } from './json-words.ts';
import { type Clause, Q, sourceOf, U, unread } from './places.ts';

const METHODS = /\b(POST|PUT|PATCH|DELETE|HEAD)\b/;
const FETCH_WORDS = [
  'fetch',
  'download',
  'http',
  'https',
  'url',
  'page',
  'webpage',
  'website',
  'site',
  'web',
  'link',
  'address',
  'endpoint',
  'api',
  'request',
  'retrieve',
  'load',
  'open',
  'call',
  'visit',
  'make',
  'send',
  'perform',
  'issue',
  'body',
  'response',
  'raw',
  'content',
  'json',
  'text',
  'post',
  'put',
  'patch',
  'delete',
  'head',
  'returned',
  'returns',
  'served',
  'say',
  'says',
  'server',
  'source',
  'html',
  'status',
  'code',
  'headers',
  'header',
  'access',
  'query',
  'hit',
  'curl',
  'read',
  'resource',
  'come',
  'comes',
  'back',
  'respond',
  'responds',
  'reachable',
  'up',
  'check',
  'whether',
  'method',
  'grab',
  'pull',
  'payload',
  'following',
  'receive',
  'down',
  'use',
  'whats',
  's',
  'available',
  'responding',
  'online',
  'try',
  'simple',
  'plain',
  'information',
];

/** "fetch https://…", "POST {…} to https://…", "what is the HTTP status of https://…". */
export function recogniseFetch(clause: Clause): Fetch | null {
  const { text } = clause;
  const urls = [...text.matchAll(new RegExp(U, 'g'))];
  const url = slotText(urls[0]?.[0], clause.slots);
  // A file that is named is somewhere the page should go: not this clause's to drop.
  if (urls.length !== 1 || url === '' || /‹P\d+›/.test(text)) return null;
  const method = (METHODS.exec(text)?.[1] ??
    (/^(?:post|put)\b/i.exec(text)?.[0]?.toUpperCase() || 'GET')) as Fetch['method'];
  const body = new RegExp(`(${Q})`).exec(text)?.[1];
  if (unread(text, FETCH_WORDS).length > 0) return null;
  if (
    (method === 'POST' || method === 'PUT' || method === 'PATCH') !== (body !== undefined) &&
    body !== undefined
  )
    return null;
  const ask = /\bstatus\b|\b(?:is|whether|if)\b.*\b(?:up|reachable|available|online|responding)\b/i.test(text)
    ? 'status'
    : /\bheaders?\b/i.test(text)
      ? 'headers'
      : 'body';
  const content = body === undefined ? undefined : slotText(body, clause.slots);
  return {
    kind: 'fetch',
    url,
    method,
    ask,
    ...(content === undefined
      ? {}
      : {
          body: content,
          headers: {
            'content-type': content.trimStart().startsWith('{') ? 'application/json' : 'text/plain',
          },
        }),
  };
}

const FIELD =
  '(?:flag|setting|option|parameter|field|key|property|attribute|element|entry|member|json field|json key|json path|path)';
const JSON_NAME = `(${Q}|‹[NP]\\d+›|[A-Za-z_][\\w-]*(?:(?:\\.|\\[)[\\w-]+\\]?)*)`;
const FIELD_RULES: readonly RegExp[] = [
  new RegExp(
    `\\b(?:the\\s+)?(?:value|content|contents)\\s+(?:of|for|in|under|at)\\s+(?:the\\s+)?(?:${FIELD}\\s+)?${JSON_NAME}(?:\\s+${FIELD})?(?:\\s+(?:in|from|of|inside|within)\\b|\\s+it$|$)`,
    'i',
  ),
  new RegExp(`\\b(?:the\\s+)?(?:\\w+\\s+)?${FIELD}\\s+(?:called\\s+|named\\s+)?${JSON_NAME}`, 'i'),
  new RegExp(
    `\\b(?:extract|get|read|return|give|show|tell|report|print|pick|find|take|parse|pull|display)\\s+(?:out\\s+)?(?:me\\s+)?(?:just\\s+|only\\s+)?(?:the\\s+|its\\s+)?(?:value\\s+of\\s+)?(?:the\\s+)?${JSON_NAME}(?:\\s+(?:${FIELD}|value))?(?:\\s+(?:in|from|of|out of|inside|within)\\b|\\s+it$|$)`,
    'i',
  ),
  new RegExp(
    `\\bwhat(?:'s| is)\\s+(?:the\\s+|its\\s+)?${JSON_NAME}(?:\\s+(?:${FIELD}|value))?(?:\\s+(?:in|from|of|inside|within)\\b|\\s+it$|$)`,
    'i',
  ),
];
const JSON_WORDS = [
  'flag',
  'setting',
  'option',
  'parameter',
  'extract',
  'field',
  'key',
  'keys',
  'property',
  'attribute',
  'element',
  'path',
  'json',
  'object',
  'array',
  'entry',
  'entries',
  'listed',
  'member',
  'items',
  'elements',
  'records',
  'objects',
  'many',
  'number',
  'count',
  'top',
  'level',
  'parse',
  'response',
  'body',
  'config',
  'configuration',
  'pick',
  'pull',
  'take',
  'read',
  'out',
  'named',
  'called',
  'under',
  'stored',
  'it',
  'list',
  'length',
  'long',
  'pretty',
  'format',
  'formatted',
  'reply',
  'returned',
  'page',
  'api',
  'look',
  'up',
  'fetch',
  'download',
  'url',
  'from',
  's',
  'set',
  'load',
];
const NOT_FIELDS =
  /^(?:the|a|an|it|result|answer|value|content|contents|file|data|response|body|number|average|mean|sum|total|summary|title|first|last|text|json|status|me|output|page|lines?|words?|rows?|columns?|longest|most|size|reply|answers?|headers?|bytes|characters|chars|letters|sentences|paragraphs|times)$/i;

/** "the field name of that JSON", "what is the value of database.port in config.json", "how many items are in list.json". */
export function recogniseJson(clause: Clause): JsonField | null {
  const source = sourceOf(clause);
  if (source === null) return null;
  const isJson =
    (source.from === 'file' && /\.json$/i.test(source.path)) ||
    (source.from === 'previous' && clause.around.before.some((intent) => intent.kind === 'fetch'));
  if (!isJson) return null;
  const { text } = clause;
  if (
    /\b(?:how many|count|number of)\b/i.test(text) &&
    /\b(?:items|elements|entries|objects|records|keys)\b/i.test(text) &&
    unread(text, JSON_WORDS).length === 0
  ) {
    return { kind: 'json', source, query: { ask: 'count' } };
  }
  if (/\b(?:list|what are|show|which)\b.*\bkeys\b/i.test(text) && unread(text, JSON_WORDS).length === 0)
    return { kind: 'json', source, query: { ask: 'keys' } };
  if (
    /\bpretty|\b(?:format|indent)\b/i.test(text) &&
    unread(text, [...JSON_WORDS, 'print', 'pretty', 'indent', 'nicely', 'indented', 'with', 'spaces'])
      .length === 0
  )
    return { kind: 'json', source, query: { ask: 'pretty' } };
  const many =
    /^(?:(?:tell|show|give)\s+me\s+|(?:report|find|determine)\s+(?:out\s+)?)?how many\s+(\w+)\s+(?:are|does|do|has|have|is)?\b/i.exec(
      text,
    )?.[1];
  const isTable = source.from === 'file' && clause.around.headers[source.path] !== undefined;
  if (many !== undefined && !isTable && !NOT_FIELDS.test(many))
    return unread(text, [...JSON_WORDS, many]).length === 0
      ? { kind: 'json', source, query: { ask: 'length', path: many } }
      : null;
  const keys = keysInWords(clause);
  if (keys !== null) return { kind: 'json', source, query: { ask: 'field', path: keys.join('.') } };
  for (const rule of FIELD_RULES) {
    const token = rule.exec(text)?.[1];
    if (token === undefined) continue;
    if (
      token.startsWith('‹P') &&
      source.from === 'file' &&
      slotText(token, clause.slots).endsWith(source.path)
    )
      continue;
    const path = token.startsWith('‹') ? unmask(token, clause.slots, 'text').replace(/^`|`$/g, '') : token;
    if (NOT_FIELDS.test(path)) continue;
    if (unread(text, [...JSON_WORDS, ...path.split(/\W+/)]).length > 0) continue;
    return { kind: 'json', source, query: { ask: 'field', path } };
  }
  return null;
}
