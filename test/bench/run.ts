/** `npm run bench`: prints what a task costs in time, requests and money. `-- --quick` for a short look. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { LoopFigures } from './loop.ts';

// Each section is loaded when it runs: an office, an interpreter or a grammar would weigh on the others' figures.
const sections: Readonly<Record<string, { about: string; run(quick: boolean): Promise<void> }>> = {
  loop: {
    about: 'the fixed loop: three subtasks, c after a and b, two steps each, one revised once',
    run: async (quick) => {
      const { benchLoop } = await import('./loop.ts');
      printLoop(
        await benchLoop({
          warmUp: quick ? 50 : 300,
          alone: quick ? 20 : 100,
          concurrent: quick ? 100 : 400,
          concurrency: 50,
        }),
      );
    },
  },
  load: {
    about: "tasks of one tenant queued at once, 20 at work, and another tenant's in between",
    run: async (quick) => {
      const { benchLoad } = await import('./load.ts');
      for (const [name, value] of Object.entries(await benchLoad({ tasks: quick ? 100 : 1_000 })))
        line(words(name), value.toFixed(value % 1 === 0 ? 0 : 2));
    },
  },
  router: {
    about: 'what the model router itself costs per call, without network, cache and model',
    run: async (quick) => {
      const { benchRouter } = await import('./router.ts');
      const { free, guarded, brief_bytes } = await benchRouter(quick ? 200 : 1_000);
      line('brief, bytes', String(brief_bytes));
      line('free model: p50 / p99 ms', `${free.p50.toFixed(3)} / ${free.p99.toFixed(3)}`);
      line('priced, redacted: p50 / p99 ms', `${guarded.p50.toFixed(3)} / ${guarded.p99.toFixed(3)}`);
    },
  },
  sandboxes: {
    about: 'python_exec and math_calculator: cold, warm, and the next interpreter, in ms',
    run: async () => {
      const { benchSandboxes } = await import('./python-exec.ts');
      for (const [name, ms] of Object.entries(await benchSandboxes())) line(name, ms.toFixed(1));
    },
  },
  analyzer: {
    about: "code_analyzer on the machine's Python standard library",
    run: async () => {
      const { benchCodeAnalyzer } = await import('./code-analyzer.ts');
      await benchCodeAnalyzer();
    },
  },
  ...sectionOf(
    'bundles',
    'functions as Lambda loads them: size, and cold load in a process of its own',
    'benchBundles',
  ),
  ...sectionOf('memory', 'remembered plans: recall by number of memories', 'benchMemory'),
};

/** A section whose file prints its own figures; none where the file is missing. */
function sectionOf(name: string, about: string, exported: string): typeof sections {
  const file = new URL(`${name}.ts`, import.meta.url);
  if (!existsSync(file)) return {};
  const run = async (quick: boolean): Promise<void> => {
    const module = (await import(file.href)) as Record<string, (quick: boolean) => Promise<unknown>>;
    const bench = module[exported];
    if (bench === undefined) throw new Error(`${name}.ts exports no ${exported}.`);
    await bench(quick);
  };
  return { [name]: { about, run } };
}

/** `p99Seconds` as people write it. */
const words = (name: string): string => name.replace(/([A-Z])/g, ' $1').toLowerCase();

function line(name: string, value: string): void {
  console.log(`  ${name.padEnd(34)}${value.padStart(12)}`);
}

function printLoop({ alone, concurrent, perTask, operations, usdPerThousand }: LoopFigures): void {
  for (const [name, run] of [
    ['one at a time', alone],
    ['50 concurrent', concurrent],
  ] as const) {
    line(`${name}: tasks/s`, run.tasksPerSecond.toFixed(1));
    line(`${name}: p50 / p99 ms`, `${run.p50.toFixed(0)} / ${run.p99.toFixed(0)}`);
  }
  for (const [name, value] of Object.entries(perTask)) line(`${name} per task`, value.toFixed(1));
  line('USD per 1,000 tasks at AWS prices', usdPerThousand.toFixed(2));
  const detail = Object.entries(operations).map(([name, count]) => `${name} ${count.toFixed(1)}`);
  console.log(`  (${detail.join(', ')})`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !(name in sections));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no bench named ${unknown.join(', ')}.`);
  console.log('npm run bench -- [--quick] [name ...]\n');
  for (const [name, { about }] of Object.entries(sections)) console.log(`  ${name.padEnd(12)}${about}`);
  process.exit(unknown.length > 0 ? 2 : 0);
}
for (const [name, section] of Object.entries(sections)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.log(`\n${name}: ${section.about}`);
  await section.run(values.quick);
}
process.exit(0);
