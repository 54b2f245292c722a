// `npm run test:faults -- [--seed N] [--tasks N] [--rate 0.05] [--kills N] [name ...]`: every fault test, the long ones
// too. A failing seed is printed with the report; give it again to see the same faults.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    tasks: { type: 'string', default: '100' },
    rate: { type: 'string', default: '0.05' },
    kills: { type: 'string', default: '6' },
  },
});
const seed = values.seed ?? String(Math.floor(Math.random() * 100_000));
console.log(
  `Seed ${seed}, ${values.tasks} tasks, faults at ${values.rate} of all crossings, ${values.kills} kills.`,
);
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    jest,
    '--config=jest.config.mjs',
    '--runInBand',
    '--testMatch=<rootDir>/test/faults/**/*.(test|heavy).ts',
    ...positionals.map((name) => `--testPathPatterns=${name}`),
  ],
  {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'inherit',
    env: {
      ...process.env,
      OFFICE_FAULTS_SEED: seed,
      OFFICE_FAULTS_TASKS: values.tasks,
      OFFICE_FAULTS_RATE: values.rate,
      OFFICE_FAULTS_KILLS: values.kills,
    },
  },
);
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
