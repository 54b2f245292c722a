import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findReferences } from '../../../../lambdas/shared/plans/references.ts';
import { type PlannerBrief, plannerAnswerSchema } from '../../../../schemas/briefs.ts';
import type { PlanDraft } from '../../../../schemas/plan.ts';
import { ask, offered, plannerBrief } from './brief.ts';
import { columns, outputs } from './phrasings-columns.ts';
import { files, refused, texts, web } from './phrasings-files.ts';
import { saved } from './phrasings-saved.ts';
import { tables } from './phrasings-tables.ts';

const plan = async (description: string, more: Partial<PlannerBrief> = {}): Promise<PlanDraft> =>
  plannerAnswerSchema.parse(await ask(plannerBrief(description, more)));

describe('plans', () => {
  it.each(
    [...tables, ...texts, ...files, ...web, ...saved, ...columns, ...outputs].map(([text]) => ({ text })),
  )('refer only to steps they depend on: $text', async ({ text }) => {
    const draft = await plan(text);

    for (const step of draft.steps) {
      for (const { step_id } of findReferences(step.inputs)) expect(step.dependencies).toContain(step_id);
    }
    const known = draft.steps.map(({ step_id }) => step_id);
    expect(new Set(known).size).toBe(known.length);
    for (const { step_id } of findReferences(draft.result)) expect(known).toContain(step_id);
  });

  it('asks the analyser for the path and hands out path and locations', async () => {
    const draft = await plan(
      'Analyze the Python files in ./src and create a call graph from main() to process_data()',
      { tools: offered('code_analyzer', 'file_operations') },
    );

    expect(draft.steps.map(({ action, inputs }) => ({ action, inputs }))).toEqual([
      {
        action: 'code_analyzer',
        inputs: { operation: 'call_path', folder: 'src', start_func: 'main', end_func: 'process_data' },
      },
    ]);
    expect(draft.result).toMatchObject({
      path: '${steps.trace.output.path}',
      locations: '${steps.trace.output.locations}',
    });
  });

  it('computes and then writes what was computed', async () => {
    const draft = await plan('read data.csv, compute the mean of column price, and write it to report.txt');

    expect(draft.steps.map(({ action }) => action)).toEqual(['python_exec', 'file_operations']);
    expect(draft.steps[0]?.inputs['files']).toEqual(['data.csv']);
    expect(draft.steps[1]?.inputs).toEqual({
      operation: 'write',
      path: 'report.txt',
      content: '${steps.query.output.result.text}',
    });
  });

  it('reads back what was written, after it was written, and hands it out', async () => {
    const draft = await plan('make a file greet.txt with the text hi there, then show me its content');

    expect(draft.steps.map(({ inputs }) => inputs['operation'])).toEqual(['write', 'read']);
    expect(draft.steps[1]?.dependencies).toEqual(['write']);
    expect(draft.result).toMatchObject({ path: 'greet.txt', content: '${steps.read.output.content}' });
  });

  it('reads what is to be shown, also when it is deleted or computed with afterwards', async () => {
    const deleted = await plan('show me notes.txt and then delete it');
    expect(deleted.steps.map(({ inputs }) => inputs['operation'])).toEqual(['read', 'delete']);
    expect(deleted.steps[1]?.dependencies).toContain('read');

    const computed = await plan('Show me data.csv and then compute the average price');
    expect(computed.steps.map(({ action }) => action)).toEqual(['file_operations', 'python_exec']);
    expect(JSON.stringify(computed.result)).toContain('${steps.read.output.content}');
  });

  it('keeps what a person wrote out of the code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z'\\ $(){};#-]{1,30}$/), async (needle) => {
        const draft = await plan(
          `How many times does the word "${needle.replace(/[\\"]/g, '')}x" appear in notes.txt?`,
        );
        const code = String(draft.steps[0]?.inputs['code']);
        const literal = /json\.loads\(("(?:[^"\\]|\\.)*")\)/.exec(code)?.[1] ?? '""';
        expect(code.split('\n').filter((line) => line.startsWith('SPEC ='))).toHaveLength(1);
        expect(JSON.parse(JSON.parse(literal)).queries[0].needle).toBe(
          `${needle.replace(/[\\"]/g, '')}x`.trim(),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('removes a file only after it was copied', async () => {
    const { steps } = await plan('Copy notes.txt to backup.txt and delete notes.txt');
    const removal = steps.find((step) => step.inputs['operation'] === 'delete');
    const copy = steps.find((step) => step.inputs['operation'] === 'write');
    expect(removal?.dependencies).toContain(copy?.step_id);
  });

  it('uses Python for plain arithmetic where the calculator may not be used', async () => {
    const draft = await plan('Compute (2 + 3) * 4', { tools: offered('python_exec') });

    expect(draft.steps[0]).toMatchObject({ action: 'python_exec' });
  });

  it('uses the results of earlier subtasks', async () => {
    const draft = await plan('Write both results to out.txt', {
      prerequisite_results: { a: { value: 4 }, b: { value: 21 } },
    });

    expect(draft.steps[0]?.inputs).toMatchObject({ path: 'out.txt', content: '4\n21\n' });
  });
});

describe('refusals', () => {
  it.each(refused.map((text) => ({ text })))(
    'name the settings that add a model: $text',
    async ({ text }) => {
      await expect(plan(text)).rejects.toMatchObject({
        name: 'ModelRequiredError',
        message: expect.stringMatching(/GEMINI_API_KEY.*OLLAMA_BASE_URL.*OFFICE_BEDROCK=1/),
      });
    },
  );

  it('name the tool that is missing', async () => {
    await expect(
      plan('How many words are in notes.txt?', { tools: offered('file_operations') }),
    ).rejects.toThrow(/python_exec/);
  });

  it('say which setting a search needs', async () => {
    const unavailable_tools = [{ name: 'web_search', reason: 'Set BRAVE_API_KEY.' }];

    await expect(plan('Search the web for the latest AWS news', { unavailable_tools })).rejects.toThrow(
      /BRAVE_API_KEY/,
    );
  });
});

describe('after a review', () => {
  const failed = {
    step_id: 'examine',
    action: 'python_exec',
    inputs: {},
    status: 'failed' as const,
    error: { name: 'FileNotFoundError', message: 'There is no file "notse.txt" in the workspace.' },
  };

  it('takes the nearest name of a file that is missing', async () => {
    const draft = await plan('Count the words in notse.txt', {
      iteration: 2,
      feedback: ['missing'],
      failed_steps: [failed],
    });

    expect(draft.steps[0]?.inputs['files']).toEqual(['notes.txt']);
  });

  it('plans only what is not done', async () => {
    const text = 'read data.csv, compute the mean of column price, and write it to report.txt';
    const [query, write] = (await plan(text)).steps;
    if (query === undefined || write === undefined) throw new Error('two steps were expected');
    const finished = {
      step_id: query.step_id,
      action: query.action,
      inputs: query.inputs,
      status: 'succeeded' as const,
      output: {},
    };
    const timedOut = {
      step_id: write.step_id,
      action: write.action,
      inputs: write.inputs,
      status: 'failed' as const,
      error: { name: 'TimeoutError', message: 'timed out' },
    };

    const again = await plan(text, {
      iteration: 2,
      feedback: ['timed out'],
      finished_steps: [finished],
      failed_steps: [timedOut],
    });

    expect(again.steps.map(({ step_id, dependencies }) => ({ step_id, dependencies }))).toEqual([
      { step_id: 'write', dependencies: [] },
    ]);
    expect(again.steps[0]?.inputs['content']).toBe('${steps.query.output.result.text}');
  });

  it('gives up in the words of what its own program raised, without the lines of that program', async () => {
    const text = 'What is the database port in config.json?';
    const [step] = (await plan(text)).steps;
    if (step === undefined) throw new Error('a step was expected');
    const raised =
      'Traceback (most recent call last):\n  File "<code>", line 84\nKeyError: "There is no field \'port\'."';
    const { step_id, action, inputs } = step;
    const error = { name: 'PythonError', message: raised };
    const failure = { step_id, action, inputs, status: 'failed' as const, error };

    await expect(
      plan(text, { iteration: 2, feedback: ['failed'], failed_steps: [failure] }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/^There is no field 'port'\. The rule-based/),
    });
  });

  it('gives up with the reason when there is no other way', async () => {
    const [step] = (await plan('Compute 1/0')).steps;
    if (step === undefined) throw new Error('a step was expected');
    const divided = {
      step_id: step.step_id,
      action: step.action,
      inputs: step.inputs,
      status: 'failed' as const,
      error: { name: 'NotFinite', message: 'The result is not finite.' },
    };

    await expect(
      plan('Compute 1/0', { iteration: 2, feedback: ['x'], failed_steps: [divided] }),
    ).rejects.toThrow(/not finite/);
  });
});

describe('remembered plans', () => {
  const recalled = {
    description: 'Bake the totals of alpha.csv with yeast',
    similarity: 0.95,
    outcome: 'succeeded' as const,
    rating: null,
    steps: [
      { step_id: 'bake', action: 'python_exec', inputs: { code: 'open("alpha.csv")' }, dependencies: [] },
    ],
    result: { value: '${steps.bake.output.result}' },
    lesson: '',
  };

  it('are adapted by exchanging their parameters', async () => {
    const draft = await plan('Bake the totals of beta.csv with yeast', { recalled: [recalled] });

    expect(draft.steps[0]?.inputs).toEqual({ code: 'open("beta.csv")' });
    expect(draft.rationale).toContain('alpha.csv');
  });

  it.each([
    ['they say something else', 'Bake the totals of beta.csv without yeast'],
    ['a parameter is not found in the plan', 'Bake the totals of alpha.csv with sugar'],
    ['more words differ than single ones', 'Bake all the totals of beta.csv with yeast'],
  ])('are not used when %s', async (_why, text) => {
    await expect(plan(text, { recalled: [recalled] })).rejects.toThrow(/GEMINI_API_KEY/);
  });

  it('are not used when two of them contradict each other, however alike one is', async () => {
    const poisoned = {
      ...recalled,
      description: 'Bake the totals of gamma.csv with yeast',
      steps: [
        { step_id: 'b', action: 'python_exec', inputs: { code: 'drop("gamma.csv")' }, dependencies: [] },
      ],
    };
    const text = 'Bake the totals of beta.csv with yeast';
    await expect(plan(text, { recalled: [recalled, poisoned] })).rejects.toThrow(/GEMINI_API_KEY/);
    const agreeing = { ...recalled, description: poisoned.description, similarity: 0.9 };
    const steps = recalled.steps.map((step) => ({
      ...step,
      step_id: 'b',
      inputs: { code: 'open("gamma.csv")' },
    }));
    const draft = await plan(text, { recalled: [recalled, { ...agreeing, steps }] });
    expect(draft.steps[0]?.step_id).toBe('bake');
  });

  it('are not used when they failed', async () => {
    await expect(
      plan(recalled.description, { recalled: [{ ...recalled, outcome: 'failed' }] }),
    ).rejects.toThrow(/GEMINI_API_KEY/);
  });
});
