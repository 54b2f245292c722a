import type { GraphFunction } from './call-graph.ts';

/** The functions of a graph by name, and the shortest unambiguous way to say each. */
export class NameTable {
  private readonly byQualified = new Map<string, GraphFunction>();
  private readonly bySuffix = new Map<string, GraphFunction[]>();

  constructor(functions: readonly GraphFunction[]) {
    for (const fn of functions) {
      const known = this.byQualified.get(fn.qualified);
      // A name defined twice is the first definition's, unless that is only a module of the same name.
      if (known && known.kind !== 'module') continue;
      this.byQualified.set(fn.qualified, fn);
    }
    for (const fn of this.byQualified.values()) {
      for (const suffix of suffixesOf(fn.qualified)) {
        const same = this.bySuffix.get(suffix);
        if (same) same.push(fn);
        else this.bySuffix.set(suffix, [fn]);
      }
    }
  }

  get(qualified: string): GraphFunction | undefined {
    return this.byQualified.get(qualified);
  }

  get all(): Iterable<GraphFunction> {
    return this.byQualified.values();
  }

  /** The shortest suffix of a qualified name that no other function shares; bodies yield to functions. */
  shortest(qualified: string): string {
    const own = this.byQualified.get(qualified);
    if (!own) return qualified;
    for (const suffix of suffixesOf(qualified)) {
      const same = (this.bySuffix.get(suffix) ?? []).filter((fn) => isBody(own) || !isBody(fn));
      if (same.length === 1) return suffix;
    }
    return isBody(own) ? `<module ${qualified}>` : qualified;
  }

  /**
   * The functions a person may mean by `f`, `Class.method`, `module.f`, `f()`, `path/file.py:f` or
   * `Class::method`. Functions go before classes (their initializer) and modules of the same name.
   */
  find(spoken: string): GraphFunction[] {
    const name = normalizeSpoken(spoken);
    const exact = this.byQualified.get(name);
    if (exact && !isBody(exact)) return [exact];
    const named = this.bySuffix.get(name) ?? [];
    const functions = named.filter((fn) => !isBody(fn));
    if (functions.length > 0) return functions;
    const initializers = named
      .filter((fn) => fn.kind === 'class')
      .map(
        (fn) =>
          this.byQualified.get(`${fn.qualified}.__init__`) ??
          this.byQualified.get(`${fn.qualified}.constructor`) ??
          fn,
      );
    if (initializers.length > 0) return initializers;
    return named;
  }

  /** The names closest to one that does not exist, nearest first. */
  nearest(spoken: string, limit = 5): string[] {
    const name = normalizeSpoken(spoken).toLowerCase();
    const last = name.slice(name.lastIndexOf('.') + 1);
    const ranked: { short: string; distance: number }[] = [];
    for (const fn of this.byQualified.values()) {
      if (isBody(fn)) continue;
      const own = fn.qualified.slice(fn.qualified.lastIndexOf('.') + 1).toLowerCase();
      const inside = own.includes(last) || last.includes(own) ? 0.5 : Number.POSITIVE_INFINITY;
      const bound = Math.max(2, Math.floor(last.length / 2));
      const distance = Math.min(inside, editDistance(last, own, bound));
      if (distance <= bound) ranked.push({ short: this.shortest(fn.qualified), distance });
    }
    ranked.sort((a, b) => a.distance - b.distance || a.short.localeCompare(b.short));
    return [...new Set(ranked.map((each) => each.short))].slice(0, limit);
  }
}

function isBody(fn: GraphFunction): boolean {
  return fn.kind === 'module' || fn.kind === 'class';
}

/** `a.b.c` → `c`, `b.c`, `a.b.c`. Dots inside angle brackets do not split. */
function suffixesOf(qualified: string): string[] {
  const parts = qualified.split('.');
  const result: string[] = [];
  for (let from = parts.length - 1; from >= 0; from -= 1) result.push(parts.slice(from).join('.'));
  return result;
}

function normalizeSpoken(spoken: string): string {
  return spoken
    .trim()
    .replace(/\(.*\)$/s, '')
    .replace(/^\.\//, '')
    .replace(/\.(pyi?|[cm]?[jt]sx?|go|java)(?=[:#])/, '')
    .replace(/::|->|[/:#]/g, '.')
    .replace(/^\.+|\.+$/g, '');
}

/** Levenshtein distance, or more than `bound` when it is larger. */
function editDistance(left: string, right: string, bound: number): number {
  if (Math.abs(left.length - right.length) > bound) return bound + 1;
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? bound + 1;
}
