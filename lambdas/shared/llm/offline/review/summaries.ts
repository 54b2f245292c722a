import type { ReviewerBrief, StepReport } from '../../../../../schemas/briefs.ts';
import type { Json } from '../../../../../schemas/json.ts';
import type { Intent } from '../intents/intent.ts';
import { objectOf } from './checks.ts';

const MOST = 1_500;
const short = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);
const shown = (value: Json | undefined): string =>
  short(typeof value === 'string' ? value.trim() : JSON.stringify(value ?? null));

/** One sentence for each step that found or did something, with the answer in it. */
export function summarise(brief: ReviewerBrief, intents: readonly Intent[]): string {
  const sentences = brief.steps.flatMap((step) => sentenceOf(step, intents));
  return sentences.length > 0 ? sentences.join(' ') : `${brief.steps.length} steps succeeded.`;
}

function sentenceOf(step: StepReport, intents: readonly Intent[]): string[] {
  const output = objectOf(step.output);
  switch (step.action) {
    case 'code_analyzer':
      return analysed(step, intents);
    case 'math_calculator':
      return [`${String(step.inputs['expression'] ?? 'The expression')} = ${shown(output['value'])}.`];
    case 'python_exec':
      return ran(step);
    case 'http_client':
      return fetched(step, intents);
    case 'file_operations':
      return filed(step);
    default:
      return [`${step.action}: ${shown(step.output)}`];
  }
}

function analysed(step: StepReport, intents: readonly Intent[]): string[] {
  const output = objectOf(step.output);
  const { inputs } = step;
  const operation = inputs['operation'] ?? 'call_path';
  if (operation === 'call_path') {
    const [start, end] = [String(inputs['start_func']), String(inputs['end_func'])];
    if (output['status'] === 'not_found') {
      const reached =
        Array.isArray(output['path']) && output['path'].length > 0
          ? ` It got as far as ${output['path'].map(String).join(' → ')}.`
          : '';
      const reason =
        typeof output['reason'] === 'string'
          ? ` ${output['reason']}`
          : typeof output['message'] === 'string'
            ? ` ${output['message']}`
            : '';
      return [
        `No call path from ${start} to ${end} was found in ${String(inputs['folder'])}.${reason}${reached}`,
      ];
    }
    const path = Array.isArray(output['path']) ? output['path'].map(String) : null;
    if (path === null) return [`The call path from ${start} to ${end} was found.`];
    if (Array.isArray(output['paths'])) {
      const more = output['paths_complete'] === false ? ' There are more.' : '';
      const meanings = output['candidates'] === undefined ? '' : ' A name fits several functions.';
      const every = output['paths'].map((each) => (Array.isArray(each) ? each.join(' → ') : ''));
      return [
        short(`${every.length} call path${every.length === 1 ? '' : 's'}: ${every.join('; ')}.`) +
          more +
          meanings,
      ];
    }
    const places = Array.isArray(output['locations'])
      ? output['locations'].map(
          (place) => `${String(objectOf(place)['file'])}:${String(objectOf(place)['line'])}`,
        )
      : [];
    return [
      `${path.map((name, at) => (places[at] === undefined ? name : `${name} (${places[at]})`)).join(' → ')}.`,
    ];
  }
  const neighbours = intents.find((intent) => intent.kind === 'callers' || intent.kind === 'callees');
  const edges = Array.isArray(output['edges']) ? output['edges'].map(objectOf) : null;
  if (
    edges !== null &&
    neighbours !== undefined &&
    (neighbours.kind === 'callers' || neighbours.kind === 'callees')
  ) {
    const [near, far] = neighbours.kind === 'callers' ? ['callee', 'caller'] : ['caller', 'callee'];
    const fits = (name: Json | undefined): boolean =>
      name === neighbours.name || (typeof name === 'string' && name.endsWith(`.${neighbours.name}`));
    const names = [
      ...new Set(edges.filter((edge) => fits(edge[near ?? ''])).map((edge) => String(edge[far ?? '']))),
    ];
    return [
      `${neighbours.kind === 'callers' ? 'Callers' : 'Callees'} of ${neighbours.name}: ${names.join(', ') || 'none'}.`,
    ];
  }
  if (edges !== null) {
    const functions = Array.isArray(output['functions'])
      ? output['functions'].length
      : new Set(edges.flatMap((edge) => [edge['caller'], edge['callee']])).size;
    return [
      short(
        `${functions} functions and ${edges.length} calls: ${edges.map((edge) => `${String(edge['caller'])} → ${String(edge['callee'])}`).join(', ')}.`,
      ),
    ];
  }
  return [`${String(operation)} of ${String(inputs['folder'])}: ${shown(step.output)}`];
}

function ran(step: StepReport): string[] {
  const output = objectOf(step.output);
  const summary = objectOf(output['result'])['summary'];
  if (typeof summary === 'string') return [short(summary)];
  if (typeof step.output === 'string') return [`The program ran: ${short(step.output)}`];
  const printed = typeof output['stdout'] === 'string' ? output['stdout'].trim() : '';
  const value = output['result'];
  const parts = [
    ...(printed === '' ? [] : [`The program printed: ${short(printed)}`]),
    ...(value === null || value === undefined ? [] : [`Its value is ${shown(value)}.`]),
  ];
  return parts.length > 0 ? parts : ['The program ran and printed nothing.'];
}

function fetched(step: StepReport, intents: readonly Intent[]): string[] {
  const output = objectOf(step.output);
  const url = String(step.inputs['url']);
  const asked = intents.find((intent) => intent.kind === 'fetch');
  const status = output['status'] === undefined ? 'an answer' : String(output['status']);
  if (asked?.kind === 'fetch' && asked.ask === 'headers')
    return [`${url} answered ${status} with the headers ${shown(output['headers'])}.`];
  const only = intents.filter((intent) => intent.kind !== 'report').length <= 1;
  const body = typeof output['body'] === 'string' ? output['body'] : '';
  return [
    `${url} answered ${status}${only && asked?.kind === 'fetch' && asked.ask === 'body' && body !== '' ? `: ${short(body.trim())}` : ` (${body.length} characters).`}`,
  ];
}

function filed(step: StepReport): string[] {
  const output = objectOf(step.output);
  const path = String(step.inputs['path'] ?? '');
  switch (step.inputs['operation']) {
    case 'read': {
      // A copy reads bytes, which are nothing to show.
      return step.inputs['encoding'] === 'base64'
        ? []
        : [
            typeof output['content'] === 'string'
              ? `${path}: ${short(output['content'].trim())}`
              : `Read ${path}.`,
          ];
    }
    case 'write':
      return [`Wrote ${path}${typeof output['size'] === 'number' ? ` (${output['size']} bytes)` : ''}.`];
    case 'append':
      return [`Added to ${path}.`];
    case 'delete':
      return [`Deleted ${path}.`];
    case 'stat':
      return [
        output['exists'] === false
          ? `There is no file ${path}.`
          : `${path} exists${typeof output['size'] === 'number' ? ` and has ${output['size']} bytes` : ''}.`,
      ];
    case 'list': {
      const names = Array.isArray(output['entries'])
        ? output['entries'].map((entry) => String(objectOf(entry)['path'] ?? entry))
        : null;
      return names === null
        ? [`Listed ${path || 'the workspace'}.`]
        : [short(`${names.length} files${names.length > 0 ? `: ${names.join(', ')}` : ''}.`)];
    }
    case 'search': {
      const matches = Array.isArray(output['matches']) ? output['matches'].map(objectOf) : null;
      const needle = JSON.stringify(step.inputs['pattern'] ?? '');
      if (matches === null) return [`Searched for ${needle}.`];
      if (matches.length === 0) return [`No line holds ${needle}.`];
      const files = [...new Set(matches.map((match) => String(match['path'])))];
      return [
        short(
          `${matches.length} lines in ${files.length} files hold ${needle}: ${matches.map((match) => `${String(match['path'])}:${String(match['line'])}: ${String(match['text']).trim()}`).join('; ')}.`,
        ),
      ];
    }
    default:
      return [`${String(step.inputs['operation'])} ${path}: ${shown(step.output)}`];
  }
}
