export type Language = 'python' | 'javascript' | 'typescript' | 'go' | 'java';

/** A file of the project; `path` is relative to the analysed folder. */
export interface ProjectFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export type FunctionKind = 'module' | 'class' | 'function' | 'method' | 'lambda';

/** Something that runs: a function, or the body of a module or class. Lines are 1-based. */
export interface GraphFunction {
  /** Module first: `package.module.Class.method`. */
  readonly qualified: string;
  readonly kind: FunctionKind;
  readonly file: string;
  readonly line: number;
}

/** A call at one place. A callee without a function of that name is outside the project or built in. */
export interface GraphCall {
  readonly caller: string;
  readonly callee: string;
  readonly file: string;
  readonly line: number;
}

export interface GraphClass {
  readonly qualified: string;
  readonly file: string;
  readonly line: number;
  /** As written. */
  readonly bases: readonly string[];
}

export interface GraphImport {
  readonly file: string;
  readonly line: number;
  readonly module: string;
  readonly names: readonly string[];
}

/** A file that could not be read, or only in part. */
export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

/** What one language's analysis finds. */
export interface LanguageGraph {
  readonly functions: GraphFunction[];
  readonly calls: GraphCall[];
  readonly classes: GraphClass[];
  readonly imports: GraphImport[];
  /** Files in which something was nested too deeply to be followed. */
  readonly overflowed: readonly string[];
}

/** The whole project. */
export interface CallGraph extends Omit<LanguageGraph, 'overflowed'> {
  readonly skipped: SkippedFile[];
  readonly languages: Language[];
  readonly files: number;
  readonly lines: number;
}
