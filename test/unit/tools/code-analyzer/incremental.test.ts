import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CallGraph } from '../../../../lambdas/tools/code-analyzer/graph/call-graph.ts';
import { graphOf, type Sources } from './graph-of.ts';

/** Variants of the files of four projects; what one file says decides what others call. */
const PROJECTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  python: {
    'main.py': ['from lib import f\nf()\n', 'import lib\nlib.g()\n', 'from lib import *\nC().m()\n'],
    'lib.py': [
      'from base import B\ndef f(): g()\ndef g(): pass\nclass C(B):\n  def m(self): self.n()\n',
      'from base import B\ndef g(): f()\ndef f(): pass\nclass C(B): pass\n',
    ],
    'base.py': [
      'class B:\n  def n(self): pass\n',
      'class B:\n  def m(self): self.n()\n  def n(self): pass\n',
    ],
  },
  script: {
    'main.js': ["import { f } from './lib.js';\nf();\n", "import * as lib from './lib.js';\nlib.g();\n"],
    'lib.js': [
      'export function f() { g(); }\nexport function g() {}\n',
      'export const g = () => f();\nexport const f = () => {};\n',
    ],
  },
  go: {
    'a/a.go': [
      'package a\ntype I interface { M() }\nfunc Run(i I) { i.M() }\n',
      'package a\ntype I interface { M(); N() }\nfunc Run(i I) { i.M(); i.N() }\n',
    ],
    'b/b.go': [
      'package b\ntype T struct{}\nfunc (t T) M() {}\n',
      'package b\ntype T struct{}\nfunc (t T) M() {}\nfunc (t T) N() { t.M() }\n',
    ],
    'main.go': [
      'package main\nimport "a"\nfunc main() { a.Run(nil) }\n',
      'package main\nimport ("a"; "b")\nfunc main() { a.Run(b.T{}) }\n',
    ],
  },
  java: {
    'p/A.java': [
      'package p;\nclass A { void f() { new B().g(); } }\n',
      'package p;\nclass A extends B { void f() { g(); } }\n',
    ],
    'p/B.java': [
      'package p;\nclass B { void g() { h(); } void h() {} }\n',
      'package p;\nclass B { void g() {} }\n',
    ],
    'q/C.java': [
      'package q;\nimport p.A;\nclass C { void m(A a) { a.f(); } }\n',
      'package q;\nclass C { void m() {} }\n',
    ],
  },
};

/** In an order of its own, and without what only says how it was found. */
function told(graph: CallGraph) {
  return {
    calls: graph.calls
      .map(({ caller, callee, file, line }) => `${file}:${line} ${caller} > ${callee}`)
      .sort(),
    functions: graph.functions.map((fn) => fn.qualified).sort(),
    classes: graph.classes.map((type) => `${type.qualified}(${type.bases.join()})`).sort(),
    imports: graph.imports.length,
    lines: graph.lines,
  };
}

let salts = 0;

describe('a project that changes file by file', () => {
  it.each(Object.keys(PROJECTS))('has the graph it would have had from scratch: %s', async (name) => {
    const variants = PROJECTS[name] ?? {};
    const files = Object.keys(variants);
    const edit = fc.record({ file: fc.constantFrom(...files), variant: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
        const chosen: Record<string, number> = Object.fromEntries(files.map((file) => [file, 0]));
        const sources = (salt: string): Sources =>
          Object.fromEntries(
            files.map((file) => {
              const own = variants[file] ?? [];
              return [file, `${own[(chosen[file] ?? 0) % own.length]}${salt}`];
            }),
          );
        await graphOf(sources(''));
        for (const { file, variant } of edits) {
          chosen[file] = variant;
          const next = told(await graphOf(sources('')));
          // Spaces at the end of every file: the same program, of which no cache knows anything.
          salts += 1;
          const scratch = told(await graphOf(sources(' '.repeat(salts))));
          expect(next).toEqual(scratch);
        }
      }),
      { numRuns: 25 },
    );
  });
});
