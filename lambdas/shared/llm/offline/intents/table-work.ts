/** Questions about tables. */
import type { Source } from './intent.ts';

export const measures = [
  'mean',
  'median',
  'sum',
  'min',
  'max',
  'count',
  'unique',
  'stdev',
  'pstdev',
  'variance',
  'pvariance',
  'mode',
  'range',
  'percentile',
  'correlation',
] as const;
export type Measure = (typeof measures)[number];
export interface Condition {
  readonly column: string;
  readonly op:
    | '=='
    | '!='
    | '>'
    | '>='
    | '<'
    | '<='
    | 'contains'
    | 'not_contains'
    | 'starts'
    | 'ends'
    | 'empty'
    | 'not_empty';
  readonly value: string;
}
export interface TableMeasure {
  readonly measure: Measure;
  readonly column: string | null;
  /** Which percentile. */
  readonly at?: number;
  /** The other column of a correlation. */
  readonly with?: string;
}
interface SortKey {
  readonly column: string | null;
  readonly descending: boolean;
}
/** One query over a table, in SQL's order: join, filter, group, measure, sort, limit, select. */
export interface TableWork {
  readonly kind: 'table';
  readonly source: Source;
  readonly join?: { readonly path: string; readonly on: string | null };
  /** Alternatives of conditions that must all hold. */
  readonly filters: readonly (readonly Condition[])[];
  readonly group: readonly string[];
  /** `column` may be a product or other arithmetic of columns; null counts rows. */
  readonly measures: readonly TableMeasure[];
  readonly sort?: SortKey & { readonly next?: readonly SortKey[] };
  /** Rows by their numbers, from one, both ends included. */
  readonly range?: { readonly from: number; readonly to: number };
  /** A column that is computed of others, before anything is asked; columns stand in square brackets. */
  readonly derive?: { readonly name: string; readonly formula: string };
  /** The file itself is to change. */
  readonly edits?: boolean;
  readonly limit?: { readonly count: number; readonly end: 'first' | 'last' };
  readonly select?: readonly string[];
  readonly distinct?: boolean;
  readonly ask:
    | 'rows'
    | 'describe'
    | 'columns'
    | 'measure'
    | 'which'
    | 'values'
    | 'to_json'
    | 'to_csv'
    | 'shape'
    | 'share';
  /** The rows are told to be removed: the rest must go somewhere. */
  readonly drops?: boolean;
  /** How a share of the rows is told. */
  readonly as?: 'percent' | 'fraction';
  readonly decimals?: number;
  /** It speaks of what the query before it left ("their average"). */
  readonly refines?: boolean;
}
