import { resolveNames } from '../engine/scope.ts';
import { PackageCache } from '../package-reader.ts';
import type { PackageSource, ReadPackages } from '../package-source.ts';
import { JavaReader } from './read-classes.ts';

const cache = new PackageCache<null>();

/** Reads Java sources by package; methods are `package.Class.method`, constructors `package.Class.<init>`. */
export function readJavaPackages(sources: readonly PackageSource[]): ReadPackages {
  const packages = new Map<string, PackageSource[]>();
  for (const source of sources) {
    const name = /^\s*package\s+([\w.]+)\s*;/m.exec(source.text)?.[1] ?? 'default';
    packages.set(name, [...(packages.get(name) ?? []), source]);
  }
  const read = [...packages].map(([name, own]) =>
    cache.read('', 'java', name, own, (module, files) => {
      const reader = new JavaReader(module);
      for (const file of files) module.body.push(...reader.readFile(file));
      resolveNames(reader.references);
      return { extra: null, truncated: reader.truncatedFiles };
    }),
  );
  return {
    modules: read.map((each) => each.module),
    lines: read.reduce((sum, each) => sum + each.lines, 0),
    withErrors: read.flatMap((each) => each.withErrors),
  };
}
