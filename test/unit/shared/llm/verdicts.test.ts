import { describe, expect, it } from '@jest/globals';
import builtIn from '../../../../lambdas/shared/llm/models.json' with { type: 'json' };
import { parseModelFile } from '../../../../lambdas/shared/llm/models.ts';
import { kindOfWork } from '../../../../lambdas/shared/llm/task-kind.ts';
import { createLearner } from '../../../../lambdas/shared/llm/verdicts.ts';

function setUp(record: (...counted: unknown[]) => Promise<void>) {
  const troubles: string[] = [];
  const learn = createLearner({
    catalogue: parseModelFile(builtIn),
    experience: () => ({ record }),
    onTrouble: (what) => void troubles.push(what),
  });
  const verdict = (model: string) =>
    learn({ tenant_id: 'acme', role: 'planner', kind: 'code', model, good: true });
  return { verdict, troubles };
}

describe('what the office learns from verdicts', () => {
  it('counts for the tier of the model that did the work', async () => {
    const counted: unknown[][] = [];
    const { verdict } = setUp(async (...each) => void counted.push(each));
    await verdict('gpt-4o');
    expect(counted).toEqual([['acme', 'planner', 'code', 'medium', true]]);
  });

  it.each(['offline', 'ollama', 'caller', 'text-embedding-3-small'])(
    'makes no request for %s',
    async (model) => {
      const { verdict, troubles } = setUp(() => Promise.reject(new Error('was called')));
      await verdict(model);
      expect(troubles).toEqual([]);
    },
  );

  it('reports a lost count instead of failing', async () => {
    const { verdict, troubles } = setUp(() => Promise.reject(new Error('throttled')));
    await verdict('gpt-4o');
    expect(troubles).toEqual(['experience']);
  });
});

describe('kindOfWork', () => {
  it.each([
    [['code_analyzer', 'file_operations'], 'code'],
    [['http_client', 'python_exec'], 'web'],
    [['file_operations', 'math_calculator'], 'computation'],
    [['ai_tool', 'file_operations'], 'writing'],
    [['file_operations'], 'files'],
    [['somebody_elses_tool'], 'general'],
    [[], 'general'],
  ])('%j is %s', (tools, kind) => {
    expect(kindOfWork(tools)).toBe(kind);
  });
});
