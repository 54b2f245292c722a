import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NameTable } from '../../../../lambdas/tools/code-analyzer/graph/names.ts';
import { CallIndex } from '../../../../lambdas/tools/code-analyzer/graph/paths.ts';

const node = fc.integer({ min: 0, max: 7 }).map((index) => `n${index}`);
const graph = fc.array(fc.tuple(node, node), { maxLength: 24 });

function indexOf(edges: readonly (readonly [string, string])[]): CallIndex {
  return new CallIndex(
    edges.map(([caller, callee], line) => ({ caller, callee, file: 'f', line: line + 1 })),
  );
}

/** All simple paths by trying everything. */
function everyPath(edges: readonly (readonly [string, string])[], path: string[], end: string): string[][] {
  const last = path.at(-1) ?? '';
  if (last === end) return [path];
  const next = new Set(
    edges.filter(([caller, callee]) => caller === last && !path.includes(callee)).map(([, callee]) => callee),
  );
  return [...next].flatMap((callee) => everyPath(edges, [...path, callee], end));
}

describe('paths', () => {
  it('finds exactly the simple paths, shortest first', () => {
    fc.assert(
      fc.property(graph, node, node, (edges, start, end) => {
        fc.pre(start !== end);
        const expected = everyPath(edges, [start], end);
        const { paths, complete } = indexOf(edges).simplePaths(start, end, 100_000);
        const shortest = indexOf(edges).shortest(start, end);

        expect(complete).toBe(true);
        expect(new Set(paths.map(String))).toEqual(new Set(expected.map(String)));
        expect(paths.map((path) => path.length)).toEqual(
          paths.map((path) => path.length).sort((a, b) => a - b),
        );
        expect(shortest?.length ?? 0).toBe(paths[0]?.length ?? 0);
      }),
    );
  });

  it('stops at the limit and says so', () => {
    const edges = [
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'd'],
      ['c', 'd'],
    ] as const;

    expect(indexOf(edges).simplePaths('a', 'd', 1)).toEqual({ paths: [['a', 'b', 'd']], complete: false });
  });
});

describe('paths where everything calls everything', () => {
  it('are looked for until a bound, also when none can arrive', () => {
    const nodes = Array.from({ length: 60 }, (_, index) => `n${index}`);
    const edges = [
      ['gate', 'end'],
      ['gate', 'n0'],
    ] as (readonly [string, string])[];
    for (const caller of nodes) {
      edges.push([caller, 'gate']);
      for (const callee of nodes) edges.push([caller, callee]);
    }
    const before = process.memoryUsage().heapUsed;
    const found = indexOf([['start', 'gate'], ...edges]).simplePaths('start', 'end', 100);

    expect(found).toEqual({ paths: [['start', 'gate', 'end']], complete: false });
    // It once took 3 GB; the bound leaves room for what the collector has not dropped yet.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400_000_000);
  });
});

describe('names', () => {
  const at = { file: 'f.py', line: 1 };
  const table = new NameTable([
    { qualified: 'main', kind: 'module', ...at },
    { qualified: 'main.main', kind: 'function', ...at },
    { qualified: 'a.A.run', kind: 'method', ...at },
    { qualified: 'b.B.run', kind: 'method', ...at },
    { qualified: 'b.B', kind: 'class', ...at },
    { qualified: 'b.B.__init__', kind: 'method', ...at },
  ]);

  it('are as short as they are unambiguous', () => {
    expect(['main.main', 'a.A.run', 'b.B.run', 'b.B.__init__'].map((name) => table.shortest(name))).toEqual([
      'main',
      'A.run',
      'B.run',
      '__init__',
    ]);
  });

  it.each([
    ['main', ['main.main']],
    ['main()', ['main.main']],
    ['B.run', ['b.B.run']],
    ['B::run', ['b.B.run']],
    ['b.py:B.run', ['b.B.run']],
    ['run', ['a.A.run', 'b.B.run']],
    ['B', ['b.B.__init__']],
    ['missing', []],
  ])('%s means %j', (spoken, expected) => {
    expect(table.find(spoken).map((fn) => fn.qualified)).toEqual(expected);
  });
});
