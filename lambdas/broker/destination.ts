import type { Json, JsonObject } from '../../schemas/json.ts';
import type { Step } from '../../schemas/plan.ts';
import type { TaskContext } from '../../schemas/roles.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import { findReferences } from '../shared/plans/references.ts';

/**
 * Who chose what a step asks of the outside world:
 * `none` it reaches nothing outside; `fixed` the tool's own configuration says where it goes;
 * `task` the person's words, or the plan given with the task; `model` a planner that had read nothing but those words;
 * `search` an address taken whole from a search result, with nothing added to it;
 * `untrusted` whoever wrote the pages, files and outputs that the planner had read, or that the address comes from.
 */
export const destinations = ['none', 'fixed', 'task', 'model', 'search', 'untrusted'] as const;
export type Destination = (typeof destinations)[number];

/** What the decision about a step's destination rests on. */
export interface Surroundings {
  readonly context: TaskContext;
  readonly steps: readonly Step[];
  /** Whether the planner had read anything that others wrote: files, outputs of steps, results of subtasks. */
  readonly content_was_read: boolean;
}

const URL_INPUT = /(?:^|_)(?:url|uri|endpoint|link|href)s?$/i;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Words that ask for more than reading. In a language without them a person is asked, which is the safe side. */
const SENDING_WORDS =
  /\b(?:post|put|patch|delete|remove|send|submit|upload|push|publish|notify|call|create|update|register|report)s?\b/i;
/** Values of `accept` and `content-type` that say nothing about anyone. */
const PLAIN_VALUES = new Set([
  '*/*',
  'application/json',
  'application/xml',
  'text/csv',
  'text/html',
  'text/plain',
  'text/xml',
]);

const strings = (value: Json | undefined): string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter((item) => typeof item === 'string')
      : [];

/** The addresses among a step's inputs, references included. */
export const addressesOf = (inputs: JsonObject): string[] =>
  Object.entries(inputs).flatMap(([name, value]) => (URL_INPUT.test(name) ? strings(value) : []));

/** An address whose scheme, host and port are written out; what follows may hold references. */
function originOf(address: string): URL | null {
  const [written = ''] = address.split('${', 1);
  if (!/^https?:\/\/[^/?#]+[/?#]/i.test(`${written}${written === address ? '/' : ''}`)) return null;
  return URL.canParse(written) ? new URL(written) : null;
}

/** Hosts (with their ports) that a step's inputs name; an address that is still a reference names none. */
export const hostsOf = (inputs: JsonObject): string[] =>
  addressesOf(inputs).flatMap((address) => originOf(address)?.host ?? []);

/** Two spellings of one address: without scheme, fragment and trailing slash. */
const comparable = ({ host, pathname, search }: URL): string =>
  `${host}${pathname.replace(/\/+$/, '')}${search}`;

const wordsOf = ({ description, criteria }: TaskContext): string => [description, ...criteria].join('\n');

/** The addresses in a person's words, with or without a scheme. */
function namedIn(words: string): Set<string> {
  const named = new Set<string>();
  for (const token of words.split(/[\s<>"'`]+/)) {
    const text = token.replace(/^[([{]+/, '').replace(/[.,;:!?)\]}]+$/, '');
    const hasScheme = /^https?:\/\//i.test(text);
    const written = hasScheme ? text : `http://${text}`;
    // Without a scheme only what looks like a host with a dot or a port is an address.
    if ((hasScheme || /^[^/]*[.:\]]/.test(text)) && URL.canParse(written))
      named.add(comparable(new URL(written)));
  }
  return named;
}

/** Hosts that the task itself names: in a person's words, and in a plan that was given with it. */
export function namedHosts({ context, steps }: Pick<Surroundings, 'context' | 'steps'>): Set<string> {
  const hosts = [...namedIn(wordsOf(context))].map((address) => address.split(/[/?]/, 1)[0] ?? '');
  const given = context.given_plan === null ? [] : steps.flatMap((step) => hostsOf(step.inputs));
  return new Set([...hosts, ...given]);
}

/** A request that carries nothing but what the task's words say. */
function isNamed(step: Step, addresses: readonly string[], words: string): boolean {
  const named = namedIn(words);
  const known = addresses.every(
    (address) =>
      findReferences(address).length === 0 &&
      URL.canParse(address) &&
      named.has(comparable(new URL(address))),
  );
  const method = String(step.inputs['method'] ?? 'GET').toUpperCase();
  return known && plainHeaders(step, words) && (SAFE_METHODS.has(method) || SENDING_WORDS.test(words));
}

function plainHeaders(step: Step, words: string): boolean {
  const headers = step.inputs['headers'] ?? {};
  if (headers === null || typeof headers !== 'object' || Array.isArray(headers)) return false;
  return Object.entries(headers).every(
    ([name, value]) =>
      typeof value === 'string' &&
      findReferences(value).length === 0 &&
      (words.includes(value) ||
        (/^(?:accept|content-type)$/i.test(name) && PLAIN_VALUES.has(value.toLowerCase()))),
  );
}

/** `${steps.<a web search>.output.results.<n>.url}` and nothing else, to be read only. */
function isSearchResult(step: Step, addresses: readonly string[], steps: readonly Step[]): boolean {
  const method = String(step.inputs['method'] ?? 'GET').toUpperCase();
  const plain = Object.entries(step.inputs).every(
    ([name, value]) => URL_INPUT.test(name) || typeof value === 'number' || name === 'method',
  );
  return (
    plain &&
    (method === 'GET' || method === 'HEAD') &&
    addresses.every((address) => {
      const match = /^\$\{steps\.([A-Za-z0-9_:-]+)\.output\.results\.\d+\.url\}$/.exec(address);
      return steps.some((other) => other.step_id === match?.[1] && other.action === 'web_search');
    })
  );
}

/** Whether the answer can depend on what was read: only then does it cost to find out. */
export const reachesAddresses = (step: Step, manifest: ToolManifest): boolean =>
  manifest.network === 'internet' && manifest.source.kind !== 'mcp' && addressesOf(step.inputs).length > 0;

/** Who chose where this step goes and what it takes along. */
export function destinationOf(step: Step, manifest: ToolManifest, surroundings: Surroundings): Destination {
  if (manifest.network !== 'internet') return 'none';
  if (!reachesAddresses(step, manifest)) return 'fixed';
  const { context, steps, content_was_read } = surroundings;
  if (context.given_plan !== null) return 'task';
  const addresses = addressesOf(step.inputs);
  if (isNamed(step, addresses, wordsOf(context))) return 'task';
  if (!content_was_read && addresses.every((address) => originOf(address) !== null)) return 'model';
  return isSearchResult(step, addresses, steps) ? 'search' : 'untrusted';
}
