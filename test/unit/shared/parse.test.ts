import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { parse, safeParse } from '../../../lambdas/shared/parse.ts';
import { taskRecordSchema } from '../../../lambdas/shared/stores/task-record.ts';
import { taskEventSchema } from '../../../schemas/events.ts';
import { gateEventSchema } from '../../../schemas/gate.ts';
import {
  archivistEventSchema,
  brokerEventSchema,
  executorEventSchema,
  type PlanDocument,
  planDocumentSchema,
  plannerEventSchema,
  reviewerEventSchema,
  taskContextSchema,
  validatorEventSchema,
} from '../../../schemas/roles.ts';
import { subtaskSchema } from '../../../schemas/task.ts';
import { toolAnswerSchema, toolEventSchema } from '../../../schemas/tool.ts';
import { aPlan, aStep } from '../../helpers/plans.ts';
import { aTaskRecord } from '../../helpers/task-records.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents of any shape, of which the test changes any part
const event = (name: string): any =>
  JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));

const planDocument: PlanDocument = {
  plan: aPlan([aStep({ step_id: 'a' }), aStep({ step_id: 'b', dependencies: ['a'] })]),
  result: { summary: 'It is ${steps.b.output.value}' },
  rationale: '',
  carried: { earlier: { s3_key: 'k', bytes: 3 }, older: { inline: [1, { a: null }] } },
  source: { provider: 'p', model: 'm' },
};
const examples: readonly (readonly [string, z.ZodType, unknown])[] = [
  ['event of the planner', plannerEventSchema, event('planner')],
  ['event of the validator', validatorEventSchema, event('validator')],
  ['event of the broker', brokerEventSchema, event('broker')],
  ['event of the executor', executorEventSchema, event('executor')],
  ['event of the reviewer', reviewerEventSchema, event('reviewer')],
  ['event of the archivist', archivistEventSchema, event('archivist')],
  ['event of a gate', gateEventSchema, event('gate')],
  ['event of a tool', toolEventSchema, event('math-calculator')],
  ['answer of a tool', toolAnswerSchema, { status: 'ok', output: { value: 1 }, cost: { usd: 0, tokens: 1 } }],
  ['context', taskContextSchema, event('planner').context.inline],
  ['subtask', subtaskSchema, event('planner').subtask.inline],
  ['plan', planDocumentSchema, planDocument],
  ['record of a task', taskRecordSchema, aTaskRecord({ result: { inline: {} }, metadata: { a: 'b' } })],
  [
    'line of a log',
    taskEventSchema,
    { id: '1', at: '2026-01-01T00:00:00Z', type: 'step.started', step_id: 'a', message: '', data: { a: [] } },
  ],
];

/** Places in a document: the keys that lead there. */
const placesIn = (value: unknown): string[][] =>
  typeof value !== 'object' || value === null
    ? [[]]
    : [[], ...Object.entries(value).flatMap(([key, item]) => placesIn(item).map((rest) => [key, ...rest]))];

type Change = (holder: Record<string, unknown>, key: string) => void;
const change = fc.oneof(
  fc
    .oneof(
      fc.constantFrom<unknown>(null, undefined, '', 'x', 'ä b', 0, -1, 1.5, Number.NaN, true, [], {}),
      fc.constantFrom<unknown>('2026-01-01T00:00:00Z', '1.2.3', [null], { inline: 1 }, { inline: undefined }),
      fc.constant(JSON.parse('{"__proto__": {"a": 1}, "b": [[], {}]}')),
      fc.constant(() => 1),
    )
    .map(
      (value): Change =>
        (holder, key) => {
          holder[key] = value;
        },
    ),
  fc.constant<Change>((holder, key) => {
    delete holder[key];
  }),
  fc.constantFrom('more', '__proto__', 'inline', 's3_key').map(
    (name): Change =>
      (holder) => {
        Object.defineProperty(holder, name, {
          value: 1,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      },
  ),
);

/** A document with some changes at places of its own. */
const nearly = (document: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(fc.tuple(fc.constantFrom(...placesIn(document).filter((place) => place.length > 0)), change), {
      maxLength: 3,
    })
    .map((changes) => {
      const changed = structuredClone(document) as Record<string, unknown>;
      for (const [place, apply] of changes) {
        const holder = place.slice(0, -1).reduce<unknown>((at, key) => (at as never)?.[key], changed);
        if (typeof holder === 'object' && holder !== null) apply(holder as never, place.at(-1) as string);
      }
      return changed;
    });

const told = ({ success, data, error }: z.ZodSafeParseResult<unknown>) => ({
  success,
  data,
  text: JSON.stringify(data),
  issues: error?.issues,
});

describe('a schema that is used often', () => {
  beforeAll(() => {
    for (const [, schema, document] of examples) for (let i = 0; i < 100; i++) parse(schema, document);
  });

  it.each(examples)('takes and refuses, as %s, what it always did', (_, schema, document) => {
    fc.assert(
      fc.property(nearly(document), (value) => {
        expect(told(safeParse(schema, value))).toStrictEqual(told(schema.safeParse(value)));
      }),
      { numRuns: 300 },
    );
  });

  it.each(examples)('can be compiled, as %s', (_, schema) => {
    expect(z.compile(schema, { strict: true })).not.toBe(schema);
  });

  it('makes an output of its own each time', () => {
    const schema = z.strictObject({ list: z.array(z.string()).default([]) });
    for (let i = 0; i < 100; i++) {
      const { list } = parse(schema, {});
      expect(list).toEqual([]);
      list.push('x');
    }
    const value = { list: ['a'] };
    parse(schema, value).list.push('b');
    expect(value).toEqual({ list: ['a'] });
  });

  it('throws as it always did', () => {
    const [, schema] = examples[0] as (typeof examples)[number];
    expect(() => parse(schema, {})).toThrow(z.ZodError);
  });
});
