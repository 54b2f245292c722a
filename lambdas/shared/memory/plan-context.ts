import type { FileGlance } from '../../../schemas/briefs.ts';
import type { Json, JsonObject } from '../../../schemas/json.ts';
import type { Step } from '../../../schemas/plan.ts';
import { canonicalHash } from '../canonical.ts';

/** What a plan relies on besides the words of its request. */
export interface Ground {
  readonly description: string;
  readonly criteria: readonly string[];
  readonly workspace: readonly FileGlance[];
}

const TABLES = new Set(['csv', 'tsv']);
const extensionOf = (path: string): string => /\.(\w{1,8})$/.exec(path)?.[1]?.toLowerCase() ?? '';
const nameOf = (path: string): string => path.split('/').at(-1) ?? path;

/** What of a file a plan may be built on: its type, a table's header, a document's keys, how it ends. */
function shapeOf(file: FileGlance): Json {
  const extension = extensionOf(file.path);
  const { head } = file;
  if (head === undefined) return [extension];
  const whole = Buffer.byteLength(head) === file.size;
  const shape: Json[] = [extension, whole && !head.endsWith('\n')];
  if (TABLES.has(extension)) shape.push(head.split('\n')[0]?.trim() ?? '');
  if (extension === 'json')
    shape.push([...new Set([...head.matchAll(/"(\w+)"\s*:/g)].map((match) => match[1] ?? ''))].sort());
  return shape;
}

const mentions = (text: string, path: string): number =>
  text.indexOf(path) >= 0 ? text.indexOf(path) : text.indexOf(nameOf(path));

/**
 * Tasks with the same fingerprint may share a plan: the same criteria, and files of the same shape in the same places
 * of the request, or, when it names none, in the whole workspace.
 */
export function contextOf({ description, criteria, workspace }: Ground): string {
  const named = workspace
    .map((file) => ({ file, at: mentions(description, file.path) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ file }) => shapeOf(file));
  const files =
    named.length > 0 ? named : [...new Set(workspace.map((file) => JSON.stringify(shapeOf(file))))].sort();
  return canonicalHash([criteria, files]).slice(0, 16);
}

/** Files that the steps name and the request does not: they have to be there the next time, too. */
export function silentFiles(ground: Ground, steps: readonly Step[]): string[] {
  const inputs = JSON.stringify(steps.map((step) => step.inputs));
  return ground.workspace
    .map((file) => file.path)
    .filter((path) => inputs.includes(path) && mentions(ground.description, path) < 0);
}

/** Shorter lines are in many files. */
const TELLING_LINE = 12;

/**
 * Whether a plan would also work on other files: its answer is computed by its steps and not written into it, and no
 * line of the files is.
 */
export function isReusable(ground: Ground, steps: readonly Step[], result: JsonObject): boolean {
  const answer = JSON.stringify(result);
  const computed = Object.keys(result).length === 0 || answer.includes('${steps.');
  if (!computed) return false;
  const written = answer.replace(/\$\{[^}]*\}/g, '').match(/\d+(?:\.\d+)?/g) ?? [];
  if (written.some((number) => !ground.description.includes(number))) return false;
  const inputs = JSON.stringify(steps.map((step) => step.inputs));
  return !ground.workspace.some((file) =>
    (file.head ?? '')
      .split('\n')
      .slice(TABLES.has(extensionOf(file.path)) ? 1 : 0)
      .map((line) => line.trim())
      .some(
        (line) =>
          line.length >= TELLING_LINE &&
          !ground.description.includes(line) &&
          inputs.includes(JSON.stringify(line).slice(1, -1)),
      ),
  );
}
