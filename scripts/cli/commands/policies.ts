import { resolve } from 'node:path';
import { z } from 'zod';
import { policyListSchema, policyViewSchema } from '../../../schemas/http-plugins.ts';
import { segment } from '../api.ts';
import { connect, type OfficeOptions, printJson, tableWidth } from '../context.ts';
import { readNamedFile } from '../files.ts';
import { oneLine, table } from '../format.ts';
import type { Terminal } from '../terminal.ts';

/** `office policies`: the Cedar policies that decide what steps may do. */
export async function listPolicies(options: OfficeOptions, terminal: Terminal): Promise<number> {
  const answer = await connect(terminal, options).get('/policies', policyListSchema);
  if (options.json) {
    printJson(terminal, answer);
    return 0;
  }
  const rows = answer.policies.map((policy) => [
    policy.name,
    policy.default ? 'default' : 'own',
    oneLine(policy.text),
  ]);
  terminal.out(`${table(['policy', 'whose', 'text'], rows, tableWidth(terminal)).join('\n')}\n`);
  return 0;
}

/** `office policies show NAME`. */
export async function showPolicy(name: string, options: OfficeOptions, terminal: Terminal): Promise<number> {
  const policy = await connect(terminal, options).get(`/policies/${segment(name)}`, policyViewSchema);
  if (options.json) printJson(terminal, policy);
  else terminal.out(`${policy.text}\n`);
  return 0;
}

/** `office policies put NAME FILE`; the office checks it and says in Cedar's words what is wrong. */
export async function putPolicy(
  name: string,
  file: string,
  options: OfficeOptions,
  terminal: Terminal,
): Promise<number> {
  const text = readNamedFile(resolve(terminal.cwd, file), file);
  const api = connect(terminal, options);
  const kept = await api.request('PUT', `/policies/${segment(name)}`, policyViewSchema, { body: { text } });
  if (options.json) printJson(terminal, kept);
  else terminal.out(`${kept.name} is kept; it decides about plans within 30 seconds.\n`);
  return 0;
}

/** `office policies remove NAME`. */
export async function removePolicy(
  name: string,
  options: OfficeOptions,
  terminal: Terminal,
): Promise<number> {
  await connect(terminal, options).request('DELETE', `/policies/${segment(name)}`, z.null());
  if (options.json) printJson(terminal, { removed: name });
  else terminal.out(`${name} is removed.\n`);
  return 0;
}
