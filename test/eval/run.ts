/** `npm run eval`: runs the evaluation's tasks against an office and prints success, speed and tokens by family. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EvalTask } from './eval-task.ts';
import { connectOffice, type OfficeClient } from './office-client.ts';
import { startPages } from './pages.ts';
import { byFamily, type Outcome, tableOf } from './report.ts';
import { startRulesAsModel } from './rules-as-model.ts';
import { allTasks } from './tasks/index.ts';

const HELP = `npm run eval -- [options]

Runs the well-defined tasks of test/eval/tasks against an office and prints success, time and tokens per family.
Without --base-url it starts an embedded office with temporary data. Exit code 1 below 95 % success.

  --base-url URL   an office that runs already; start it with OFFICE_ALLOW_HOSTS=127.0.0.1 for the URL tasks
  --key KEY        its API key
  --only TEXT      only tasks whose id or family contains TEXT
  --concurrency N  tasks at once (4)
  --as-model       asks the rules over the OpenAI protocol, as if they were a model that costs money: counts the tokens
                   per task that a model would read and write
  --timeout S      seconds a task may take (120)
  --callgraph      run test/eval/callgraph instead
  --pii            run test/eval/pii instead
  --learning       run test/eval/learning instead
  --json           print JSON only
  --help           this text`;
const REQUIRED = 0.95;
const OTHERS = ['callgraph', 'pii', 'learning'] as const;

const { values } = parseArgs({
  options: {
    'base-url': { type: 'string' },
    key: { type: 'string' },
    only: { type: 'string' },
    concurrency: { type: 'string', default: '4' },
    timeout: { type: 'string', default: '120' },
    callgraph: { type: 'boolean', default: false },
    pii: { type: 'boolean', default: false },
    learning: { type: 'boolean', default: false },
    'as-model': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Runs the tasks, `concurrency` at once, each one's clock from submission to its end. */
async function runAll(
  tasks: readonly EvalTask[],
  office: OfficeClient,
  concurrency: number,
  onDone: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...tasks];
  const worker = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      const outcome = await runOne(task, office);
      outcomes.push(outcome);
      onDone(outcome);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return outcomes;
}

async function runOne(task: EvalTask, office: OfficeClient): Promise<Outcome> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  try {
    const view = await office.run(task.submission);
    const taken = seconds();
    const grade = await task.grade(view, office.artifactsOf(view.task_id));
    return { id: task.id, family: task.family, ...grade, seconds: taken, tokens: view.cost.tokens };
  } catch (error) {
    // A task that the office refuses or never ends is a failed task of the evaluation, not the end of it.
    return {
      id: task.id,
      family: task.family,
      pass: false,
      reason: error instanceof Error ? error.message : String(error),
      seconds: seconds(),
      tokens: 0,
    };
  }
}

async function startEmbedded(
  allowHost: string,
): Promise<{ url: string; apiKey: string; stop(): Promise<void> }> {
  const { startOffice } = await import('../../infra/local/office.ts');
  const model = values['as-model'] ? await startRulesAsModel() : null;
  const dataDir = await mkdtemp(join(tmpdir(), 'office-eval-'));
  const office = await startOffice({
    dataDir,
    port: 0,
    apiKey: `eval-${crypto.randomUUID()}`,
    environment: { OFFICE_ALLOW_HOSTS: allowHost, REQUESTS_PER_MINUTE: '100000', ...model?.environment },
  });
  return {
    url: office.url,
    apiKey: office.apiKey,
    async stop() {
      await office.stop();
      await model?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Another evaluation is a program of its own; its exit code is this one's. */
function runOther(name: (typeof OTHERS)[number]): Promise<number> {
  const script = join(import.meta.dirname, name, 'run.ts');
  if (!existsSync(script)) throw new Error(`There is no evaluation ${name}.`);
  const typescript = new URL('../../scripts/typescript.mjs', import.meta.url).href;
  const child = spawn(
    process.execPath,
    ['--import', typescript, script, ...(values.json ? ['--json'] : [])],
    {
      stdio: 'inherit',
    },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const other = OTHERS.find((name) => values[name]);
  if (other !== undefined) return runOther(other);
  const pages = await startPages();
  const given = values['base-url'];
  if (given !== undefined && values.key === undefined) throw new Error('--base-url needs --key.');
  const office =
    given === undefined
      ? await startEmbedded(new URL(pages.url).host)
      : { url: given, apiKey: values.key ?? '', stop: async () => {} };
  try {
    const tasks = allTasks({ pagesUrl: pages.url }).filter(
      ({ id, family }) =>
        // What is beyond the rules says how to add a model; here there is one.
        !(values['as-model'] && family === 'refusals') &&
        (values.only === undefined || id.includes(values.only) || family.includes(values.only)),
    );
    const client = connectOffice(office.url, office.apiKey, Number(values.timeout) * 1000);
    const outcomes = await runAll(tasks, client, Number(values.concurrency), (outcome) => {
      if (!values.json)
        console.log(
          `${outcome.pass ? 'pass' : 'FAIL'}  ${outcome.id}  ${outcome.seconds.toFixed(2)} s${outcome.pass ? '' : `  ${outcome.reason}`}`,
        );
    });
    const families = byFamily(outcomes);
    const success = outcomes.filter(({ pass }) => pass).length / Math.max(1, outcomes.length);
    if (values.json) console.log(JSON.stringify({ success, families, outcomes }));
    else console.log(`\n${tableOf(families)}\n`);
    if (!values.json && outcomes.every(({ tokens }) => tokens === 0))
      console.log('No tokens: the rules answered, not a model. With --as-model they are counted.\n');
    return success >= REQUIRED ? 0 : 1;
  } finally {
    await office.stop();
    await pages.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
