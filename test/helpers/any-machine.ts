/** Arbitrary state machines and documents for them, of whatever the engine hands to its library. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../schemas/json.ts';
import { machine, task } from './embedded-engine.ts';

const names = fc.constantFrom('a', 'b', 'c', 'ä', 'x y', 'constructor', '__proto__', '0', 'length');
const { object: anyObject } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, 0, 1, -2.5, '', 'text', '☃\u2028"\\', true, false),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));
/** Mostly of a shape that the paths below lead into. */
export const documents: fc.Arbitrary<JsonObject> = anyObject.map((given) => ({
  a: { b: [1, { c: null }] },
  b: { c: { a: 'x' } },
  c: [],
  ...given,
}));

// Not `.length`, and of a root that is falsy not `$`: the engine follows Step Functions there.
const path = fc.constantFrom(
  ...['$', '$.a', '$.a.b', '$.b', '$.b.c', '$.b.c.a', '$.c', '$.missing', '$.constructor', '$.toString'],
  ...["$['ä']", "$['x y']", '$.a.b[0]', '$.a.b[1].c', '$.a.b[-1:]', '$.a[*]', '$..c', '$.b[?(@.a)]', '$.*'],
);
const safePath = fc.constantFrom('$.a', '$.b', '$.c', '$');
const resultPath = fc.constantFrom(
  ...['$.a', '$.new', '$.a.b', '$.b.c', '$.b.c.d', '$.new.deep.er', '$.ä'],
  ...["$['a']['z']", "$.b['c']", '$.a.b[1]', '$.c[0].x'],
);
// Not States.JsonMerge, with which the library changes the document that it is given.
const intrinsic = fc.constantFrom(
  ...[
    "States.Format('{} of {}', $.a, 'b')",
    "States.Format('{}_{}', $.b.c.a, $.a)",
    "States.Format('{}', $.b.c.a)",
  ],
  ...['States.JsonToString($)', 'States.JsonToString($.a)'],
  ...['States.Array($.a, $.b, 1)', 'States.ArrayLength($.c)', 'States.ArrayContains($.c, $.a)'],
  ...['States.ArrayGetItem($.c, 0)', 'States.ArrayUnique($.c)', 'States.ArrayPartition($.c, 2)'],
  ...["States.Hash($.a, 'MD5')", 'States.StringToJson(\'{"q":[1]}\')', 'States.MathAdd($.a, 1)'],
);
const expression = fc.oneof(
  { weight: 5, arbitrary: safePath },
  { weight: 3, arbitrary: path },
  { weight: 2, arbitrary: intrinsic },
);
const { object: template } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, 1, 'text', '$.a', []),
    fc.array(tie('value'), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc
    .array(
      fc.oneof(
        fc.tuple(fc.constantFrom('p', 'q', 'a', 'b', 'c'), tie('value')),
        fc.tuple(fc.constantFrom('p.$', 'r.$', 'a.$', 'b.$', 'c.$'), expression),
      ),
      { maxLength: 4 },
    )
    .map((entries): JsonObject => Object.fromEntries(entries)),
}));

type Fields = fc.Arbitrary<JsonObject>;
/** A field that is there `present` times as often as not. */
const maybe = (name: string, value: fc.Arbitrary<Json>, present = 1): Fields =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<JsonObject>({}) },
    { weight: present, arbitrary: value.map((given): JsonObject => ({ [name]: given })) },
  );
const fields = (...parts: Fields[]): Fields =>
  fc.tuple(...parts).map((all) => Object.assign({}, ...all) as JsonObject);

const input = maybe('InputPath', fc.oneof(safePath, fc.constant(null)));
const parameters = maybe('Parameters', template);
const selector = maybe('ResultSelector', template);
const placed = maybe('ResultPath', fc.oneof({ weight: 8, arbitrary: resultPath }, fc.constant(null)), 6);
const output = fc.oneof({ weight: 6, arbitrary: fc.constant<JsonObject>({}) }, maybe('OutputPath', path, 9));
/** In a Next, `+` is the state after this one and `++` the one after that. */
const handling = fc.constantFrom<JsonObject>(
  {},
  {},
  { Retry: [{ ErrorEquals: ['Bad'], IntervalSeconds: 0, MaxAttempts: 2 }] },
  { Catch: [{ ErrorEquals: ['Bad'], ResultPath: '$.a.error', Next: '+' }] },
  {
    Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 0, MaxAttempts: 1 }],
    Catch: [
      { ErrorEquals: ['Worse'], Next: '+' },
      { ErrorEquals: ['States.ALL'], ResultPath: '$.b', Next: '++' },
    ],
  },
);
const test = fc.constantFrom<JsonObject>(
  { Variable: '$.a', IsPresent: true },
  { Variable: '$.b.c', IsNull: true },
  { Variable: '$.missing', IsPresent: true },
  { Variable: '$.a', IsString: true },
  { Variable: '$.b.c.a', StringEquals: 'x' },
  { Variable: '$.c', IsNumeric: false },
  { Variable: '$.b.c.a', StringEquals: 'y' },
  { Variable: '$.c', BooleanEquals: true },
  { Variable: '$.a.b', NumericGreaterThanEquals: 0 },
  { Variable: '$.a', NumericLessThan: 1 },
  { Variable: '$.b.c.a', StringEqualsPath: '$.b.c.a' },
  { Not: { Variable: '$.a.b', IsPresent: true } },
  {
    And: [
      { Variable: '$.a', IsPresent: true },
      { Variable: '$.a', IsBoolean: true },
    ],
  },
);

interface States {
  state: JsonObject;
  scope: JsonObject[];
}
const { scope: scopes } = fc.letrec<States>((tie) => {
  const scope = tie('scope') as fc.Arbitrary<JsonObject[]>;
  const own = template.map((of) => ({ ...of, 'n.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value' }));
  return {
    state: fc.oneof(
      { depthSize: 'small' },
      fields(fc.constant({ Type: 'Pass' }), input, parameters, placed, output, maybe('Result', documents)),
      fields(
        fc.constantFrom(task('echo'), task('judge')),
        input,
        parameters,
        selector,
        placed,
        output,
        handling,
      ),
      fields(fc.constant({ Type: 'Wait', Seconds: 0 }), input, output),
      fc.array(test, { minLength: 1, maxLength: 3 }).map(
        (tests): JsonObject => ({
          Type: 'Choice',
          Choices: tests.map((of, i) => ({ ...of, Next: i % 2 === 0 ? '+' : '++' })),
          Default: '+',
        }),
      ),
      fields(
        scope.map((of): JsonObject => ({ Type: 'Map', ItemProcessor: linked(of, 'm') })),
        maybe('ItemsPath', fc.constantFrom('$.a.b', '$.c', '$.a'), 9),
        maybe('ItemSelector', own, 3),
        maybe('MaxConcurrency', fc.constantFrom(1, 2)),
        ...[selector, placed, output, handling],
      ),
      fields(
        fc
          .array(scope, { minLength: 1, maxLength: 2 })
          .map((of): JsonObject => ({ Type: 'Parallel', Branches: of.map((branch) => linked(branch, 'p')) })),
        ...[parameters, placed, output, handling],
      ),
    ),
    scope: fc.array(tie('state') as fc.Arbitrary<JsonObject>, { minLength: 1, maxLength: 4 }),
  };
});

let scopesMade = 0;
/** A scope of these states, one after the other; names are its own, as the engine wants them. */
function linked(scope: readonly JsonObject[], prefix: string): JsonObject {
  const id = scopesMade++;
  const nameOf = (i: number): string => `${prefix}${id}.${Math.min(i, scope.length)}`;
  const states = scope.map((state, i): [string, JsonObject] => {
    const text = JSON.stringify(state)
      .replaceAll('"+"', JSON.stringify(nameOf(i + 1)))
      .replaceAll('"++"', JSON.stringify(nameOf(i + 2)));
    const { End: _end, ...rest } = JSON.parse(text) as JsonObject;
    return [nameOf(i), state['Type'] === 'Choice' ? rest : { ...rest, Next: nameOf(i + 1) }];
  });
  return machine(Object.fromEntries([...states, [nameOf(scope.length), { Type: 'Pass', End: true }]]));
}

export const machines: fc.Arbitrary<JsonObject> = scopes.map((scope) => linked(scope, 'r'));
