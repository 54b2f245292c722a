/** dynalite 4 inside: its parts are CommonJS modules of their own, and none is exported. */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { Attribute, AttributeMap } from './attributes.ts';
import type { CallbackLevel, Level } from './group-commit.ts';

const require = createRequire(import.meta.url);
const requireOfDynalite = createRequire(require.resolve('dynalite'));

export interface KeySchema {
  readonly AttributeName: string;
}
export interface Table {
  readonly TableName: string;
  readonly KeySchema: readonly KeySchema[];
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
  readonly GlobalSecondaryIndexes?: readonly Index[];
  readonly LocalSecondaryIndexes?: readonly Index[];
}
export interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchema[];
  readonly Projection: { readonly ProjectionType: string };
}

export interface Store {
  readonly getTable: (name: string, done: Callback) => void;
  readonly getItemDb: (table: string) => ItemDb;
  readonly db: CallbackLevel &
    Pick<Level, 'keys' | 'iterator'> & {
      readonly status: string;
      getSync(key: string, options: object): string | undefined;
      _batch(operations: readonly object[], options: object): Promise<void>;
      open(options: object): Promise<void>;
      close(): Promise<void>;
    };
}
export interface ItemDb {
  readonly lock: ItemLock;
}
export interface ItemLock {
  /** Calls `act` when nobody else has the lock; what `release` makes of a callback lets go of it and calls that. */
  (key: string, act: (release: (done: Done) => Done) => void): void;
  isLocked(key: string): boolean;
}
type Done = (...results: unknown[]) => void;
export type Callback = (error: unknown, data?: unknown) => void;
export type Action = (store: Store, data: unknown, done: Callback) => void;

/** A condition or an update as dynalite's parsers understand it; see its `db/*Parser.js`. */
export type Tree = object;
/** A path from an item, another value, or what makes one of others. */
export type Operand = readonly (string | number)[] | Attribute | OperandCall;
export interface OperandCall {
  readonly type: 'add' | 'subtract' | 'function';
  readonly name?: string;
  readonly args: readonly Operand[];
}
export interface UpdateSection {
  readonly type: 'set' | 'remove' | 'add' | 'delete';
  readonly path: readonly (string | number)[];
  readonly val?: Operand;
  readonly attrType?: string;
}
export interface KeyCondition {
  readonly ComparisonOperator: string;
  readonly AttributeValueList: readonly Attribute[];
}
/** What the validations add to a request. */
export interface Validated {
  readonly _condition?: { readonly expression: Tree };
  readonly _updates?: { readonly sections: readonly UpdateSection[] };
  /** Made of a KeyConditionExpression. */
  readonly KeyConditions?: Readonly<Record<string, KeyCondition>>;
}

interface DatabaseModule {
  create(options: object): Store;
  /** A hash of a partition key, or of a whole key. */
  hashPrefix(value: string, type: 'S', sortValue?: string, sortType?: 'S'): string;
  /** Whether an item meets a condition. */
  matchesExprFilter(item: AttributeMap, condition: Tree): boolean;
  getIndexActions(
    indexes: readonly Index[],
    existing: AttributeMap | undefined,
    item: AttributeMap | undefined,
    table: Table,
  ): {
    readonly puts: readonly { readonly index: string; readonly key: string; readonly item: AttributeMap }[];
    readonly deletes: readonly { readonly index: string; readonly key: string }[];
  };
}
interface BigNumber {
  plus(other: string): BigNumber;
  minus(other: string): BigNumber;
  toFixed(): string;
}

export const database = require('dynalite/db') as DatabaseModule;
export const dynalite = require('dynalite') as (options: object) => Server;
export const Big = requireOfDynalite('big.js') as new (digits: string) => BigNumber;
export const { checkValidations } = require('dynalite/validations') as {
  /** @throws an error with `statusCode` and `body` */
  checkValidations(data: unknown, types: unknown, custom: unknown, store: Store): void;
};

export interface Operation {
  readonly types: unknown;
  readonly custom: unknown;
  readonly act: Action;
}

export function operationOf(name: string): Operation {
  const file = name.charAt(0).toLowerCase() + name.slice(1);
  const { types, custom } = require(`dynalite/validations/${file}`) as Omit<Operation, 'act'>;
  return { types, custom, act: require(`dynalite/actions/${file}`) as Action };
}
