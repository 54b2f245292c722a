/** The tables as data: the CDK and the embedded runtime create the same ones. */

export type TableName = 'tasks' | 'accounts' | 'registry' | 'memory';

export interface IndexSpec {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

export interface TableSpec {
  /** The environment variable that tells functions the table's name. */
  readonly variable: 'TASKS_TABLE' | 'ACCOUNTS_TABLE' | 'REGISTRY_TABLE' | 'MEMORY_TABLE';
  readonly description: string;
  /** Sparse by nature: an item is in an index when it has the index's keys. Every attribute is projected. */
  readonly indexes: readonly IndexSpec[];
}

/** All keys are strings. */
export const tableKeys = { partitionKey: 'pk', sortKey: 'sk' } as const;
/** Seconds since the epoch; DynamoDB deletes the item some time after. */
export const timeToLiveAttribute = 'expires_at';

export const tables: Readonly<Record<TableName, TableSpec>> = {
  tasks: {
    variable: 'TASKS_TABLE',
    description:
      'Tasks with everything that belongs to them: events, plans, verdicts, receipts, gates, approvals',
    indexes: [
      { name: 'by_time', partitionKey: 'gsi1pk', sortKey: 'gsi1sk' },
      { name: 'by_activity', partitionKey: 'gsi2pk', sortKey: 'gsi2sk' },
    ],
  },
  accounts: {
    variable: 'ACCOUNTS_TABLE',
    description: 'Tenants, API keys, budgets, usage, rate limits',
    indexes: [],
  },
  registry: {
    variable: 'REGISTRY_TABLE',
    description: 'Registered tools',
    indexes: [],
  },
  memory: {
    variable: 'MEMORY_TABLE',
    description: 'Remembered successes and failures',
    indexes: [{ name: 'by_change', partitionKey: 'gsi1pk', sortKey: 'gsi1sk' }],
  },
};
