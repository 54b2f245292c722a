import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const program = fileURLToPath(new URL('./programs/killed-office.ts', import.meta.url));
const typescript = new URL('../../scripts/typescript.mjs', import.meta.url).href;

type Line = {
  event: string;
  pid: number;
  stores: number;
  recovered: number;
  statuses: string[];
  stored: number;
};

let directory: string;
let office: ChildProcess | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'office-killed-'));
});
afterEach(() => {
  office?.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
});

const effectsFile = (): string => join(directory, 'effects');

/** Effects so far: who, `begin` or `end`, and `execution state item`. */
function effects(): { pid: number; what: string; key: string }[] {
  if (!existsSync(effectsFile())) return [];
  const lines = readFileSync(effectsFile(), 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [pid, what, ...key] = line.split(' ');
    return { pid: Number(pid), what: what ?? '', key: key.join(' ') };
  });
}

/** Processes besides the offices' own in which functions ran. */
function others(): number[] {
  const file = `${effectsFile()}.elsewhere`;
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  return [...new Set(lines.map(Number))];
}

function start(place: string): (event: string) => Promise<Line> {
  office = spawn(
    process.execPath,
    ['--import', typescript, program, join(directory, 'data'), effectsFile(), place],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  const lines = createInterface({ input: office.stdout ?? process.stdin });
  const seen: Line[] = [];
  let wake = (): void => undefined;
  let ended = false;
  lines.on('line', (line) => {
    seen.push(JSON.parse(line) as Line);
    wake();
  });
  lines.on('close', () => {
    ended = true;
    wake();
  });
  return async (event) => {
    for (;;) {
      const found = seen.find((line) => line.event === event);
      if (found !== undefined) return found;
      if (ended) throw new Error(`The office ended before it was ${event}.`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It took more than 10 s until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What begins only after `execution state item` has ended. */
function successors(key: string): string[] {
  const [execution, state, item] = key.split(' ');
  const last = `${execution} Last ${execution}`;
  if (state === 'First')
    return ['a', 'b'].flatMap((one) => [`${execution} Step ${one}`, `${execution} Child ${one}`]);
  if (state === 'Step') return [`${execution} Child ${item}`, last];
  return state === 'Child' ? [last] : [];
}

describe('an office that is killed in the middle of ten tasks', () => {
  it.each([
    [4, 'here'],
    [20, 'here'],
    [40, 'here'],
    [4, 'elsewhere'],
    [30, 'elsewhere'],
  ])(
    'ends them all after the next start, and what had ended is not done again (killed after %i invocations %s)',
    async (invocations, place) => {
      const first = start(place);
      const { pid, stores } = await first('open');
      await until(
        () => effects().filter(({ what }) => what === 'end').length >= invocations,
        'work was under way',
      );
      process.kill(pid, 'SIGKILL');

      const second = start(place);
      const { recovered } = await second('open');
      const { statuses, stored } = await second('ended');

      expect(recovered).toBeGreaterThan(0);
      expect(statuses).toEqual(Array.from({ length: 10 }, () => 'SUCCEEDED'));
      expect(stored).toBe(60);
      await until(() => !isAlive(stores), 'the stores of the killed office were gone');
      expect(others()).toHaveLength(place === 'elsewhere' ? 2 : 0);
      await until(() => !others().some(isAlive), 'the functions of both offices were gone');
      const before = effects().filter((effect) => effect.pid === pid);
      const again = effects().filter((effect) => effect.pid !== pid && effect.what === 'begin');
      const ended = new Set(before.filter(({ what }) => what === 'end').map(({ key }) => key));
      const repeated = again.filter(({ key }) => before.some((effect) => effect.key === key));
      // A result is written at the end of the turn it came in, and what it leads to begins in that turn, but can't end in
      // it: what something that ended came after is not done again.
      for (const { key } of repeated) expect(successors(key).filter((next) => ended.has(next))).toEqual([]);
      // Ten executions with two items each: of an item, what ended in the turn that was cut off and what began in it.
      expect(repeated.length).toBeLessThanOrEqual(40);
    },
    60_000,
  );
});
