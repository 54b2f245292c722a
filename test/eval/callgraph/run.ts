import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ProjectFile } from '../../../lambdas/tools/code-analyzer/graph/call-graph.ts';
import { analyzeProject } from '../../../lambdas/tools/code-analyzer/project.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

export interface CategoryScore {
  exact: number;
  total: number;
  found: number;
  missed: number;
  extra: number;
}

export interface CallgraphScore {
  /** Correct edges among those reported, and reported edges among the correct ones. */
  precision: number;
  recall: number;
  exact: number;
  total: number;
  by_category: Record<string, CategoryScore>;
  /** Cases that are not exactly right, with the edges they miss and add. */
  inexact: { name: string; missed: string[]; extra: string[] }[];
  /** Why nothing was measured, if nothing was. */
  skipped?: string;
}

function benchmarkFolder(): string {
  return process.env['OFFICE_PYCG_DIR'] ?? join(REPOSITORY, '../shared/data/pycg-micro');
}

function sourcesBelow(folder: string, root = folder): ProjectFile[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return sourcesBelow(path, root);
      return name.endsWith('.py') ? [{ path: relative(root, path), bytes: readFileSync(path) }] : [];
    });
}

/** Runs the analyzer on every case of the PyCG micro-benchmark and compares edge by edge. */
export async function runCallgraphEval(): Promise<CallgraphScore> {
  const folder = benchmarkFolder();
  const score: CallgraphScore = { precision: 0, recall: 0, exact: 0, total: 0, by_category: {}, inexact: [] };
  if (!existsSync(folder)) {
    return {
      ...score,
      skipped: `no benchmark at ${folder}; set OFFICE_PYCG_DIR to the folder with its categories`,
    };
  }
  let found = 0;
  let missed = 0;
  let extra = 0;
  for (const category of readdirSync(folder).sort()) {
    if (!statSync(join(folder, category)).isDirectory()) continue;
    for (const name of readdirSync(join(folder, category)).sort()) {
      const truthFile = join(folder, category, name, 'callgraph.json');
      if (!existsSync(truthFile)) continue;
      const truth = new Set<string>();
      const graph = JSON.parse(readFileSync(truthFile, 'utf8')) as Record<string, string[]>;
      for (const [caller, callees] of Object.entries(graph))
        for (const callee of callees) truth.add(`${caller} → ${callee}`);
      const { calls } = await analyzeProject(sourcesBelow(join(folder, category, name)));
      const reported = new Set(calls.map((call) => `${call.caller} → ${call.callee}`));
      const lost = [...truth].filter((edge) => !reported.has(edge));
      const added = [...reported].filter((edge) => !truth.has(edge));
      score.by_category[category] ??= { exact: 0, total: 0, found: 0, missed: 0, extra: 0 };
      const own = score.by_category[category];
      own.total += 1;
      own.found += truth.size - lost.length;
      own.missed += lost.length;
      own.extra += added.length;
      found += truth.size - lost.length;
      missed += lost.length;
      extra += added.length;
      score.total += 1;
      if (lost.length + added.length > 0)
        score.inexact.push({ name: `${category}/${name}`, missed: lost, extra: added });
      else {
        own.exact += 1;
        score.exact += 1;
      }
    }
  }
  return { ...score, precision: found / (found + extra), recall: found / (found + missed) };
}

/** The score as a table for people. */
export function printCallgraphScore(score: CallgraphScore): void {
  if (score.skipped) {
    console.log(`call graph: skipped, ${score.skipped}`);
    return;
  }
  console.log('category          exact   found  missed  extra');
  for (const [category, own] of Object.entries(score.by_category)) {
    const exact = `${own.exact}/${own.total}`.padStart(7);
    console.log(
      `${category.padEnd(16)}${exact}${String(own.found).padStart(8)}${String(own.missed).padStart(8)}${String(own.extra).padStart(7)}`,
    );
  }
  for (const { name, missed, extra } of score.inexact) {
    console.log(`${name}: missed [${missed.join(', ')}], extra [${extra.join(', ')}]`);
  }
  console.log(
    `precision ${score.precision.toFixed(4)}  recall ${score.recall.toFixed(4)}  exact ${score.exact} of ${score.total}`,
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  printCallgraphScore(await runCallgraphEval());
}
