import { describe, expect, it } from '@jest/globals';
import { explainFailure } from '../../../lambdas/archivist/archivist.ts';

const plan = { iteration: 3, plan_hash: 'h' };
const validation = (verdict: 'APPROVED' | 'REJECTED') => ({
  verdict,
  feedback: verdict === 'REJECTED' ? [{ rule: 'no_cycle', path: 'steps', message: 'A cycle.' }] : [],
  warnings: [],
  quote: { max_usd: 0, max_tokens: 0 },
});

describe('why a subtask failed', () => {
  it('is the thrown error, in its own words', () => {
    const Cause = JSON.stringify({
      errorType: 'ModelRequiredError',
      errorMessage: 'Set GEMINI_API_KEY.',
      trace: ['at x'],
    });
    expect(explainFailure({ failure: { Error: 'ModelRequiredError', Cause } })).toEqual({
      error: 'ModelRequiredError',
      cause: 'Set GEMINI_API_KEY.',
    });
  });

  it('is the last objection when iterations ran out', () => {
    expect(explainFailure({ plan, validation: validation('REJECTED') })).toEqual({
      error: 'PlanRejected',
      cause: 'No valid plan in 3 iterations. A cycle.',
    });
    expect(
      explainFailure({
        plan,
        validation: validation('APPROVED'),
        review: { verdict: 'REVISE', feedback: 'Wrong unit.' },
      }),
    ).toEqual({ error: 'IterationsExhausted', cause: 'Not approved after 3 iterations. Wrong unit.' });
  });

  it('tells a rejection by a person from an answer that never came', () => {
    const human = { by: 'ann', comment: 'Too risky.' };
    expect(explainFailure({ plan, human: { ...human, outcome: 'rejected' } }).error).toBe('ApprovalRejected');
    expect(
      explainFailure({ plan, human: { ...human, outcome: 'expired' }, failure: { Error: 'States.Timeout' } })
        .error,
    ).toBe('ApprovalExpired');
  });

  it('is not a budget hold that was overcome', () => {
    expect(
      explainFailure({
        plan,
        failure: { Error: 'BudgetExhaustedError' },
        review: { verdict: 'REVISE', feedback: 'No.' },
      }).error,
    ).toBe('IterationsExhausted');
  });
});
