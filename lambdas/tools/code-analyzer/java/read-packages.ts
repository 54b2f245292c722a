import type { PackageSource, ReadPackages } from '../package-source.ts';

export function readJavaPackages(sources: readonly PackageSource[]): ReadPackages {
  return { modules: [], lines: 0, withErrors: sources.map((source) => source.path) };
}
