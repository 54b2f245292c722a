import type { ModuleFrame } from './engine/ast.ts';
import type { Grammar } from './grammars.ts';

/** A file of a language whose packages are made of several files. */
export interface PackageSource {
  readonly path: string;
  readonly text: string;
  readonly grammar: Grammar;
}

export interface ReadPackages {
  readonly modules: ModuleFrame[];
  readonly lines: number;
  /** Files the parser had to recover in. */
  readonly withErrors: string[];
}
