import { describe, expect, it } from '@jest/globals';
import { soak } from './soak.ts';

/** `npm run test:faults -- --tasks 1000 --seed 7 --rate 0.05 --kills 20` sets these. */
const setting = (name: string, usual: number): number =>
  Number(process.env[`OFFICE_FAULTS_${name}`] ?? usual);
const seed = setting('SEED', Math.floor(Math.random() * 100_000));
const tasks = setting('TASKS', 60);

describe('tasks in an office where things go wrong', () => {
  it(
    `loses none, does no effect twice and leaves none stuck (seed ${seed})`,
    async () => {
      const report = await soak({
        seed,
        tasks,
        rate: setting('RATE', 0.05),
        kills: setting('KILLS', 3),
      });
      process.stderr.write(`${JSON.stringify(report)}\n`);
      expect(report.accepted).toBe(tasks);
      expect({ seed, problems: report.problems }).toEqual({ seed, problems: [] });
    },
    300_000 + tasks * 2_000,
  );
});
