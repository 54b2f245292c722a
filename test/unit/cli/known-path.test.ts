import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { faultOf, knownPath } from '../../../scripts/demo/known-path.ts';

const sample = join(process.cwd(), 'scripts', 'demo', 'project');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'office-known-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('knownPath', () => {
  it('crosses packages, a class and a renamed import in the sample project', () => {
    expect(knownPath(sample, 'main', 'process_data').map(({ name, file }) => `${name} ${file}`)).toEqual([
      'main src/app.py',
      'build src/reports/builder.py',
      'collect src/reports/builder.py',
      'load_totals src/orders/loading.py',
      'process_data src/orders/processing.py',
    ]);
  });

  it('is not fooled by comments and strings', () => {
    writeFileSync(
      join(folder, 'a.py'),
      'def main():\n    """process_data()"""\n    # process_data()\n    x = "process_data()"\n    step()\n\n\ndef step():\n    process_data()\n\n\ndef process_data():\n    pass\n',
    );

    expect(knownPath(folder, 'main', 'process_data').map(({ name, line }) => `${name}:${line}`)).toEqual([
      'main:1',
      'step:8',
      'process_data:12',
    ]);
  });

  it('refuses a project it can not be exact about', () => {
    writeFileSync(join(folder, 'a.py'), 'def main():\n    pass\n');
    expect(() => knownPath(folder, 'main', 'process_data')).toThrow('has no calls from main to process_data');
    writeFileSync(join(folder, 'b.py'), 'def main():\n    pass\n');
    expect(() => knownPath(folder, 'main', 'process_data')).toThrow('"main" is defined in a.py and in b.py');
  });
});

describe('faultOf', () => {
  const known = [
    { name: 'main', file: 'src/app.py', line: 9 },
    { name: 'load', file: 'src/io.py', line: 2 },
  ];

  it('accepts qualified names and ./ in files', () => {
    const locations = [
      { name: 'main', file: './src/app.py', line: 9 },
      { name: 'Reader.load', file: 'src/io.py', line: 2 },
    ];

    expect(faultOf(known, { path: ['app.main()', 'Reader.load'], locations })).toBeNull();
  });

  it.each([
    [null, 'The path is missing; it should be main → load.'],
    [{ path: ['main', 'other'] }, 'The path is main → other; it should be main → load.'],
    [
      { path: ['main', 'load'], locations: known.slice(0, 1) },
      'load is said to be at nowhere; it is at src/io.py:2.',
    ],
  ])('says what is wrong with %j', (answer, fault) => {
    expect(faultOf(known, answer)).toBe(fault);
  });
});
