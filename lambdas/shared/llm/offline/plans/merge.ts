/** Puts together operations that are one: a file and the question about it, clauses that go on about one table. */
import type { Intent } from '../intents/intent.ts';
import type { TableWork } from '../intents/table-work.ts';

/** A file that is read only to ask something of it is opened by the program that asks. */
export function withoutIdleReads(intents: readonly Intent[]): Intent[] {
  return intents.filter((intent, at) => {
    if (intent.kind !== 'read' || intent.shown === true) return true;
    const next = intents.slice(at + 1).find((later) => later.kind !== 'report' && later.kind !== 'read');
    if (next === undefined) return true;
    if (next.kind === 'table' || next.kind === 'text' || next.kind === 'json') {
      return !(
        next.source.from === 'file' &&
        intents
          .slice(at + 1)
          .some(
            (later) => 'source' in later && later.source.from === 'file' && later.source.path === intent.path,
          )
      );
    }
    return !(
      (next.kind === 'copy' || next.kind === 'move' || next.kind === 'delete') &&
      next.path === intent.path
    );
  });
}

/** Makes one query of clauses that go on about the same table; null when they contradict each other. */
export function mergeTables(intents: readonly Intent[]): Intent[] | null {
  const out: Intent[] = [];
  for (const intent of intents) {
    const last = out.at(-1);
    if (intent.kind === 'table' && last?.kind === 'table') {
      const merged = mergeTwo(last, intent);
      if (merged === 'conflict') return null;
      if (merged !== null) {
        out[out.length - 1] = merged;
        continue;
      }
    }
    out.push(intent);
  }
  return out;
}

function mergeTwo(first: TableWork, second: TableWork): TableWork | null | 'conflict' {
  const same =
    JSON.stringify(first.source) === JSON.stringify(second.source) ||
    (first.join !== undefined && second.source.from === 'file' && second.source.path === first.join.path);
  if (!same || second.join !== undefined) return null;
  if (
    ['columns', 'describe', 'shape'].includes(first.ask) ||
    ['columns', 'describe', 'shape'].includes(second.ask)
  )
    return null;
  const measuresOnly = (work: TableWork): boolean =>
    work.group.length === 0 &&
    work.sort === undefined &&
    work.limit === undefined &&
    work.select === undefined;
  if (first.measures.length > 0 && second.measures.length > 0) {
    const sameRows = second.filters.length === 0 && (second.refines === true || first.filters.length === 0);
    const sameGroups = JSON.stringify(first.group) === JSON.stringify(second.group);
    if (
      sameRows &&
      sameGroups &&
      measuresOnly({ ...first, group: [] }) &&
      second.sort === undefined &&
      second.limit === undefined
    ) {
      return {
        ...first,
        measures: [...first.measures, ...second.measures],
        ...(second.decimals === undefined ? {} : { decimals: second.decimals }),
      };
    }
    return second.refines === true ? 'conflict' : null;
  }
  if (first.measures.length > 0 && first.group.length === 0)
    return second.measures.length === 0 && second.refines === true ? 'conflict' : null;
  if (first.ask === 'which') return null;
  const asksMore =
    second.filters.length > 0 ||
    second.measures.length > 0 ||
    second.group.length > 0 ||
    second.limit !== undefined ||
    second.range !== undefined ||
    second.select !== undefined;
  // A file that is to change is changed before anything is asked of it.
  if (first.edits === true && asksMore) return null;
  if (
    second.derive !== undefined &&
    (first.derive ?? first.select ?? first.measures[0] ?? first.group[0]) !== undefined
  )
    return 'conflict';
  if (first.range !== undefined && second.derive === undefined) return 'conflict';
  if (
    first.measures.length > 0 &&
    (second.filters.length > 0 || second.group.length > 0 || second.select !== undefined)
  )
    return 'conflict';
  if (
    first.limit !== undefined &&
    (second.filters.length > 0 || second.measures.length > 0 || second.sort !== undefined)
  )
    return 'conflict';
  if (first.sort !== undefined && second.sort !== undefined) return 'conflict';
  if (first.select !== undefined && second.select !== undefined) return 'conflict';
  const filters =
    first.filters.length === 0
      ? second.filters
      : second.filters.length === 0
        ? first.filters
        : first.filters.flatMap((one) => second.filters.map((other) => [...one, ...other]));
  return {
    ...first,
    filters,
    group: first.group.length > 0 ? first.group : second.group,
    measures: [...first.measures, ...second.measures],
    ...(second.sort === undefined ? {} : { sort: second.sort }),
    ...(second.limit === undefined ? {} : { limit: second.limit }),
    ...(second.select === undefined ? {} : { select: second.select }),
    ...(second.derive === undefined ? {} : { derive: second.derive }),
    ...(second.range === undefined ? {} : { range: second.range }),
    ...(second.distinct === undefined ? {} : { distinct: second.distinct }),
    ...(second.decimals === undefined ? {} : { decimals: second.decimals }),
    ask: second.ask === 'rows' && first.measures.length > 0 ? first.ask : second.ask,
  };
}

/** Operations that name no folder work in the one that the task says to look at. */
export function focused(intents: readonly Intent[]): Intent[] {
  const focus = intents.find((intent) => intent.kind === 'focus');
  return intents.map((intent) =>
    focus !== undefined && 'folder' in intent && intent.kind !== 'focus' && intent.folder === '.'
      ? { ...intent, folder: focus.folder }
      : intent,
  );
}
