import { describe, expect, it } from '@jest/globals';
import type { ToolRun } from '../../../../lambdas/shared/tools/define-tool.ts';
import type { Workspace } from '../../../../lambdas/shared/tools/workspace.ts';
import { createCodeAnalyzer } from '../../../../lambdas/tools/code-analyzer/code-analyzer.ts';
import {
  codeAnalyzerInputsSchema,
  codeAnalyzerOutputSchema,
} from '../../../../lambdas/tools/code-analyzer/declaration.ts';

/** `size`: what every file is said to have, in place of what it has. */
function workspaceOf(files: Record<string, string | Uint8Array>, size?: number): Workspace {
  const bytesOf = (path: string): Uint8Array => {
    const content = files[path];
    if (content === undefined) throw new Error(`no ${path}`);
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
  const entry = (path: string) => ({ path, size: size ?? bytesOf(path).length, etag: path, modified_at: '' });
  return {
    read: async (path) => ({ bytes: bytesOf(path), etag: path }),
    list: async (folder) =>
      Object.keys(files)
        .filter((path) => folder === '' || path.startsWith(`${folder}/`))
        .sort()
        .map(entry),
    stat: async (path) => (path in files ? entry(path) : null),
    write: async () => {
      throw new Error('the analyzer never writes');
    },
    remove: async () => {
      throw new Error('the analyzer never removes');
    },
  };
}

async function analyze(
  files: Record<string, string | Uint8Array>,
  inputs: Record<string, unknown>,
  size?: number,
) {
  const tool = createCodeAnalyzer({ workspaceFor: () => workspaceOf(files, size) });
  const run = { signal: new AbortController().signal } as ToolRun;
  const { output } = await tool.run(codeAnalyzerInputsSchema.parse(inputs), run);
  return codeAnalyzerOutputSchema.parse(output);
}

const SHOP = {
  'src/main.py':
    'from helpers import helper\n\ndef main():\n    helper()\n\nif __name__ == "__main__":\n    main()\n',
  'src/helpers.py': 'from data import process_data\n\ndef helper():\n    return process_data(1)\n',
  'src/data.py': 'def process_data(x):\n    return x\n\ndef unused():\n    pass\n',
};

describe('code_analyzer', () => {
  it('finds the shortest call path with the place of every hop', async () => {
    const output = await analyze(SHOP, { folder: './src', start_func: 'main', end_func: 'process_data()' });

    expect(output).toMatchObject({
      operation: 'call_path',
      status: 'success',
      path: ['main', 'helper', 'process_data'],
      qualified: ['main.main', 'helpers.helper', 'data.process_data'],
      calls: [
        { caller: 'main', callee: 'helper', file: 'src/main.py', line: 4 },
        { caller: 'helper', callee: 'process_data', file: 'src/helpers.py', line: 4 },
      ],
    });
  });

  it.each([
    ['from the package', 'from shop.cart import checkout\n\ndef main():\n    checkout()\n'],
    ['of a module by its whole name', 'import shop.cart\n\ndef main():\n    shop.cart.checkout()\n'],
    ['of what the package offers', 'from shop import checkout\n\ndef main():\n    checkout()\n'],
    ['relative to the package', 'from . import checkout\n\ndef main():\n    checkout()\n'],
  ])('follows imports %s when the folder is the package itself', async (_which, main) => {
    const files = {
      'lib/shop/__init__.py': 'from .cart import checkout\n',
      'lib/shop/main.py': main,
      'lib/shop/cart.py': 'from lib.shop.pay import charge\n\ndef checkout():\n    charge()\n',
      'lib/shop/pay.py': 'def charge():\n    pass\n',
    };

    const output = await analyze(files, { folder: 'lib/shop', start_func: 'main', end_func: 'charge' });

    expect(output).toMatchObject({ status: 'success', path: ['main', 'checkout', 'charge'] });
  });

  it('says how far it got when there is no path', async () => {
    const output = await analyze(SHOP, { folder: 'src/', start_func: 'main', end_func: 'unused' });

    expect(output).toMatchObject({
      status: 'not_found',
      path: [],
      reachable_from_start: ['helper', 'process_data'],
      reaching_end: [],
    });
  });

  it('names the nearest functions for one that does not exist', async () => {
    const asked = analyze(SHOP, { folder: '.', start_func: 'mian', end_func: 'process_dat' });

    await expect(asked).rejects.toMatchObject({
      name: 'UnknownFunction',
      message: expect.stringContaining('main'),
    });
  });

  it.each([
    ['src', 'src/main.py:main', './src/helpers.py:helper'],
    ['src', 'src.main.main', 'src\\helpers.py#helper'],
    ['src/../src', 'main.py:main', 'helpers::helper'],
    ['.', 'src/main.py:main', 'src.helpers.helper'],
  ])('understands names from the root and from the folder %s: %s', async (folder, start_func, end_func) => {
    const output = await analyze(SHOP, { folder, start_func, end_func });

    expect(output).toMatchObject({ status: 'success', path: ['main', 'helper'] });
  });

  it('lists every path on request, shortest first', async () => {
    const source = 'def a():\n    b()\n    c()\ndef b():\n    c()\ndef c(): pass\n';
    const output = await analyze({ 'm.py': source }, { start_func: 'a', end_func: 'c', all_paths: true });

    expect(output).toMatchObject({
      paths: [
        ['a', 'c'],
        ['a', 'b', 'c'],
      ],
      paths_complete: true,
    });
  });

  it('lists no path on request where there is none', async () => {
    const source = 'def a(): pass\ndef c(): pass\n';
    const output = await analyze({ 'm.py': source }, { start_func: 'a', end_func: 'c', all_paths: true });

    expect(output).toMatchObject({ status: 'not_found', paths: [], paths_complete: true });
  });

  it('lists the candidates of an ambiguous name and takes the shortest path', async () => {
    const files = { 'x.py': 'def f():\n    g()\ndef g(): pass\n', 'y.py': 'def g(): pass\n' };
    const output = await analyze(files, { start_func: 'f', end_func: 'g' });

    expect(output).toMatchObject({
      status: 'success',
      qualified: ['x.f', 'x.g'],
      candidates: { end: [{ qualified: 'x.g' }, { qualified: 'y.g' }] },
    });
  });

  it('reads as much of a folder as a call has memory for, and names the rest', async () => {
    const names = Array.from({ length: 22 }, (_, index) => `f${10 + index}.py`);
    const files = Object.fromEntries(names.map((name) => [name, 'def f(): pass\n']));
    const output = await analyze(files, { operation: 'outline' }, 1_900_000);

    expect(output.statistics.files).toBe(21);
    expect(output.skipped).toEqual([
      { file: 'f31.py', reason: 'left out: more than 40 MB of sources; name a smaller folder' },
    ]);
  });

  it('answers when start and end are the same', async () => {
    const output = await analyze(SHOP, { folder: 'src', start_func: 'helper', end_func: 'helper' });

    expect(output).toMatchObject({ status: 'success', path: ['helper'], calls: [] });
  });

  it('gives the call graph, with outside calls on request', async () => {
    const files = { 'm.py': 'def f():\n    print(1)\n    g()\ndef g(): pass\n' };
    const inside = await analyze(files, { operation: 'call_graph' });
    const all = await analyze(files, { operation: 'call_graph', include_external: true });

    expect(inside).toMatchObject({ edges: [{ caller: 'f', callee: 'g', callee_qualified: 'm.g', line: 3 }] });
    expect(all).toMatchObject({ edges: [{ callee: '<builtin>.print' }, { callee: 'g' }] });
  });

  it('outlines functions, classes and imports', async () => {
    const files = { 'm.py': 'import os\nfrom a import b\nclass A(os.X):\n    def f(self): pass\n' };
    const output = await analyze(files, { operation: 'outline' });

    expect(output).toMatchObject({
      functions: [{ name: 'f', qualified: 'm.A.f', line: 4, kind: 'method' }],
      classes: [{ name: 'A', bases: ['os.X'], line: 3 }],
      imports: [{ module: 'os' }, { module: 'a', names: ['b'] }],
    });
  });

  it.each([
    ['a missing folder', { folder: 'nowhere' }, 'FolderNotFound'],
    ['a folder outside', { folder: '../etc' }, 'FolderNotFound'],
    ['a language that is not there', { language: 'go' }, 'NoSourceFiles'],
    ['an unknown function', { start_func: 'nobody' }, 'UnknownFunction'],
  ])('fails by name on %s', async (_name, inputs, name) => {
    const asked = analyze(SHOP, { start_func: 'main', end_func: 'helper', ...inputs });

    await expect(asked).rejects.toMatchObject({ name });
  });
});
