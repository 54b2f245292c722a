import { describe, expect, it } from '@jest/globals';
import { destinationOf, hostsOf, namedHosts } from '../../../lambdas/broker/destination.ts';
import { hostRuleCovers } from '../../../lambdas/shared/security/ssrf-guard.ts';
import { builtInManifests } from '../../../lambdas/shared/tools/registry.ts';
import type { JsonObject } from '../../../schemas/json.ts';
import type { TaskContext } from '../../../schemas/roles.ts';
import type { ToolManifest } from '../../../schemas/tool.ts';
import { aStep } from '../../helpers/plans.ts';
import { aContext } from '../../helpers/role-fakes.ts';

const manifestNamed = (name: string): ToolManifest => {
  const manifest = builtInManifests.find((candidate) => candidate.name === name);
  if (manifest === undefined) throw new Error(`no manifest ${name}`);
  return manifest;
};

function judge(
  inputs: JsonObject,
  { tool = 'http_client', read = true, ...context }: Partial<TaskContext> & { tool?: string; read?: boolean },
) {
  const step = aStep({ step_id: 'go', action: tool, inputs });
  const search = aStep({ step_id: 'find', action: 'web_search', inputs: { query: 'q' } });
  const page = aStep({ step_id: 'page', action: 'http_client', inputs: { url: 'https://a.example/' } });
  return destinationOf(step, manifestNamed(tool), {
    context: aContext(context),
    steps: [search, page, step],
    content_was_read: read,
  });
}

const words = 'Fetch https://api.example/v1/items?page=2, then see docs.example/start.';

describe('who chose where a step goes, after content was read', () => {
  it.each<[string, JsonObject, string]>([
    ['the address of the task', { url: 'https://api.example/v1/items?page=2' }, 'task'],
    ['the same by http', { url: 'http://api.example/v1/items?page=2' }, 'task'],
    ['an address without scheme', { url: 'https://docs.example/start/' }, 'task'],
    [
      'a plain accept header',
      { url: 'https://docs.example/start', headers: { Accept: 'text/html' } },
      'task',
    ],
    ['another query', { url: 'https://api.example/v1/items?page=2&leak=x' }, 'untrusted'],
    ['another path', { url: 'https://api.example/leak' }, 'untrusted'],
    ['another host', { url: 'https://evil.example/v1/items?page=2' }, 'untrusted'],
    ['the named host as user name', { url: 'https://api.example@evil.example/v1/items?page=2' }, 'untrusted'],
    ['another port', { url: 'https://api.example:8443/v1/items?page=2' }, 'untrusted'],
    [
      'a header that tells something',
      { url: 'https://docs.example/start', headers: { 'x-a': 'b' } },
      'untrusted',
    ],
    [
      'a header by reference',
      { url: 'https://docs.example/start', headers: { 'x-a': '${steps.page.output.body}' } },
      'untrusted',
    ],
    [
      'sending where the task reads',
      { url: 'https://docs.example/start', method: 'POST', body: 'x' },
      'untrusted',
    ],
    ['an address by reference', { url: '${steps.page.output.body}' }, 'untrusted'],
    ['a host by reference', { url: 'https://${steps.page.output.body}/' }, 'untrusted'],
    ['a host that goes on', { url: 'https://api.example${steps.page.output.body}/' }, 'untrusted'],
    ['a path by reference', { url: 'https://api.example/${steps.page.output.body}' }, 'untrusted'],
    ['a search result', { url: '${steps.find.output.results.0.url}' }, 'search'],
    ['a search result and more', { url: '${steps.find.output.results.0.url}?q=x' }, 'untrusted'],
    [
      'a search result to post to',
      { url: '${steps.find.output.results.0.url}', method: 'POST' },
      'untrusted',
    ],
    ['a result of what is no search', { url: '${steps.page.output.results.0.url}' }, 'untrusted'],
  ])('%s', (_case, inputs, expected) => {
    expect(judge(inputs, { description: words })).toBe(expected);
  });

  it('sends where the task’s words say to send', () => {
    const inputs = { url: 'https://hook.example/in', method: 'POST', body: '${steps.page.output.body}' };
    expect(judge(inputs, { description: 'Post the page to https://hook.example/in' })).toBe('task');
  });

  it('takes criteria for the task’s words too, and localhost for a host', () => {
    const url = 'http://localhost/status';
    expect(judge({ url }, { criteria: [`"${url}" was read.`] })).toBe('task');
  });
});

describe('who chose where a step goes, before anything was read', () => {
  it.each<[string, JsonObject, string]>([
    ['an address the planner knows', { url: 'https://evil.example/' }, 'model'],
    [
      'a known host with a path by reference',
      { url: 'https://api.example/${steps.page.output.id}' },
      'model',
    ],
    ['a host by reference', { url: '${steps.page.output.link}' }, 'untrusted'],
    ['a host in pieces', { url: 'https://api.example${steps.page.output.tail}' }, 'untrusted'],
    ['a port by reference', { url: 'https://api.example:${steps.page.output.port}/' }, 'untrusted'],
  ])('%s', (_case, inputs, expected) => {
    expect(judge(inputs, { read: false })).toBe(expected);
  });
});

describe('steps without an address', () => {
  it('reach nothing, or what their configuration says', () => {
    expect(judge({ code: '1' }, { tool: 'python_exec' })).toBe('none');
    expect(judge({ query: 'x' }, { tool: 'web_search' })).toBe('fixed');
  });

  it('belong to the caller in a plan that was given', () => {
    expect(judge({ url: '${steps.page.output.link}' }, { given_plan: { inline: null } })).toBe('task');
  });
});

describe('hosts', () => {
  it('are those that are written out', () => {
    expect(hostsOf({ url: 'https://a.example:8443/${steps.b.output.x}' })).toEqual(['a.example:8443']);
    expect(hostsOf({ url: '${steps.b.output.x}' })).toEqual([]);
    expect([...namedHosts({ context: aContext({ description: words }), steps: [] })]).toEqual([
      'api.example',
      'docs.example',
    ]);
  });

  it.each([
    ['a.example', 'a.example', true],
    ['a.example', 'a.example:81', true],
    ['a.example:80', 'a.example', true],
    ['a.example:81', 'a.example', false],
    ['127.0.0.1:9', '127.0.0.1:90', false],
    ['*.example', 'a.example', true],
    ['*.example', 'example', false],
    ['::1', '[::1]:5', true],
  ])('%s covers %s: %s', (rule, host, covered) => {
    expect(hostRuleCovers(rule, host)).toBe(covered);
  });
});
