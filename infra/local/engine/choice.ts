import type { Json, JsonObject } from '../../../schemas/json.ts';
import { byLibrary } from './library.ts';
import { compilePath, type PayloadTemplate } from './payload-template.ts';

/** The state that a Choice goes to. */
export type Choose = (input: Json, context: JsonObject) => string | Promise<string>;
type Test = (input: Json, context: JsonObject) => boolean;

const comparisons: Readonly<Record<string, (value: never, other: never) => boolean>> = {
  StringEquals: (value, other) => value === other,
  BooleanEquals: (value, other) => value === other,
  NumericEquals: (value, other) => value === other,
  NumericLessThan: (value, other) => value < other,
  NumericLessThanEquals: (value, other) => value <= other,
  NumericGreaterThan: (value, other) => value > other,
  NumericGreaterThanEquals: (value, other) => value >= other,
};
/** Members of a rule that test nothing. */
const SILENT = new Set(['Variable', 'Next', 'Comment']);

/** Tests that compare the end of a plain path are made here, Choices with any other by the library. */
export function compileChoice({ Choices, Default }: JsonObject): Choose {
  const rules = Choices as JsonObject[];
  const usual = choiceByLibrary(rules, Default);
  const tests = rules.map(compileTest);
  if (tests.includes(null) || typeof Default !== 'string') return usual;
  return (input, context) => {
    const index = tests.findIndex((test) => test?.(input, context));
    return index < 0 ? Default : String(rules[index]?.Next);
  };
}

function compileTest(rule: JsonObject): Test | null {
  const variable: PayloadTemplate | null = compilePath(rule.Variable ?? null);
  const [[name, other] = ['', null], ...more] = Object.entries(rule).filter(([name]) => !SILENT.has(name));
  const compare = comparisons[name];
  if (variable === null || compare === undefined || more.length > 0) return null;
  return (input, context) => compare(variable(input, context) as never, other as never);
}

/** Every state that may come next is there as one that says its name. */
function choiceByLibrary(rules: readonly JsonObject[], Default: Json | undefined): Choose {
  const targets = [
    ...rules.map(({ Next }) => String(Next)),
    ...(typeof Default === 'string' ? [Default] : []),
  ];
  const ends = targets.map((next) => [`to ${next}`, { Type: 'Pass', Parameters: { next }, End: true }]);
  const run = byLibrary({
    Choose: {
      Type: 'Choice',
      Choices: rules.map((rule) => ({ ...rule, Next: `to ${String(rule.Next)}` })),
      ...(Default === undefined ? {} : { Default: `to ${String(Default)}` }),
    },
    ...Object.fromEntries(ends),
  });
  return async (input, context) => String(((await run(input, context)) as JsonObject).next);
}
