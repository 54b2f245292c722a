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
  /** Which of the collections other states may have too: most forks never write to them. */
  private sharesPending = false;
  private sharesExact = false;
  private sharesObjects = false;
  /** Fields that no other state has: they may be written in place. */
  private ownFields: Set<ReadonlyMap<string, ValueSet>> | null = null;

  fork(): State {
    const copy = new State();
    copy.slots = this.slots.slice();
    copy.dead = this.dead;
    this.share(copy);
    return copy;
  }

  private share(other: State): void {
    other.pending = this.pending;
    other.exact = this.exact;
    other.pendingObjects = this.pendingObjects;
    this.sharesPending = other.sharesPending = true;
    this.sharesExact = other.sharesExact = true;
    this.sharesObjects = other.sharesObjects = true;
    this.ownFields = other.ownFields = null;
  }

  /** Becomes what holds after either of two ways. */
  join(other: State, values: Values): void {
    if (other.dead || other === this) return;
    if (this.dead) {
      this.become(other);
      return;
    }
    const length = Math.max(this.slots.length, other.slots.length);
    for (let slot = 0; slot < length; slot += 1) {
      const mine = this.slots[slot];
      const theirs = other.slots[slot];
      if (mine === theirs || !theirs) continue;
      this.slots[slot] = mine ? values.union(mine, theirs) : theirs;
    }
    if (other.pending && other.pending !== this.pending)
      for (const slot of other.pending) this.addPending(slot);
    if (other.pendingObjects && other.pendingObjects !== this.pendingObjects)
      for (const object of other.pendingObjects) this.addPendingObject(object);
    if (!other.exact || other.exact === this.exact) return;
    other.ownFields = null;
    for (const [object, theirs] of other.exact) {
      const mine = this.exact?.get(object);
      if (mine === theirs) continue;
      this.setFields(object, mine ? joinFields(mine, theirs, values) : theirs);
    }
  }

  private become(other: State): void {
    this.slots = other.slots.slice();
    this.dead = other.dead;
    other.share(this);
  }

  /** Whether this state already holds everything the other does, of the variables that matter. */
  covers(other: State, values: Values, matter: ReadonlySet<number>): boolean {
    if (other.dead) return true;
    for (const slot of matter) {
      const mine = this.slots[slot];
      const theirs = other.slots[slot];
      if (theirs && theirs !== mine && (!mine || values.union(mine, theirs) !== mine)) return false;
    }
    if (!other.exact || other.exact === this.exact) return true;
    for (const [object, theirs] of other.exact) {
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
    const known = this.exact?.get(object);
    if (known && this.ownFields?.has(known)) {
      (known as Map<string, ValueSet>).set(field, value);
    } else {
      const fields = new Map(known);
      fields.set(field, value);
      this.setFields(object, fields);
      this.ownFields ??= new Set();
      this.ownFields.add(fields);
    }
    this.addPendingObject(object);
  }

  setFields(object: Thing, fields: ReadonlyMap<string, ValueSet>): void {
    this.ownExact().set(object, fields);
  }

  /** What was known of an object is no longer so. */
  forget(object: Thing): void {
    if (this.exact?.has(object)) this.ownExact().delete(object);
  }

  private ownExact(): Map<Thing, ReadonlyMap<string, ValueSet>> {
    if (!this.exact || this.sharesExact) this.exact = new Map(this.exact);
    this.sharesExact = false;
    return this.exact;
  }

  addPending(slot: number): void {
    if (this.pending?.has(slot)) return;
    if (!this.pending || this.sharesPending) this.pending = new Set(this.pending);
    this.sharesPending = false;
    this.pending.add(slot);
  }

  addPendingObject(object: Thing): void {
    if (this.pendingObjects?.has(object)) return;
    if (!this.pendingObjects || this.sharesObjects) this.pendingObjects = new Set(this.pendingObjects);
    this.sharesObjects = false;
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
