import type { Activation } from './activation.ts';
import type { Thing, ValueSet } from './things.ts';
import type { Values } from './values.ts';

/** More writers than this are no longer told apart. */
const MAX_WRITERS = 12;

/**
 * A place in memory (a shared variable, an attribute, an element) with everything ever written to it,
 * kept per writer so that an activation can replace its own writes and still see the others'.
 */
export class Cell {
  total: ValueSet;
  private writer: Activation | null = null;
  private byWriter: Map<Activation, ValueSet> | null = null;
  private crowded = false;
  private readers: Set<Activation> | null = null;
  /** A body reads the same cell many times in a row. */
  private lastReader: Activation | null = null;

  constructor(empty: ValueSet) {
    this.total = empty;
  }

  read(reader: Activation): ValueSet {
    this.note(reader);
    return this.total;
  }

  private note(reader: Activation): void {
    const { lastReader } = this;
    if (lastReader === reader) return;
    this.lastReader = reader;
    // Most cells have one reader only, who needs no set.
    if (this.readers) this.readers.add(reader);
    else if (lastReader) this.readers = new Set([lastReader, reader]);
  }

  /** What anyone but the reader has written. */
  readOthers(reader: Activation, values: Values): ValueSet {
    this.note(reader);
    if (this.crowded) return this.total;
    if (!this.byWriter) return this.writer === reader ? values.empty : this.total;
    let result = values.empty;
    for (const [writer, set] of this.byWriter) if (writer !== reader) result = values.union(result, set);
    return result;
  }

  /** Adds values; whoever has read the cell is told when it grew. */
  write(
    writer: Activation | null,
    set: ValueSet,
    values: Values,
    changed: (reader: Activation) => void,
  ): void {
    if (set.id === 0) return;
    this.remember(writer, set, values);
    const total = values.union(this.total, set);
    if (total === this.total) return;
    this.total = total;
    if (this.readers) for (const reader of this.readers) changed(reader);
    else if (this.lastReader) changed(this.lastReader);
  }

  private remember(writer: Activation | null, set: ValueSet, values: Values): void {
    if (this.crowded) return;
    if (!writer) {
      this.crowded = true;
      this.byWriter = null;
      return;
    }
    if (!this.byWriter) {
      if (this.writer === null || this.writer === writer) {
        this.writer = writer;
        return;
      }
      this.byWriter = new Map([[this.writer, this.total]]);
    }
    this.byWriter.set(writer, values.union(this.byWriter.get(writer) ?? values.empty, set));
    if (this.byWriter.size > MAX_WRITERS) {
      this.crowded = true;
      this.byWriter = null;
    }
  }
}

/** The field of an object, made when it is new. Elements are `[0]`, `['key']`, `[*]`, keys `{*}`. */
export function fieldOf(thing: Thing, name: string, empty: ValueSet): Cell {
  thing.fields ??= new Map();
  let cell = thing.fields.get(name);
  if (!cell) {
    cell = new Cell(empty);
    thing.fields.set(name, cell);
  }
  return cell;
}
