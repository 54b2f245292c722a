import type { ModuleFrame } from './engine/ast.ts';
import type { Grammar } from './grammars.ts';

/** A file of a language whose packages are made of several files. */
export interface PackageSource {
  readonly path: string;
  readonly text: string;
  /** Stands for the path and the content. */
  readonly hash: string;
  readonly grammar: Grammar;
}

export interface ReadPackages {
  readonly modules: ModuleFrame[];
  readonly lines: number;
  /** Files the parser had to recover in, or which are nested too deeply to be read whole. */
  readonly withErrors: string[];
}
