/** What is done at the end of a turn of the event loop, in this order. */
type Step = 'journals' | 'tables' | 'answers';

type Acts = Record<Step, (() => void)[]>;

const none = (): Acts => ({ journals: [], tables: [], answers: [] });
let waiting = none();
let isPlanned = false;

/**
 * Calls `act` once after this turn of the event loop: what the engine has recorded in a turn is on disk before a store
 * acknowledges what a function asked in it. A process that dies may then do a function's work again, but never that of one
 * before it (see `Journals`).
 */
export function atEndOfTurn(step: Step, act: () => void): void {
  waiting[step].push(act);
  if (isPlanned) return;
  isPlanned = true;
  setImmediate(endTurn);
}

function endTurn(): void {
  const { journals, tables, answers } = waiting;
  waiting = none();
  isPlanned = false;
  const failures: unknown[] = [];
  for (const acts of [journals, tables, answers]) {
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
