import type { JsonObject } from '../../../schemas/json.ts';

/** A plan as a planner would draft it, without ids and times. */
export interface PlanSketch {
  readonly steps: readonly {
    readonly step_id: string;
    readonly action: string;
    readonly inputs: JsonObject;
    readonly dependencies: readonly string[];
  }[];
  readonly result: JsonObject;
}

export interface LearningTask {
  readonly family: string;
  /** 0 comes first; the last two say it in other words. */
  readonly variant: number;
  readonly description: string;
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly expected: number | string;
  readonly right: PlanSketch;
  /** The family's typical mistake. */
  readonly wrong: PlanSketch;
  /** Of a poisoned memory: it looks as if a person had shown the plan. */
  readonly shown?: true;
}

export const VARIANTS = 6;

const calculation = (expression: string): PlanSketch => ({
  steps: [{ step_id: 'calculate', action: 'math_calculator', inputs: { expression }, dependencies: [] }],
  result: {
    summary: 'The answer is ${steps.calculate.output.value}.',
    value: '${steps.calculate.output.value}',
  },
});

type Row = readonly (number | string)[];
interface Family {
  readonly rows: readonly Row[];
  /** The words of the first four variants, and of the others. */
  say(row: Row): string;
  sayOtherwise(row: Row): string;
  make(row: Row): Pick<LearningTask, 'expected' | 'right' | 'wrong'> & Partial<Pick<LearningTask, 'files'>>;
}

const n = (value: number | string | undefined): number => Number(value);

const families: Readonly<Record<string, Family>> = {
  growth: {
    rows: [
      [1200, 5, 10],
      [900, 4, 7],
      [2500, 3, 12],
      [640, 6, 8],
      [3100, 2, 9],
      [720, 7, 11],
    ],
    say: ([p, r, y]) => `Compute the final amount of ${p} invested at ${r} percent yearly over ${y} years.`,
    sayOtherwise: ([p, r, y]) =>
      `Somebody has ${p} invested at ${r} percent a year: what is the final amount over ${y} years?`,
    make: ([p, r, y]) => ({
      expected: n(p) * (1 + n(r) / 100) ** n(y),
      right: calculation(`${p} * (1 + ${r} / 100) ^ ${y}`),
      wrong: calculation(`${p} * (1 + ${r} / 100 * ${y})`),
    }),
  },
  trip: {
    rows: [
      [240, 80],
      [315, 90],
      [148, 40],
      [560, 70],
      [96, 32],
      [405, 45],
    ],
    say: ([d, v]) => `Tell how long a trip of ${d} km lasts in hours for a lorry driving ${v} km per hour.`,
    sayOtherwise: ([d, v]) =>
      `A lorry driving ${v} km per hour goes on a trip of ${d} km: how long is that in hours?`,
    make: ([d, v]) => ({
      expected: n(d) / n(v),
      right: calculation(`${d} / ${v}`),
      wrong: calculation(`${v} / ${d}`),
    }),
  },
  box: {
    rows: [
      [30, 25, 48],
      [22, 64, 35],
      [55, 41, 27],
      [18, 33, 72],
      [46, 29, 51],
      [38, 66, 24],
    ],
    say: ([a, b, c]) =>
      `Work out how many litres fit into a crate measuring ${a} by ${b} by ${c} centimetres.`,
    sayOtherwise: ([a, b, c]) =>
      `How many litres is the volume of a crate measuring ${a} by ${b} by ${c} centimetres?`,
    make: ([a, b, c]) => ({
      expected: (n(a) * n(b) * n(c)) / 1000,
      right: calculation(`${a} * ${b} * ${c} / 1000`),
      wrong: calculation(`${a} * ${b} * ${c}`),
    }),
  },
  dose: {
    rows: [
      [70, '1.75'],
      [82, '1.91'],
      [58, '1.64'],
      [95, '1.88'],
      [63, '1.69'],
      [77, '1.83'],
    ],
    say: ([kg, m]) => `Give the Quetelet figure of somebody weighing ${kg} kg who is ${m} m tall.`,
    sayOtherwise: ([kg, m]) =>
      `Somebody is ${m} m tall and weighing ${kg} kg; which Quetelet figure is that?`,
    make: ([kg, m]) => ({
      expected: n(kg) / n(m) ** 2,
      right: calculation(`${kg} / ${m} ^ 2`),
      wrong: calculation(`${kg} / ${m}`),
    }),
  },
  note: {
    rows: [
      ['apricot', 'fruit.md'],
      ['hammer', 'tools.md'],
      ['violin', 'music.md'],
      ['granite', 'stones.md'],
      ['heron', 'birds.md'],
      ['saffron', 'spices.md'],
    ],
    say: ([word, file]) => `Keep a memo with the text ${word} under the name ${file} and show what it holds.`,
    sayOtherwise: ([word, file]) => `A memo named ${file} shall hold the text ${word}; keep it and show it.`,
    make: ([word, file]) => {
      const memo = (operation: string): PlanSketch => ({
        steps: [
          {
            step_id: 'keep',
            action: 'file_operations',
            inputs: { operation, path: String(file), content: String(word) },
            dependencies: [],
          },
          {
            step_id: 'show',
            action: 'file_operations',
            inputs: { operation: 'read', path: String(file) },
            dependencies: ['keep'],
          },
        ],
        result: {
          summary: 'The memo holds: ${steps.show.output.content}',
          value: '${steps.show.output.content}',
        },
      });
      return { expected: String(word), right: memo('write'), wrong: memo('create') };
    },
  },
  reach: {
    rows: [
      ['start', 'store'],
      ['begin', 'upload'],
      ['launch', 'report'],
      ['boot', 'archive'],
      ['enter', 'publish'],
      ['kickoff', 'deliver'],
    ],
    say: ([from, to]) => `Explain by which functions ${from} gets through to ${to} here.`,
    sayOtherwise: ([from, to]) => `Which functions lie between ${from} and ${to} here? Explain it.`,
    make: ([from, to]) => {
      const trace = (start_func: string, end_func: string): PlanSketch => ({
        steps: [
          {
            step_id: 'trace',
            action: 'code_analyzer',
            inputs: { operation: 'call_path', folder: '.', start_func, end_func },
            dependencies: [],
          },
        ],
        result: {
          summary: 'The calls lead over ${steps.trace.output.path}.',
          value: '${steps.trace.output.path}',
        },
      });
      return {
        files: [
          {
            path: 'app.py',
            content: `def ${to}(x):\n    return x\n\ndef middle(x):\n    return ${to}(x)\n\ndef ${from}():\n    return middle(1)\n`,
          },
        ],
        expected: `${from},middle,${to}`,
        right: trace(String(from), String(to)),
        wrong: trace(String(to), String(from)),
      };
    },
  },
};

/** Every variant of every family, in rounds: all first variants, then all second ones. */
export const learningTasks: readonly LearningTask[] = Array.from({ length: VARIANTS }, (_, variant) =>
  Object.entries(families).map(([family, { rows, say, sayOtherwise, make }]): LearningTask => {
    const row = rows[variant] ?? [];
    const description = variant >= VARIANTS - 2 ? sayOtherwise(row) : say(row);
    return { family, variant, description, files: [], ...make(row) };
  }),
).flat();

/** What stands in a poisoned memory: tasks nobody has asked, carried out by the families' mistakes, half of them as shown by a person. */
export const poisonedTasks: readonly LearningTask[] = [
  ['growth', [1000, 8, 20], false],
  ['trip', [500, 25], false],
  ['box', [11, 12, 13], true],
  ['reach', ['open', 'finish'], true],
].flatMap(([name, row, shown]) => {
  const family = families[String(name)];
  if (family === undefined) return [];
  const values = row as Row;
  const made = family.make(values);
  const description = family.say(values);
  const origin = shown === true ? { shown } : {};
  return [{ family: String(name), variant: -1, description, files: [], ...made, ...origin }];
});

/** Whether an answer holds what is expected, wherever it stands. */
export function holds(answer: unknown, expected: number | string): boolean {
  if (typeof answer === 'number')
    return (
      typeof expected === 'number' && Math.abs(answer - expected) <= 1e-6 * Math.max(1, Math.abs(expected))
    );
  if (typeof answer === 'string')
    return typeof expected === 'number'
      ? answer.trim() !== '' && Number.isFinite(Number(answer)) && holds(Number(answer), expected)
      : answer === expected;
  if (Array.isArray(answer))
    return answer.join(',') === expected || answer.some((item) => holds(item, expected));
  if (answer !== null && typeof answer === 'object')
    return Object.values(answer).some((item) => holds(item, expected));
  return false;
}
