import type { Json } from '../../../../../schemas/json.ts';
import type { Measure, TableWork } from './table-work.ts';

/** Where the text or table of an operation comes from. */
export type Source =
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'files'; readonly paths: readonly string[]; readonly describes: string }
  /** The result of the operation before (a page that was fetched, a computed value). */
  | { readonly from: 'previous' }
  | { readonly from: 'literal'; readonly text: string };

export interface CallPath {
  readonly kind: 'call_path';
  readonly start: string;
  readonly end: string;
  readonly folder: string;
  /** Every path is asked for, not the shortest. */
  readonly all?: true;
}
export interface CallNeighbours {
  readonly kind: 'callers' | 'callees';
  readonly name: string;
  readonly folder: string;
  /** The file of the function whose callees are asked for. */
  readonly file?: string;
}
export interface CallGraph {
  readonly kind: 'call_graph' | 'outline';
  readonly folder: string;
}
export interface Calculation {
  readonly kind: 'calculate';
  /** In the calculator's syntax. */
  readonly expression: string;
  /** What was asked, as a person would read it. */
  readonly asked: string;
  readonly unit?: string;
  readonly precision?: number;
  /** Digits after the point, when rounding was asked for. */
  readonly decimals?: number;
  /** The operand `x` is the result of the operation before. */
  readonly ofPrevious?: boolean;
}
export interface RunPython {
  readonly kind: 'run_python';
  readonly program: { readonly code: string } | { readonly path: string };
  readonly stdin?: string;
  readonly stdinPath?: string;
}
export interface FileRead {
  readonly kind: 'read';
  readonly path: string;
  /** Its content is asked for, whatever else is asked of it. */
  readonly shown?: true;
}
export interface FileWrite {
  readonly kind: 'write';
  readonly mode: 'write' | 'append';
  readonly path: string;
  /** `result` is what the operations before it found. */
  readonly content:
    | { readonly from: 'literal'; readonly text: string }
    /** Text with one place, such as `<value>`, for the result of the operation before. */
    | { readonly from: 'template'; readonly before: string; readonly after: string }
    | { readonly from: 'result'; readonly all: boolean };
}
export interface FileList {
  readonly kind: 'list';
  readonly folder: string;
  /** Endings or names by which files are chosen; none for all. */
  readonly pattern: string | null;
  readonly count: boolean;
}
export interface FileSearch {
  readonly kind: 'search';
  readonly text: string;
  readonly path: string;
  readonly want: 'lines' | 'files';
  readonly pattern: string | null;
}
export interface FileDelete {
  readonly kind: 'delete';
  readonly path: string;
}
export interface FileCopy {
  readonly kind: 'copy' | 'move';
  readonly path: string;
  readonly to: string;
}
export interface FileStat {
  readonly kind: 'stat';
  readonly path: string;
  readonly ask: 'exists' | 'size';
}
export interface Fetch {
  readonly kind: 'fetch';
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ask: 'body' | 'status' | 'headers';
}
export interface JsonField {
  readonly kind: 'json';
  readonly source: Source;
  readonly query:
    | { readonly ask: 'field' | 'length'; readonly path: string }
    | { readonly ask: 'count' | 'keys' | 'pretty' };
}
export interface LineTest {
  readonly needle: string;
  readonly at: 'in' | 'start' | 'end';
  readonly invert: boolean;
}
export type TextQuery =
  | {
      readonly op: 'count';
      readonly what: readonly (
        | 'lines'
        | 'words'
        | 'characters'
        | 'sentences'
        | 'paragraphs'
        | 'unique_words'
        | 'bytes'
        | 'nonempty_lines'
        | 'blank_lines'
        | 'unique_lines'
      )[];
    }
  /** `fold`: upper and lower case are the same; by default they are for a word and not for a string. */
  | {
      readonly op: 'occurrences';
      readonly needle: string;
      readonly whole_word: boolean;
      readonly fold?: boolean;
    }
  | { readonly op: 'top_words'; readonly limit: number }
  | {
      readonly op: 'longest' | 'shortest';
      readonly what: 'line' | 'word';
      readonly limit?: number /** Its characters are asked for, not itself. */;
      readonly length?: boolean;
    }
  | { readonly op: 'summary'; readonly sentences: number }
  | {
      readonly op: 'lines';
      readonly which: 'first' | 'last' | 'ends' | 'after' | 'before';
      readonly limit: number;
    }
  | { readonly op: 'line'; readonly number: number }
  /** From one, both ends included. */
  | { readonly op: 'line_range'; readonly from: number; readonly to: number }
  | {
      readonly op: 'matching_lines';
      readonly needle: string;
      readonly count: boolean;
      readonly invert: boolean;
      /** The needle is a log level that a question has named in other words. */
      readonly level?: boolean;
    }
  | {
      readonly op: 'lines_where';
      readonly any: readonly (readonly LineTest[])[];
      readonly count: boolean;
      readonly fold: boolean;
    }
  /** Lines with each of the needles; without needles, lines of each log level. */
  | { readonly op: 'count_each'; readonly needles: readonly string[] }
  | { readonly op: 'sort_lines'; readonly descending: boolean; readonly numeric: boolean }
  /** `edits`: the file itself is to change, as in "remove duplicate lines from a.txt". */
  | { readonly op: 'unique_lines'; readonly edits: boolean }
  | { readonly op: 'reverse'; readonly what: 'lines' | 'characters' | 'words' }
  | { readonly op: 'case'; readonly to: 'upper' | 'lower' | 'title' }
  | { readonly op: 'replace'; readonly old: string; readonly new: string }
  | { readonly op: 'extract'; readonly what: 'emails' | 'urls' | 'numbers' | 'dates' }
  | { readonly op: 'numbers'; readonly measure: Measure }
  | { readonly op: 'title' | 'strip_html' };
export interface TextWork {
  readonly kind: 'text';
  readonly source: Source;
  readonly queries: readonly TextQuery[];
}

/** "Look at ./src.": where the operations around it are to look. */
export interface Focus {
  readonly kind: 'focus';
  readonly folder: string;
}

export interface Report {
  /** "show me the result": the results before it are the answer already. */
  readonly kind: 'report';
}

export type Intent =
  | CallPath
  | CallNeighbours
  | CallGraph
  | Calculation
  | RunPython
  | FileRead
  | FileWrite
  | FileList
  | FileSearch
  | FileDelete
  | FileCopy
  | FileStat
  | Fetch
  | JsonField
  | TextWork
  | TableWork
  | Focus
  | Report;

/** What the words around a clause say that it may lean on ("it", "the file", "the result"). */
export interface Surroundings {
  /** Paths of the workspace and of files that earlier clauses write. */
  readonly files: readonly string[];
  /** First line of table-like files, by path. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** The file spoken of last. */
  readonly file: string | null;
  /** The operations before, oldest first. */
  readonly before: readonly Intent[];
  /** Results of earlier subtasks that this one may use. */
  readonly inherited: Readonly<Record<string, Json>>;
}
