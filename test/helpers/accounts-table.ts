import { startTestTable, type TestTable } from './dynalite-table.ts';

export interface CountingTable extends TestTable {
  /** Commands sent so far. */
  readonly sent: () => number;
}

/** A table that counts the requests it gets. */
export async function startCountingTable(): Promise<CountingTable> {
  const table = await startTestTable();
  let sent = 0;
  table.client.middlewareStack.add(
    (next) => (args) => {
      sent += 1;
      return next(args);
    },
    { step: 'initialize' },
  );
  return { ...table, sent: () => sent };
}
