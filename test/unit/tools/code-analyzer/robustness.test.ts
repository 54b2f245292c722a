import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { edgesOf, graphOf } from './graph-of.ts';

describe('damaged and strange sources', () => {
  it.each([
    ['nested parentheses', `x = ${'('.repeat(2000)}1${')'.repeat(2000)}\n`],
    ['nested blocks', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}if x:\n`).join('')],
    ['a chain of operators', `x = ${Array.from({ length: 5000 }, () => 'a').join(' + ')}\n`],
    ['a chain of calls', `x = a${'.b()'.repeat(2000)}\n`],
    ['a chain of elif', `if x: pass\n${'elif y: f()\n'.repeat(3000)}`],
  ])('survives %s', async (_name, source) => {
    const graph = await graphOf({ 'main.py': source, 'other.py': 'def f(): g()\ndef g(): pass\n' });

    expect(graph.calls).toContainEqual({ caller: 'other.f', callee: 'other.g', file: 'other.py', line: 1 });
  });

  it('reads what it can of a file with syntax errors, and names it', async () => {
    const graph = await graphOf({ 'bad.py': 'def ok():\n    other()\ndef other(): pass\nclass ][\n' });

    expect(graph.calls).toContainEqual({ caller: 'bad.ok', callee: 'bad.other', file: 'bad.py', line: 2 });
    expect(graph.skipped).toEqual([expect.objectContaining({ file: 'bad.py' })]);
  });

  it.each([
    [
      'A.java',
      `class A { void f() { ${'{'.repeat(2000)}f();${'}'.repeat(2000)} } void g() { f(); } }`,
      'default.A.g',
    ],
    [
      'a.go',
      `package a\nfunc f() { ${'if x { '.repeat(2000)}f()${'}'.repeat(2000)} }\nfunc g() { f() }\n`,
      'a.g',
    ],
  ])('names %s when it is nested too deeply to be read whole', async (file, source, caller) => {
    const graph = await graphOf({ [file]: source });

    expect(graph.calls).toContainEqual(expect.objectContaining({ caller }));
    expect(graph.skipped).toEqual([expect.objectContaining({ file })]);
  });

  it('reads Python 2 and other encodings', async () => {
    const edges = await edgesOf({
      'old.py': 'print "a"\ntry:\n    f()\nexcept E, e:\n    pass\ndef f(): g()\ndef g(): pass\n',
      'latin.py': Buffer.from('# coding: latin-1\ndef caf\xe9(): tea()\ndef tea(): pass\n', 'latin1'),
    });

    expect(edges).toContain('old.f > old.g');
    expect(edges).toContain('latin.café > latin.tea');
  });

  it('names files that are no text and leaves out huge ones', async () => {
    const graph = await graphOf({
      'data.py': Uint8Array.from({ length: 300 }, (_, i) => i),
      'huge.py': 'x = 1\n'.repeat(400_000),
    });

    expect(graph.skipped.map((each) => each.file)).toEqual(['data.py', 'huge.py']);
  });

  it('never throws on any text in any language', async () => {
    const token = fc.constantFrom(
      'def f():',
      'class A(B):',
      '\n',
      '  ',
      'f(',
      ')',
      '{',
      '}',
      '=>',
      'func ',
      'import ',
      'x',
      '.',
      '=',
      '[',
      ']',
      'yield ',
      '*',
      'return ',
      ';',
    );
    const path = fc.constantFrom('a.py', 'a.js', 'a.ts', 'a.go', 'a.java');
    await fc.assert(
      fc.asyncProperty(path, fc.array(token, { maxLength: 60 }), async (file, tokens) => {
        const graph = await graphOf({ [file]: tokens.join('') });
        expect(graph.files).toBe(1);
      }),
      { numRuns: 150 },
    );
  });
});
