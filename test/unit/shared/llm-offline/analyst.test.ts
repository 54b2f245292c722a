import { describe, expect, it } from '@jest/globals';
import { createOfflineProvider } from '../../../../lambdas/shared/llm/offline/offline-provider.ts';
import {
  analystAnswerSchema,
  gatekeeperAnswerSchema,
  validatorAnswerSchema,
} from '../../../../schemas/briefs.ts';
import { ask, tools } from './brief.ts';
import { workspace } from './workspace.ts';

const cut = async (description: string) => {
  const { subtasks } = analystAnswerSchema.parse(
    await ask({
      role: 'analyst',
      task: { description, criteria: [] },
      tools,
      unavailable_tools: [],
      workspace,
    } as { role: 'analyst' }),
  );
  return subtasks.map(({ description: text, prerequisites }) => [text, ...prerequisites]);
};

describe('decomposition', () => {
  it.each([
    [
      'one request stays whole',
      'read data.csv, compute the mean of column price, and write it to report.txt',
      [['read data.csv, compute the mean of column price, and write it to report.txt']],
    ],
    [
      'what leans on the sentence before stays with it',
      'Load data.csv. What is the average price? Save it to avg.txt.',
      [['Load data.csv. What is the average price? Save it to avg.txt.']],
    ],
    [
      'what stands alone is cut',
      'Count the lines in notes.txt. Count the words in README.md.',
      [['Count the lines in notes.txt'], ['Count the words in README.md']],
    ],
    [
      'a file that is written first is waited for',
      'Write "a" to one.txt. Read one.txt.',
      [['Write "a" to one.txt'], ['Read one.txt', 'subtask-1']],
    ],
    [
      'results of several are waited for',
      'Compute 2+2. Compute 3*7. Write both results to out.txt.',
      [['Compute 2+2'], ['Compute 3*7'], ['Write both results to out.txt', 'subtask-1', 'subtask-2']],
    ],
    ['what is not understood stays whole', 'Sing a song. Then dance.', [['Sing a song. Then dance.']]],
    [
      'a folder to look at belongs to the question',
      'Analyze ./src. Which functions call load?',
      [['Analyze ./src. Which functions call load?']],
    ],
  ])('%s', async (_what, description, expected) => {
    expect(await cut(description)).toEqual(expected);
  });
});

describe('other roles', () => {
  it('the validator approves a plan without contradictions', async () => {
    const subtask = {
      subtask_id: 's',
      description: 'x',
      prerequisites: [],
      tool_hints: [],
      criteria: [],
      critical: false,
    };
    const steps = [
      {
        step_id: 'a',
        action: 'math_calculator',
        inputs: { expression: '1+1' },
        timeout_seconds: 60,
        parallelizable: false,
        idempotency_key: 'k',
        dependencies: [],
      },
    ];

    const verdict = validatorAnswerSchema.parse(
      await ask({
        role: 'validator',
        task: { description: 'x', criteria: [] },
        subtask,
        steps,
        warnings: [],
      } as { role: 'validator' }),
    );
    const assessment = gatekeeperAnswerSchema.parse(
      await ask({ role: 'broker', task: { description: 'x' }, steps, tools: [] } as { role: 'broker' }),
    );

    expect(verdict.verdict).toBe('APPROVED');
    expect(assessment.assessment).toBe('approve');
  });

  it('free text is refused with the settings that add a model', async () => {
    const call = {
      model: 'offline',
      role: 'ai_tool' as const,
      system: '',
      messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hello' }] }],
      max_output_tokens: 10,
      temperature: 0,
      signal: new AbortController().signal,
    };

    await expect(createOfflineProvider().complete(call)).rejects.toMatchObject({
      name: 'ModelRequiredError',
    });
  });
});
