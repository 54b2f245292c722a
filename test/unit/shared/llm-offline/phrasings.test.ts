import { describe, expect, it } from '@jest/globals';
import { recognise } from '../../../../lambdas/shared/llm/offline/intents/recognise.ts';
import { surroundingsOf } from '../../../../lambdas/shared/llm/offline/intents/surroundings.ts';
import { arithmetic, calls, python } from './phrasings-code.ts';
import { columns, outputs, unclear } from './phrasings-columns.ts';
import { files, refused, texts, web } from './phrasings-files.ts';
import { compound, lineConditions } from './phrasings-lines.ts';
import { lines, rows, sums } from './phrasings-outside.ts';
import { saved, swallowed } from './phrasings-saved.ts';
import { tables } from './phrasings-tables.ts';
import { said } from './said.ts';
import { workspace } from './workspace.ts';

const read = (text: string) => recognise(text, surroundingsOf(workspace));

describe.each(
  Object.entries({
    calls,
    arithmetic,
    python,
    files,
    texts,
    tables,
    web,
    sums,
    lines,
    rows,
    lineConditions,
    saved,
    columns,
    outputs,
  }),
)('%s', (_family, phrasings) => {
  it.each(phrasings.map(([text, ...expected]) => ({ text, expected })))('$text', ({ text, expected }) => {
    expect(read(text)?.map(said)).toEqual(expected);
  });
});

describe('conditions on lines', () => {
  it.each(compound.map(([text, any, fold]) => ({ text, any, fold })))('$text', ({ text, any, fold }) => {
    const tests = any.map((all) => all.map(([needle, at, invert]) => ({ needle, at, invert })));
    expect(read(text)).toEqual([
      expect.objectContaining({
        queries: [expect.objectContaining({ op: 'lines_where', any: tests, fold })],
      }),
    ]);
  });
});

describe('what rules must not guess', () => {
  it.each([...refused, ...swallowed, ...unclear].map((text) => ({ text })))('$text', ({ text }) => {
    expect(read(text)).toBeNull();
  });
});
