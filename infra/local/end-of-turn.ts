/** What is done at the end of a turn of the event loop, in this order. */
type Step = 'journals' | 'tables' | 'answers';

type Acts = Record<Step, (() => void)[]>;

const none = (): Acts => ({ journals: [], tables: [], answers: [] });
let waiting = none();
let isPlanned = false;

/**
 * Calls `act` once after this turn of the event loop: what the engine has recorded in a turn is on disk before a store
 * acknowledges what a function asked in it. A process that dies may then do a function's work again, but never what led to
 * a function that has had an answer (see `Journals`).
 */
export function atEndOfTurn(step: Step, act: () => void): void {
  waiting[step].push(act);
  if (isPlanned) return;
  isPlanned = true;
  setImmediate(endTurn);
}

/** Does a step's part of this turn now, for what must not come before it and doesn't wait for the turn's end. */
export function doNow(step: Step): void {
  const acts = waiting[step];
  if (acts.length === 0) return;
  waiting[step] = [];
  doAll([acts]);
}

function endTurn(): void {
  const { journals, tables, answers } = waiting;
  waiting = none();
  isPlanned = false;
  doAll([journals, tables, answers]);
}

function doAll(steps: readonly (readonly (() => void)[])[]): void {
  const failures: unknown[] = [];
  for (const acts of steps) {
    for (const act of acts) {
      try {
        act();
      } catch (error) {
        failures.push(error);
      }
    }
  }
  if (failures.length > 0) throw failures[0];
}
