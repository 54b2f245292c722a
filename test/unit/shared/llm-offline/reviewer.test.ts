import { describe, expect, it } from '@jest/globals';
import {
  type ReviewerAnswer,
  type ReviewerBrief,
  reviewerAnswerSchema,
  type StepReport,
} from '../../../../schemas/briefs.ts';
import type { JsonObject } from '../../../../schemas/json.ts';
import { ask, reviewerBrief } from './brief.ts';

const review = async (
  description: string,
  steps: StepReport[],
  more: Partial<ReviewerBrief> = {},
): Promise<ReviewerAnswer> => reviewerAnswerSchema.parse(await ask(reviewerBrief(description, steps, more)));
const step = (action: string, inputs: JsonObject, output: JsonObject): StepReport => ({
  step_id: 'one',
  action,
  inputs,
  status: 'succeeded',
  output,
});

const trace = 'trace the call sequence from `main` to `process_data`';
const traced = (path: string[], status = 'success') =>
  step(
    'code_analyzer',
    { operation: 'call_path', folder: '.', start_func: 'main', end_func: 'process_data' },
    { status, path, locations: path.map((name, at) => ({ name, file: 'a.py', line: at + 1 })) },
  );

describe('a call path', () => {
  it('is approved with names and places', async () => {
    const answer = await review(trace, [traced(['main', 'load', 'io.process_data'])]);

    expect(answer.verdict).toBe('APPROVE');
    expect(answer.summary).toContain('main (a.py:1) → load (a.py:2) → io.process_data (a.py:3)');
  });

  it('that ends elsewhere is sent back', async () => {
    expect(await review(trace, [traced(['main', 'load'])])).toMatchObject({
      verdict: 'REVISE',
      feedback: expect.stringContaining('ends at load'),
    });
  });

  it('that does not exist is an answer', async () => {
    expect(await review(trace, [traced([], 'not_found')])).toMatchObject({
      verdict: 'APPROVE',
      summary: expect.stringContaining('No call path'),
    });
  });
});

describe('steps', () => {
  it('that failed are sent back by name and error', async () => {
    const failed: StepReport = {
      step_id: 'read',
      action: 'file_operations',
      inputs: {},
      status: 'failed',
      error: { name: 'FileNotFoundError', message: 'There is no file "x".' },
    };

    expect(await review('Read x.txt', [failed])).toMatchObject({
      verdict: 'REVISE',
      feedback: 'Step "read" (file_operations) failed: FileNotFoundError: There is no file "x".',
    });
  });

  it('in doubt are escalated', async () => {
    const doubt: StepReport = { step_id: 'post', action: 'http_client', inputs: {}, status: 'in_doubt' };

    expect((await review('POST {"a":1} to https://example.com', [doubt])).verdict).toBe('ESCALATE');
  });

  it('that wrote nothing where a file was asked for are sent back', async () => {
    const calculated = step('math_calculator', { expression: '2+2' }, { value: 4, type: 'number' });

    expect(await review('Compute 2+2 and save it to out.txt', [calculated])).toMatchObject({
      verdict: 'REVISE',
      feedback: expect.stringContaining('out.txt'),
    });
  });

  it('that fetched an error page are sent back', async () => {
    const fetched = step('http_client', { url: 'https://example.com/x' }, { status: 404, body: '' });

    expect(await review('Fetch https://example.com/x', [fetched])).toMatchObject({
      verdict: 'REVISE',
      feedback: expect.stringContaining('404'),
    });
    expect((await review('What is the HTTP status of https://example.com/x?', [fetched])).verdict).toBe(
      'APPROVE',
    );
  });
});

describe('criteria', () => {
  const steps = [traced(['main', 'load', 'process_data'])];
  const check = (criterion: string, more: Partial<ReviewerBrief> = {}) =>
    review(trace, steps, { task: { description: trace, criteria: [criterion] }, ...more });

  it.each([
    ['The path starts at main and ends at process_data', 1],
    ['The path goes through load', 1],
    ['The path starts at run', 0],
    ['The path ends at `load`', 0],
  ])('%s', async (criterion, score) => {
    const answer = await check(criterion);

    expect(answer.scores[criterion]).toBe(score);
    expect(answer.verdict).toBe(score === 1 ? 'APPROVE' : 'REVISE');
  });

  it.each([
    ['The result is greater than 400', 1],
    ['The result equals 408', 1],
    ['The answer is 7', 0],
    ['The value is a number', 1],
  ])('%s', async (criterion, score) => {
    const text = 'What is 17% of 2400?';
    const calculated = step('math_calculator', { expression: '17/100*2400' }, { value: 408 });

    const answer = await review(text, [calculated], {
      task: { description: text, criteria: [criterion] },
      proposed_result: { value: 408 },
    });

    expect(answer.scores[criterion]).toBe(score);
  });

  it('that rules cannot read have no score and stop nothing', async () => {
    expect(await check('The explanation is elegant')).toMatchObject({ verdict: 'APPROVE', scores: {} });
  });
});
