/**
 * The right answer to the demo's task, computed from the sample project by other means than the office uses:
 * definitions and calls by their text, then breadth first. That is exact here, because the sample project
 * gives every function its own name; it is no general way to read Python.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { OfficeError } from '../../lambdas/shared/errors.ts';

export interface Place {
  readonly name: string;
  /** Relative to the project, with `/` between folders. */
  readonly file: string;
  /** Of the `def`, from 1. */
  readonly line: number;
}

interface Definition extends Place {
  readonly calls: readonly string[];
}

export class SampleProjectError extends OfficeError {
  override readonly name = 'SampleProjectError';
}

const indentation = (line: string): number => line.length - line.trimStart().length;

/** Source without strings and comments; line breaks stay, so that lines keep their numbers. */
function codeOnly(source: string): string {
  return source.replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*/g, (text) =>
    text.replace(/[^\n]/g, ''),
  );
}

function definitionsIn(file: string, source: string): Definition[] {
  const lines = codeOnly(source).split('\n');
  const aliases = new Map(
    [...source.matchAll(/\bimport (\w+) as (\w+)/g)].map(([, name = '', alias = '']) => [alias, name]),
  );
  return lines.flatMap((line, index) => {
    const name = /^\s*def (\w+)\(/.exec(line)?.[1];
    if (name === undefined) return [];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((each) => each.trim() !== '' && indentation(each) <= indentation(line));
    const body = (end < 0 ? rest : rest.slice(0, end)).join('\n');
    const calls = [...body.matchAll(/\b(\w+)\(/g)].map(([, called = '']) => aliases.get(called) ?? called);
    return [{ name, file, line: index + 1, calls }];
  });
}

function definitions(project: string): Map<string, Definition> {
  const found = new Map<string, Definition>();
  const files = readdirSync(project, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.py'),
  );
  for (const name of files.sort()) {
    const path = join(project, name);
    const file = relative(project, path).split(sep).join('/');
    for (const definition of definitionsIn(file, readFileSync(path, 'utf8'))) {
      const other = found.get(definition.name);
      if (other !== undefined && definition.name !== '__init__') {
        throw new SampleProjectError(
          `"${definition.name}" is defined in ${other.file} and in ${file}: rename one.`,
        );
      }
      found.set(definition.name, definition);
    }
  }
  return found;
}

/**
 * The shortest chain of calls, with the place of each definition.
 * @throws SampleProjectError when there is none, or when two functions share a name
 */
export function knownPath(project: string, start: string, end: string): Place[] {
  const all = definitions(project);
  const paths: string[][] = [[start]];
  const seen = new Set([start]);
  for (const path of paths) {
    const here = all.get(path.at(-1) ?? '');
    if (here === undefined) continue;
    if (here.name === end) {
      return path.flatMap((name) => {
        const found = all.get(name);
        return found === undefined ? [] : [{ name, file: found.file, line: found.line }];
      });
    }
    for (const called of here.calls) {
      if (seen.has(called)) continue;
      seen.add(called);
      paths.push([...path, called]);
    }
  }
  throw new SampleProjectError(`The sample project has no calls from ${start} to ${end}.`);
}

/**
 * What is wrong with an answer, in one sentence; null when it is right. Names may be qualified
 * (`ReportBuilder.build`), files may start with `./`.
 */
export function faultOf(
  known: readonly Place[],
  answer: {
    readonly path?: readonly string[] | undefined;
    readonly locations?: readonly Place[] | undefined;
  } | null,
): string | null {
  const { path = [], locations = [] } = answer ?? {};
  const bare = (name: string) => name.replace(/\(\)$/, '').split('.').at(-1) ?? name;
  const wanted = known.map(({ name }) => name).join(' → ');
  const got = path.map(bare).join(' → ');
  if (got !== wanted) return `The path is ${got || 'missing'}; it should be ${wanted}.`;
  for (const [index, place] of known.entries()) {
    const found = locations[index];
    const is = found === undefined ? 'nowhere' : `${found.file.replace(/^\.\//, '')}:${found.line}`;
    if (is !== `${place.file}:${place.line}`) {
      return `${place.name} is said to be at ${is}; it is at ${place.file}:${place.line}.`;
    }
  }
  return null;
}
