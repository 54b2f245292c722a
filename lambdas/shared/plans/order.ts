/** Something with an id that needs others first. */
export interface Node {
  readonly id: string;
  readonly needs: readonly string[];
}

/**
 * Ids so that each comes after what it needs, otherwise in the given order; null when there is a cycle.
 * Needs that are not among the nodes are ignored.
 */
export function topologicalOrder(nodes: readonly Node[]): string[] | null {
  const known = new Set(nodes.map((node) => node.id));
  const done = new Set<string>();
  const order: string[] = [];
  let rest = [...nodes];
  while (rest.length > 0) {
    const ready = rest.filter((node) => node.needs.every((need) => done.has(need) || !known.has(need)));
    if (ready.length === 0) return null;
    for (const node of ready) {
      done.add(node.id);
      order.push(node.id);
    }
    rest = rest.filter((node) => !done.has(node.id));
  }
  return order;
}

/** For each id everything it needs, directly or through others. Safe on cycles. */
export function transitiveNeeds(nodes: readonly Node[]): Map<string, Set<string>> {
  const direct = new Map(nodes.map((node) => [node.id, node.needs]));
  const closure = new Map<string, Set<string>>();
  for (const { id } of nodes) {
    const reached = new Set<string>();
    const queue = [...(direct.get(id) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      queue.push(...(direct.get(next) ?? []));
    }
    closure.set(id, reached);
  }
  return closure;
}
