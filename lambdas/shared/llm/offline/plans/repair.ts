/** Another way to do what failed: a near name of a file, or a function named in full. */
import type { PlannerBrief, StepReport } from '../../../../../schemas/briefs.ts';
import type { Intent } from '../intents/intent.ts';

/** The operations with what failed replaced; null when nothing better is known. */
export function repaired(intents: readonly Intent[], brief: PlannerBrief): Intent[] | null {
  let changed = false;
  const files = brief.workspace.map(({ path }) => path);
  const errors = brief.failed_steps.filter((step) => step.error !== undefined);
  const next = intents.map((intent): Intent => {
    for (const failed of errors) {
      const other = withOtherFile(intent, failed, files) ?? withFullName(intent, failed);
      if (other !== null) {
        changed = true;
        return other;
      }
    }
    return intent;
  });
  return changed ? next : null;
}

const MISSING = /not ?found|no such file|there is no file|does not exist/i;

function withOtherFile(intent: Intent, failed: StepReport, files: readonly string[]): Intent | null {
  if (!MISSING.test(`${failed.error?.name} ${failed.error?.message}`)) return null;
  if ('source' in intent && intent.source.from === 'file' && !files.includes(intent.source.path)) {
    const near = nearest(intent.source.path, files);
    return near === null ? null : ({ ...intent, source: { ...intent.source, path: near } } as Intent);
  }
  if (
    (intent.kind === 'read' || intent.kind === 'copy' || intent.kind === 'move' || intent.kind === 'stat') &&
    !files.includes(intent.path)
  ) {
    const near = nearest(intent.path, files);
    return near === null ? null : { ...intent, path: near };
  }
  return null;
}

/** The one file whose name is at most two letters away (one for short names); null when there is none or more than one. */
export function nearest(path: string, files: readonly string[]): string | null {
  const name = (file: string): string => file.split('/').pop()?.toLowerCase() ?? '';
  const stem = (file: string): string => name(file).replace(/\.[^.]*$/, '');
  const most = stem(path).length <= 4 ? 1 : 2;
  const near = files.filter(
    (file) => distance(name(file), name(path)) <= most && distance(name(file), name(path)) > 0,
  );
  if (near.length === 1) return near[0] ?? null;
  if (near.length > 1) return null;
  const sameStem = files.filter((file) => stem(file) === stem(path));
  return sameStem.length === 1 ? (sameStem[0] ?? null) : null;
}

/** Levenshtein's edit distance. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** An ambiguous or unknown function: the candidates that the analyser names in quotation marks or after a colon. */
function withFullName(intent: Intent, failed: StepReport): Intent | null {
  if (intent.kind !== 'call_path' || failed.action !== 'code_analyzer') return null;
  const message = failed.error?.message ?? '';
  const candidates = [...new Set(message.match(/[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+/g) ?? [])].filter(
    (name) => !/\.(?:py|js|ts|go|java)$/.test(name),
  );
  const replace = (name: string): string => {
    if (!message.includes(name)) return name;
    const full = candidates.filter((candidate) => candidate.endsWith(`.${name}`));
    return full.length === 1 ? (full[0] ?? name) : name;
  };
  const start = replace(intent.start);
  const end = replace(intent.end);
  return start === intent.start && end === intent.end ? null : { ...intent, start, end };
}
