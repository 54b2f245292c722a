import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ExecutionStart, Journals } from '../../../../infra/local/engine/journal.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

const startOf = (name: string): ExecutionStart => ({
  arn: `arn:aws:states:us-east-1:000000000000:execution:task:${name}`,
  machine: 'task',
  name,
  input: '{"what":"\\"of\\": \\u00e9"}',
  started: 1,
});
const result = (bytes: number) => ({ result: 'é'.repeat(bytes / 2) });
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function open() {
  const directory = mkdtempSync(join(tmpdir(), 'office-journal-'));
  directories.push(directory);
  const size = () => statSync(join(directory, 'running.jsonl')).size;
  return { directory, journals: new Journals(directory), size };
}

describe('the file of journals', () => {
  it('leaves out what has ended when it grows, and keeps every line of what has not', async () => {
    const { directory, journals, size } = open();
    journals.begin(startOf('stays'));
    journals.append(startOf('stays'), { type: 'outcome', key: 'k1', outcome: result(100) });
    let largest = 0;
    for (let i = 0; i < 50; i++) {
      const start = startOf(`ends-${i}`);
      journals.begin(start);
      journals.append(start, { type: 'outcome', key: 'k', outcome: result(500_000) });
      journals.remove(start);
      await turn();
      largest = Math.max(largest, size());
    }
    journals.append(startOf('stays'), { type: 'invoked', key: 'k2' });
    journals.close();

    expect(largest).toBeGreaterThan(10_000_000);
    expect(size()).toBeLessThan(10_000_000);
    const next = new Journals(directory);
    const unfinished = next.readAll();
    next.close();
    expect(unfinished).toEqual([
      {
        start: startOf('stays'),
        attempts: new Map([
          ['k1', { outcome: result(100) }],
          ['k2', { invoked: true }],
        ]),
      },
    ]);
    expect(size()).toBeLessThan(1_000);
  });

  it('keeps results that come as text, in one line or in several', () => {
    const { directory, journals } = open();
    const start = startOf('texts');
    const made = { text: 'a "b"\u2028\n', n: [1, null] };
    journals.begin(start);
    journals.appendResult(start, 'k"1', JSON.stringify(made));
    journals.appendResult(start, 'k2', JSON.stringify(made, null, 2));
    journals.close();

    const next = new Journals(directory);
    const [found] = next.readAll();
    next.close();

    expect(found?.attempts).toEqual(
      new Map([
        ['k"1', { outcome: { result: made } }],
        ['k2', { outcome: { result: made } }],
      ]),
    );
  });

  it('is emptied when nothing runs', async () => {
    const { journals, size } = open();
    for (let i = 0; i < 4; i++) {
      journals.begin(startOf(`ends-${i}`));
      journals.append(startOf(`ends-${i}`), { type: 'outcome', key: 'k', outcome: result(400_000) });
      journals.remove(startOf(`ends-${i}`));
    }
    await turn();
    expect(size()).toBe(0);
    journals.close();
  });
});
