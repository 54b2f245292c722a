import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { topologicalOrder, transitiveNeeds } from '../../../../lambdas/shared/plans/order.ts';

const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 20 })
  .map((rows) => rows.map((row, i) => ({ id: `n${i}`, needs: row.map((n) => `n${n % rows.length}`) })));

describe('topological order', () => {
  it('puts every node after what it needs, or finds the cycle', () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const order = topologicalOrder(nodes);
        const closure = transitiveNeeds(nodes);
        const cyclic = nodes.some((node) => closure.get(node.id)?.has(node.id));
        expect(order === null).toBe(cyclic);
        for (const node of order === null ? [] : nodes) {
          for (const need of node.needs)
            expect(order?.indexOf(need)).toBeLessThan(order?.indexOf(node.id) ?? -1);
        }
      }),
    );
  });

  it('ignores what is not among the nodes and keeps the given order otherwise', () => {
    expect(
      topologicalOrder([
        { id: 'b', needs: ['elsewhere'] },
        { id: 'a', needs: [] },
      ]),
    ).toEqual(['b', 'a']);
  });
});
