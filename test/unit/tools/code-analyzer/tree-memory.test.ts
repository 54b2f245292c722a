import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Grammar,
  type GrammarName,
  loadGrammar,
} from '../../../../lambdas/tools/code-analyzer/grammars.ts';
import { SAMPLES } from '../../../../lambdas/tools/code-analyzer/samples.ts';
import type { SyntaxNode } from '../../../../lambdas/tools/code-analyzer/syntax-node.ts';
import { copyTree } from '../../../../lambdas/tools/code-analyzer/syntax-tree.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ANALYZER = join(HERE, '../../../../lambdas/tools/code-analyzer');

/** Field, type, places and children: everything a reader sees of a tree. */
function spell({ type, field, start, end, children }: SyntaxNode): string {
  return `${field}:${type} ${start}-${end}(${children.map(spell).join()})`;
}

function bothWays(grammar: Grammar, text: string): { direct: string; throughCursor: string } {
  const tree = grammar.parse(text);
  if (!tree) throw new Error('nothing was parsed');
  const direct = grammar.copy(tree);
  const expected = copyTree(grammar, tree);
  tree.delete();
  expect(direct.hasError).toBe(expected.hasError);
  return { direct: spell(direct.root), throughCursor: spell(expected.root) };
}

describe('trees read from the memory of the parser', () => {
  test.each(Object.keys(SAMPLES) as GrammarName[])('are those its cursor walks: %s', async (name) => {
    const grammar = await loadGrammar(name);
    // Not the way over the cursor: that one is only for a parser which keeps its trees otherwise.
    expect(grammar.copiesMemory).toBe(true);
    const cut = [1, 2, 3, 5].map((part) => SAMPLES[name].slice(0, Math.floor(SAMPLES[name].length / part)));
    for (const text of ['', '\n', ...cut, `\u{1f600}é${SAMPLES[name]}`, SAMPLES[name].repeat(40)]) {
      const { direct, throughCursor } = bothWays(grammar, text);
      expect(direct).toBe(throughCursor);
    }
  });

  test('of real code too, longer than what the parser reads at once', async () => {
    const grammar = await loadGrammar('typescript');
    const files = readdirSync(ANALYZER, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(50);
    const text = files.map((name) => readFileSync(join(ANALYZER, name), 'utf8')).join('\n');
    const { direct, throughCursor } = bothWays(grammar, text);
    expect(direct).toBe(throughCursor);
  });
});
