import type { Thing, ValueSet } from './things.ts';
import type { Values } from './values.ts';

/**
 * What holds at one point of a body: the values of its variables, and the fields of single objects
 * that are known more exactly than the heap knows them. Forked at every branch, and most states hold variables only:
 * what is empty is null.
 */
export class State {
  slots: (ValueSet | undefined)[] = [];
  /** Slots of shared variables that other bodies have not been shown yet. */
  pending: Set<number> | null = null;
  exact: Map<Thing, ReadonlyMap<string, ValueSet>> | null = null;
  /** Objects with exact fields that other bodies have not been shown yet. */
  pendingObjects: Set<Thing> | null = null;
  /** No further statement is reached. */
  dead = false;

  fork(): State {
    const copy = new State();
    copy.slots = this.slots.slice();
    if (this.pending) copy.pending = new Set(this.pending);
    if (this.exact) copy.exact = new Map(this.exact);
    if (this.pendingObjects) copy.pendingObjects = new Set(this.pendingObjects);
    copy.dead = this.dead;
    return copy;
  }

  /** Becomes what holds after either of two ways. */
  join(other: State, values: Values): void {
    if (other.dead || other === this) return;
    if (this.dead) {
      this.become(other.fork());
      return;
    }
    const length = Math.max(this.slots.length, other.slots.length);
    for (let slot = 0; slot < length; slot += 1) {
      const mine = this.slots[slot];
      const theirs = other.slots[slot];
      if (mine === theirs || !theirs) continue;
      this.slots[slot] = mine ? values.union(mine, theirs) : theirs;
    }
    for (const slot of other.pending ?? []) this.addPending(slot);
    for (const object of other.pendingObjects ?? []) this.addPendingObject(object);
    for (const [object, theirs] of other.exact ?? []) {
      const mine = this.exact?.get(object);
      if (mine === theirs) continue;
      this.setFields(object, mine ? joinFields(mine, theirs, values) : theirs);
    }
  }

  become(other: State): void {
    this.slots = other.slots;
    this.pending = other.pending;
    this.exact = other.exact;
    this.pendingObjects = other.pendingObjects;
    this.dead = other.dead;
  }

  /** Whether this state already holds everything the other does, of the variables that matter. */
  covers(other: State, values: Values, matter: ReadonlySet<number>): boolean {
    if (other.dead) return true;
    for (const slot of matter) {
      const mine = this.slots[slot];
      const theirs = other.slots[slot];
      if (theirs && theirs !== mine && (!mine || values.union(mine, theirs) !== mine)) return false;
    }
    for (const [object, theirs] of other.exact ?? []) {
      const mine = this.exact?.get(object);
      if (mine === theirs) continue;
      if (!mine) return false;
      for (const [field, value] of theirs) {
        const known = mine.get(field);
        if (!known || values.union(known, value) !== known) return false;
      }
    }
    return true;
  }

  setExact(object: Thing, field: string, value: ValueSet): void {
    const fields = new Map(this.exact?.get(object));
    fields.set(field, value);
    this.setFields(object, fields);
    this.addPendingObject(object);
  }

  setFields(object: Thing, fields: ReadonlyMap<string, ValueSet>): void {
    this.exact ??= new Map();
    this.exact.set(object, fields);
  }

  addPending(slot: number): void {
    this.pending ??= new Set();
    this.pending.add(slot);
  }

  addPendingObject(object: Thing): void {
    this.pendingObjects ??= new Set();
    this.pendingObjects.add(object);
  }
}

/** A field that only one way wrote may be absent on the other, so the union is what either wrote. */
function joinFields(
  mine: ReadonlyMap<string, ValueSet>,
  theirs: ReadonlyMap<string, ValueSet>,
  values: Values,
): ReadonlyMap<string, ValueSet> {
  const result = new Map(mine);
  for (const [field, value] of theirs) {
    const known = result.get(field);
    result.set(field, known ? values.union(known, value) : value);
  }
  return result;
}
