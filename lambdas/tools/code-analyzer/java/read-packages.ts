import { resolveNames } from '../engine/scope.ts';
import { openPackage } from '../package-reader.ts';
import type { PackageSource, ReadPackages } from '../package-source.ts';
import { JavaReader } from './read-classes.ts';

/** Reads Java sources by package; methods are `package.Class.method`, constructors `package.Class.<init>`. */
export function readJavaPackages(sources: readonly PackageSource[]): ReadPackages {
  const packages = new Map<string, PackageSource[]>();
  for (const source of sources) {
    const name = /^\s*package\s+([\w.]+)\s*;/m.exec(source.text)?.[1] ?? 'default';
    packages.set(name, [...(packages.get(name) ?? []), source]);
  }
  const result: ReadPackages = { modules: [], lines: 0, withErrors: [] };
  let lines = 0;
  for (const [name, own] of packages) {
    const { module, files } = openPackage('java', name, own);
    const reader = new JavaReader(module);
    for (const file of files) {
      module.body.push(...reader.readFile(file));
      lines += file.lines.count;
      if (file.hasError) result.withErrors.push(file.source.path);
    }
    resolveNames(reader.references);
    result.modules.push(module);
  }
  return { ...result, lines };
}
