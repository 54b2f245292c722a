/** Plans of operations on files of the workspace, and of requests to addresses. */
import type { Json, JsonObject } from '../../../../../schemas/json.ts';
import type {
  Fetch,
  FileCopy,
  FileDelete,
  FileList,
  FileRead,
  FileSearch,
  FileStat,
  FileWrite,
} from '../intents/intent.ts';
import { type Found, needTool, type PlanBuilder, ref } from './draft.ts';
import { computed, type Prior } from './programs.ts';
import { GREP_PROGRAM, NAMES_PROGRAM } from './python/file-programs.ts';
import { pythonProgram } from './python/program.ts';

const waitFor = (prior: Prior, path: string): string[] => {
  const step = prior.touched.get(path);
  return step === undefined ? [] : [step];
};
const found = (
  step_id: string,
  fields: {
    value: Json;
    text: string;
    stdin?: string | null;
    result: JsonObject;
    summary: string | null;
    effect?: boolean;
  },
): Found => ({
  step_id,
  needs: [step_id],
  stdin: null,
  effect: false,
  ...fields,
});

export function planRead(plan: PlanBuilder, { path }: FileRead, prior: Prior): Found {
  if (!plan.has('file_operations') && plan.has('python_exec')) {
    const code = `${pythonProgram('with open(SPEC["path"], encoding="utf-8", newline="") as file:\n    content = file.read()\n', { path })}content\n`;
    const step = plan.add('read', 'python_exec', { code, files: [path] }, waitFor(prior, path));
    const content = ref(step, 'result');
    return found(step, {
      value: content,
      text: content,
      stdin: content,
      result: { path, content },
      summary: null,
    });
  }
  needTool(plan, 'file_operations');
  const step = plan.add('read', 'file_operations', { operation: 'read', path }, waitFor(prior, path));
  const content = ref(step, 'content');
  return found(step, {
    value: content,
    text: content,
    stdin: content,
    result: { path, content },
    summary: null,
  });
}

/** `text` is null when there is nothing that could be written. */
export function planWrite(
  plan: PlanBuilder,
  { path, mode }: FileWrite,
  text: string | null,
  needs: readonly string[],
  prior: Prior,
  encoding?: string,
): Found | null {
  if (text === null) return null;
  const after = [...needs, ...waitFor(prior, path)];
  if (!plan.has('file_operations') && plan.has('python_exec')) {
    const code = `import sys\n${pythonProgram(`with open(SPEC["path"], SPEC["mode"], encoding="utf-8", newline="") as file:\n    file.write(sys.stdin.read())\n`, { path, mode: mode === 'append' ? 'a' : 'w' })}SPEC["path"]\n`;
    const mounted = mode === 'append' && plan.files.includes(path) ? { files: [path] } : {};
    const step = plan.add(mode, 'python_exec', { code, stdin: text, ...mounted }, after);
    return found(step, {
      value: path,
      text: path,
      result: { files: [path] },
      summary: `${mode === 'append' ? 'Added to' : 'Wrote'} ${path}.`,
      effect: true,
    });
  }
  needTool(plan, 'file_operations');
  const step = plan.add(
    mode,
    'file_operations',
    { operation: mode, path, content: text, ...(encoding === undefined ? {} : { encoding }) },
    after,
  );
  return found(step, {
    value: path,
    text: path,
    result: { files: [path] },
    summary: `${mode === 'append' ? 'Added to' : 'Wrote'} ${path} (${ref(step, 'size')} bytes).`,
    effect: true,
  });
}

export function planList(
  plan: PlanBuilder,
  { folder, pattern, count }: FileList,
  prior: Prior,
  wantsText: boolean,
): Found {
  needTool(plan, 'file_operations');
  const needs = [...prior.touched.values()];
  const step = plan.add(
    'list',
    'file_operations',
    {
      operation: 'list',
      path: folder === '.' ? '' : folder,
      max_results: 1000,
      ...(pattern === null ? {} : { pattern }),
    },
    needs,
  );
  if ((count || wantsText) && plan.has('python_exec')) {
    const noun = `${pattern === null ? '' : `${pattern} `}files in ${folder === '.' ? 'the workspace' : folder}`;
    return computed(
      plan,
      'names',
      { code: pythonProgram(NAMES_PROGRAM, { count, noun }), stdin: `${ref(step, 'entries')}\n` },
      [step],
      ['files', 'count'],
    );
  }
  const entries = ref(step, 'entries');
  return found(step, { value: entries, text: `${entries}\n`, result: { files: entries }, summary: null });
}

export function planSearch(plan: PlanBuilder, work: FileSearch, prior: Prior, wantsText: boolean): Found {
  const folder = work.path === '.' ? '' : work.path;
  const needs = [...prior.touched.values()];
  if (work.pattern !== null || wantsText) {
    const ending = (work.pattern ?? '').replace(/^.*\*/, '').toLowerCase();
    const paths = plan.files
      .filter(
        (file) =>
          (folder === '' || file === folder || file.startsWith(`${folder}/`)) &&
          file.toLowerCase().endsWith(ending),
      )
      .slice(0, 100);
    if (paths.length > 0 && plan.has('python_exec')) {
      const code = pythonProgram(GREP_PROGRAM, { paths, needle: work.text, want: work.want });
      return computed(plan, 'search', { code, files: paths }, needs, ['matches', 'files', 'count']);
    }
  }
  needTool(plan, 'file_operations');
  const step = plan.add(
    'search',
    'file_operations',
    { operation: 'search', path: folder, pattern: work.text, max_results: 1000 },
    needs,
  );
  const matches = ref(step, 'matches');
  return found(step, { value: matches, text: `${matches}\n`, result: { matches }, summary: null });
}

export function planDelete(
  plan: PlanBuilder,
  { path }: FileDelete,
  prior: Prior,
  needs: readonly string[],
): Found {
  needTool(plan, 'file_operations');
  const step = plan.add('delete', 'file_operations', { operation: 'delete', path }, [
    ...waitFor(prior, path),
    ...needs,
  ]);
  return found(step, {
    value: ref(step, 'deleted'),
    text: path,
    result: { deleted: path },
    summary: `Deleted ${path}.`,
    effect: true,
  });
}

export function planCopy(plan: PlanBuilder, { kind, path, to }: FileCopy, prior: Prior): Found {
  needTool(plan, 'file_operations');
  const read = plan.add(
    'read',
    'file_operations',
    { operation: 'read', path, encoding: 'base64' },
    waitFor(prior, path),
  );
  const write = plan.add(
    'write',
    'file_operations',
    { operation: 'write', path: to, content: ref(read, 'content'), encoding: 'base64' },
    [read, ...waitFor(prior, to)],
  );
  const last =
    kind === 'move' ? plan.add('delete', 'file_operations', { operation: 'delete', path }, [write]) : write;
  return found(last, {
    value: to,
    text: to,
    result: { files: [to], ...(kind === 'move' ? { deleted: path } : {}) },
    summary: `${kind === 'move' ? 'Renamed' : 'Copied'} ${path} to ${to} (${ref(write, 'size')} bytes).`,
    effect: true,
  });
}

export function planStat(plan: PlanBuilder, { path, ask }: FileStat, prior: Prior): Found {
  needTool(plan, 'file_operations');
  const step = plan.add('inspect', 'file_operations', { operation: 'stat', path }, waitFor(prior, path));
  const field = ask === 'exists' ? 'exists' : 'size';
  return found(step, {
    value: ref(step, field),
    text: `${ref(step, field)}\n`,
    result: { path, [field]: ref(step, field), value: ref(step, field) },
    summary: null,
  });
}

export function planFetch(plan: PlanBuilder, work: Fetch): Found {
  needTool(plan, 'http_client');
  const step = plan.add('fetch', 'http_client', {
    method: work.method,
    url: work.url,
    ...(work.body === undefined ? {} : { body: work.body }),
    ...(work.headers === undefined ? {} : { headers: { ...work.headers } }),
  });
  const body = ref(step, 'body');
  const status = ref(step, 'status');
  const value = work.ask === 'status' ? status : work.ask === 'headers' ? ref(step, 'headers') : body;
  return found(step, {
    value,
    text: work.ask === 'body' ? body : `${value}\n`,
    stdin: body,
    result: {
      url: work.url,
      status,
      ...(work.ask === 'headers' ? { headers: value } : work.ask === 'body' ? { body } : {}),
      value,
    },
    summary: null,
  });
}
