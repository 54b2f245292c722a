import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SHOWN_BYTES, shownSteps } from '../../../lambdas/broker/shown-steps.ts';
import type { JsonObject } from '../../../schemas/json.ts';

const step = (inputs: JsonObject) => ({ step_id: 's', action: 'risky', inputs });
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('the steps that a person is shown', () => {
  it('are whole while they are small', () => {
    const steps = [step({ code: 'x'.repeat(20_000) }), step({ list: [1, null, { a: 'b' }] })];
    expect(shownSteps(steps)).toEqual(steps);
  });

  it('keep the beginnings of long texts, fewer characters the more of them there are', () => {
    const [one] = shownSteps([step({ code: `begin ${'x'.repeat(60_000)}`, deep: [{ path: 'a' }] })]);
    expect(one?.inputs['code']).toMatch(/^begin x{7994}… \(52006 more characters; GET /);
    expect(one?.inputs['deep']).toEqual([{ path: 'a' }]);
    const many = shownSteps(Array.from({ length: 50 }, () => step({ code: 'y'.repeat(5_000) })));
    expect(many[0]?.inputs['code']).toMatch(/^y{400}… \(4600 more/);
  });

  it('say how large they are when nothing else helps', () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => index);
    expect(shownSteps([step({ numbers })])[0]?.inputs).toEqual({
      not_shown: expect.stringMatching(/^\d+ bytes of inputs; GET /),
    });
  });

  it('fit, whatever the plan holds, and are valid text', () => {
    const inputs = fc.dictionary(
      fc.string({ maxLength: 20 }).filter((name) => name !== '__proto__'),
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 12_000, size: 'max' }),
        fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 200, size: 'max' }),
      ),
      { maxKeys: 8 },
    );
    fc.assert(
      fc.property(fc.array(inputs.map(step), { minLength: 1, maxLength: 6 }), (steps) => {
        const shown = shownSteps(steps);
        expect(bytesOf(shown)).toBeLessThanOrEqual(SHOWN_BYTES);
        expect(shown.map(({ step_id, action }) => [step_id, action])).toEqual(
          steps.map(({ step_id, action }) => [step_id, action]),
        );
      }),
      { numRuns: 50 },
    );
  });
});
