import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { ProjectFile } from '../../lambdas/tools/code-analyzer/graph/call-graph.ts';
import { analyzeProject } from '../../lambdas/tools/code-analyzer/project.ts';

export interface AnalyzerTiming {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
  readonly calls: number;
  /** Wall time of the process's first analysis: nothing compiled, nothing cached. */
  readonly cold_seconds: number;
  /**
   * The best of three analyses in a process that has analysed the project before (warm), in which every file has
   * changed: all is read, parsed and solved again. Wall time, and CPU seconds per 1,000 lines, for which other
   * programs on the machine don't count.
   */
  readonly warm_seconds: number;
  readonly cpu_seconds_per_1000_lines: number;
  /** The same project with one file changed: the other files' trees come from the cache; all is solved again. */
  readonly changed_seconds: number;
  readonly changed_cpu_seconds_per_1000_lines: number;
  /** The same project once more: the result comes from the cache. */
  readonly unchanged_seconds: number;
  /** The most memory that a process with one analysis has taken, Node itself (about 90 MB) included. */
  readonly peak_memory_mb: number;
}

const WARM_UP_LINES = 80_000;

const FOREIGN = /^(test|tests|idlelib|lib2to3|site-packages|__pycache__|turtledemo|ensurepip)$/;

function pythonFilesBelow(folder: string, root = folder): ProjectFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return FOREIGN.test(entry.name) ? [] : pythonFilesBelow(path, root);
      if (!entry.isFile() || !entry.name.endsWith('.py')) return [];
      return [{ path: relative(root, path), bytes: readFileSync(path) }];
    });
}

/** The standard library of the machine's Python; null without one. OFFICE_BENCH_PYTHON_DIR names another folder. */
function standardLibrary(): string | null {
  const configured = process.env['OFFICE_BENCH_PYTHON_DIR'];
  if (configured) return configured;
  try {
    const folder = execFileSync('python3', ['-c', 'import os; print(os.path.dirname(os.__file__))'], {
      encoding: 'utf8',
    });
    return existsSync(folder.trim()) ? folder.trim() : null;
  } catch {
    // No Python on this machine: nothing to measure, which the caller says.
    return null;
  }
}

/** The first files with about so many lines together. */
function upTo(files: readonly ProjectFile[], lines: number): ProjectFile[] {
  const result: ProjectFile[] = [];
  let total = 0;
  for (const file of files) {
    if (total >= lines) break;
    total += Buffer.from(file.bytes).toString('latin1').split('\n').length;
    result.push(file);
  }
  return result;
}

/** Gives every file another content of the same meaning, so that nothing comes from a cache. */
function renewed(files: readonly ProjectFile[], mark: string): ProjectFile[] {
  return files.map((file) => ({ ...file, bytes: Buffer.concat([file.bytes, Buffer.from(`\n# ${mark}\n`)]) }));
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; wall: number; cpu: number }> {
  const before = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

async function measure(name: string, files: readonly ProjectFile[]): Promise<AnalyzerTiming> {
  const cold = await timed(() => analyzeProject(renewed(files, 'cold')));
  const peak_memory_mb = process.resourceUsage().maxRSS / 1024;
  // The compiler takes about so many lines to see what is hot; a small project is read several times.
  const warmUps = Math.ceil(WARM_UP_LINES / cold.result.lines);
  for (let round = 0; round < warmUps; round += 1) await analyzeProject(renewed(files, `again ${round}`));
  let warm = await timed(() => analyzeProject(renewed(files, 'warm')));
  for (const mark of ['warm 2', 'warm 3']) {
    const next = await timed(() => analyzeProject(renewed(files, mark)));
    if (next.cpu < warm.cpu) warm = next;
  }
  const [first, ...rest] = renewed(files, 'warm 3');
  const changedFiles = first ? [...renewed([first], 'changed'), ...rest] : rest;
  const changed = await timed(() => analyzeProject(changedFiles));
  const unchanged = await timed(() => analyzeProject(changedFiles));
  const { lines, calls } = warm.result;
  return {
    name,
    files: files.length,
    lines,
    calls: calls.length,
    cold_seconds: cold.wall,
    warm_seconds: warm.wall,
    cpu_seconds_per_1000_lines: (warm.cpu / lines) * 1000,
    changed_seconds: changed.wall,
    changed_cpu_seconds_per_1000_lines: (changed.cpu / lines) * 1000,
    unchanged_seconds: unchanged.wall,
    peak_memory_mb,
  };
}

/**
 * Times the analyzer on the machine's Python standard library: 10,000 lines, 100,000 lines and all of it, each in a
 * process of its own.
 */
export async function benchCodeAnalyzer(): Promise<AnalyzerTiming[]> {
  const folder = standardLibrary();
  if (!folder) {
    console.log(
      'code analyzer: skipped, no python3 on this machine; set OFFICE_BENCH_PYTHON_DIR to a folder of Python code',
    );
    return [];
  }
  const results: AnalyzerTiming[] = [];
  for (const [name, lines] of [
    ['10,000 lines', 10_000],
    ['100,000 lines', 100_000],
    ['all of it', Number.MAX_SAFE_INTEGER],
  ] as const) {
    const timing = await inOwnProcess(`Python standard library, ${name}`, folder, lines);
    results.push(timing);
    console.log(
      `${timing.name}: ${timing.files} files, ${timing.lines} lines, ${timing.calls} calls; ` +
        `cold ${timing.cold_seconds.toFixed(2)} s, ` +
        `warm ${timing.warm_seconds.toFixed(2)} s (${timing.cpu_seconds_per_1000_lines.toFixed(4)} CPU s per 1,000 lines), ` +
        `one file changed ${timing.changed_seconds.toFixed(2)} s (${timing.changed_cpu_seconds_per_1000_lines.toFixed(4)}), ` +
        `nothing changed ${timing.unchanged_seconds.toFixed(3)} s; peak ${timing.peak_memory_mb.toFixed(0)} MB`,
    );
  }
  return results;
}

const self = fileURLToPath(import.meta.url);

async function inOwnProcess(name: string, folder: string, lines: number): Promise<AnalyzerTiming> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    new URL('../../scripts/typescript.mjs', import.meta.url).href,
    self,
    name,
    folder,
    String(lines),
  ]);
  return JSON.parse(stdout) as AnalyzerTiming;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [name = '', folder = '', lines = ''] = process.argv.slice(2);
  console.log(JSON.stringify(await measure(name, upTo(pythonFilesBelow(folder), Number(lines)))));
}
