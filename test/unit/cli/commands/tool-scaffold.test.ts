import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newTool } from '../../../../scripts/cli/commands/tool-scaffold.ts';
import { aTerminal } from '../fake-terminal.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'office-tool-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('office tools new', () => {
  it('writes declaration, logic, handler and test under the names of the house', async () => {
    const terminal = aTerminal({ root });

    expect(await newTool('word_count', terminal)).toBe(0);

    const written = terminal.output().split('\n').slice(0, 4);
    expect(written).toEqual([
      'lambdas/tools/word-count/declaration.ts',
      'lambdas/tools/word-count/word-count.ts',
      'lambdas/tools/word-count/handler.ts',
      'test/unit/tools/word-count/word-count.test.ts',
    ]);
    const [declaration = '', logic = ''] = written.map((file) => readFileSync(join(root, file), 'utf8'));
    expect(declaration).toContain("name: 'word_count'");
    expect(logic).toContain('export function createWordCount(): Tool<');
  });

  it('touches nothing when the tool exists', async () => {
    await newTool('word_count', aTerminal({ root }));

    await expect(newTool('word-count', aTerminal({ root }))).rejects.toThrow(
      'lambdas/tools/word-count exists',
    );
  });

  it.each(['Word', '1st', 'a__b', 'a_', '../x', ''])('refuses the name %j', async (name) => {
    await expect(newTool(name, aTerminal({ root }))).rejects.toThrow('is no tool name');
    expect(existsSync(join(root, 'lambdas'))).toBe(false);
  });
});
