/** `npm run bench`: prints what a task costs in time, requests and money. `-- --quick` for a short look. */
import { parseArgs } from 'node:util';
import { benchLoop, type LoopFigures } from './loop.ts';

const sections: Readonly<Record<string, { about: string; run(quick: boolean): Promise<void> }>> = {
  loop: {
    about: 'the fixed loop: three subtasks, c after a and b, two steps each, one revised once',
    run: async (quick) => {
      printLoop(await benchLoop({ alone: quick ? 20 : 100, concurrent: quick ? 100 : 400, concurrency: 50 }));
    },
  },
};

function printLoop({ alone, concurrent, perTask, operations, usdPerThousand }: LoopFigures): void {
  const line = (name: string, value: string) => console.log(`  ${name.padEnd(34)}${value.padStart(12)}`);
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
