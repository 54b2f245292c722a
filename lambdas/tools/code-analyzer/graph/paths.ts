import type { GraphCall } from './call-graph.ts';

/** A path that may go on, from its end back to the start; many share their beginnings. */
interface Partial {
  readonly name: string;
  readonly before: Partial | null;
  readonly length: number;
}

/** The calls of a graph by caller and by callee, each pair once, in order of place. */
export class CallIndex {
  readonly outgoing = new Map<string, Map<string, GraphCall>>();
  readonly incoming = new Map<string, Set<string>>();

  constructor(calls: readonly GraphCall[]) {
    for (const call of calls) {
      let callees = this.outgoing.get(call.caller);
      if (!callees) {
        callees = new Map();
        this.outgoing.set(call.caller, callees);
      }
      if (!callees.has(call.callee)) callees.set(call.callee, call);
      const callers = this.incoming.get(call.callee);
      if (callers) callers.add(call.caller);
      else this.incoming.set(call.callee, new Set([call.caller]));
    }
  }

  /** The shortest sequence of calls between two functions, or null. Breadth first. */
  shortest(start: string, end: string): string[] | null {
    if (start === end) return [start];
    const before = new Map<string, string>([[start, '']]);
    let frontier = [start];
    while (frontier.length > 0) {
      const next: string[] = [];
      for (const caller of frontier) {
        for (const callee of this.outgoing.get(caller)?.keys() ?? []) {
          if (before.has(callee)) continue;
          before.set(callee, caller);
          if (callee === end) return this.unwind(before, end);
          next.push(callee);
        }
      }
      frontier = next;
    }
    return null;
  }

  private unwind(before: ReadonlyMap<string, string>, end: string): string[] {
    const path: string[] = [];
    for (let at = end; at !== ''; at = before.get(at) ?? '') path.push(at);
    return path.reverse();
  }

  /** Everything callable from a function, nearest first, without the function itself. */
  reachableFrom(start: string): string[] {
    return spread(start, (name) => this.outgoing.get(name)?.keys() ?? []);
  }

  /** Everything from which a function can be reached, nearest first. */
  reaching(end: string): string[] {
    return spread(end, (name) => this.incoming.get(name) ?? []);
  }

  /**
   * All paths without repeated functions, shortest first, at most `limit`. Partial paths are extended
   * in order of their least possible length, so nothing that can't arrive is followed. At most `maxSteps`
   * partial paths are made: where everything calls everything, there are more than memory holds.
   */
  simplePaths(
    start: string,
    end: string,
    limit: number,
    maxSteps = 200_000,
  ): { paths: string[][]; complete: boolean } {
    const distance = this.distancesTo(end);
    const least = distance.get(start);
    if (least === undefined) return { paths: [], complete: true };
    const paths: string[][] = [];
    const buckets: Partial[][] = [];
    buckets[least] = [{ name: start, before: null, length: 1 }];
    let steps = 0;
    for (let length = least; length < buckets.length; length += 1) {
      const bucket = buckets[length] ?? [];
      for (let index = 0; index < bucket.length; index += 1) {
        const path = bucket[index];
        if (!path) continue;
        if (path.name === end && (path.length > 1 || start === end)) {
          if (paths.length === limit) return { paths, complete: false };
          paths.push(namesOf(path));
          continue;
        }
        for (const callee of this.outgoing.get(path.name)?.keys() ?? []) {
          const rest = distance.get(callee);
          if (rest === undefined || passes(path, callee)) continue;
          steps += 1;
          if (steps > maxSteps) return { paths, complete: false };
          const total = path.length + rest;
          const longer = { name: callee, before: path, length: path.length + 1 };
          const target = buckets[total];
          if (target) target.push(longer);
          else buckets[total] = [longer];
        }
      }
      buckets[length] = [];
    }
    return { paths, complete: true };
  }

  private distancesTo(end: string): Map<string, number> {
    const distance = new Map<string, number>([[end, 0]]);
    let frontier = [end];
    for (let length = 1; frontier.length > 0; length += 1) {
      const next: string[] = [];
      for (const name of frontier) {
        for (const caller of this.incoming.get(name) ?? []) {
          if (distance.has(caller)) continue;
          distance.set(caller, length);
          next.push(caller);
        }
      }
      frontier = next;
    }
    return distance;
  }

  /** The first call of this pair. */
  call(caller: string, callee: string): GraphCall | undefined {
    return this.outgoing.get(caller)?.get(callee);
  }
}

function passes(path: Partial, name: string): boolean {
  for (let at: Partial | null = path; at; at = at.before) if (at.name === name) return true;
  return false;
}

function namesOf(path: Partial): string[] {
  const names: string[] = [];
  for (let at: Partial | null = path; at; at = at.before) names.push(at.name);
  return names.reverse();
}

function spread(start: string, next: (name: string) => Iterable<string>): string[] {
  const seen = new Set([start]);
  const order = [start];
  for (let index = 0; index < order.length; index += 1) {
    for (const name of next(order[index] ?? '')) {
      if (seen.has(name)) continue;
      seen.add(name);
      order.push(name);
    }
  }
  return order.slice(1);
}
