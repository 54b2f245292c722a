import type { ClassFrame, Expression } from '../engine/ast.ts';
import { resolveNames } from '../engine/scope.ts';
import { PackageCache } from '../package-reader.ts';
import type { PackageSource, ReadPackages } from '../package-source.ts';
import { GoReader, type GoType } from './read-declarations.ts';

const cache = new PackageCache<{ type: GoType; declared: Expression[] }[]>();

/**
 * Reads Go sources by folder. A package is named by its folder (`internal.store`), the one in the analysed
 * folder itself by its package clause.
 */
export function readGoPackages(sources: readonly PackageSource[]): ReadPackages {
  const packages = new Map<string, PackageSource[]>();
  for (const source of sources) {
    const folder = source.path.split('/').slice(0, -1).join('.');
    const clause = /^\s*package\s+(\w+)/m.exec(source.text)?.[1] ?? 'main';
    const name = folder === '' ? clause : clause.endsWith('_test') ? `${folder}_test` : folder;
    packages.set(name, [...(packages.get(name) ?? []), source]);
  }
  const names = [...packages.keys()];
  const read = [...packages].map(([name, own]) =>
    cache.read(names.join(), 'go', name, own, (module, files) => {
      const reader = new GoReader(module, names);
      module.body.push(...reader.readPackage(files));
      resolveNames(reader.references);
      const extra = reader.types.map((type) => ({ type, declared: [...type.statement.bases] }));
      return { extra, truncated: reader.truncatedFiles };
    }),
  );
  const types = read.flatMap((each) => each.extra);
  // Which interfaces a type has depends on all packages, so those of an earlier project are dropped.
  for (const { type, declared } of types) type.statement.bases.splice(0, Infinity, ...declared);
  addInterfaces(types.map(({ type }) => type));
  return {
    modules: read.map((each) => each.module),
    lines: read.reduce((sum, each) => sum + each.lines, 0),
    withErrors: read.flatMap((each) => each.withErrors),
  };
}

/** Go's types implement interfaces without saying so: by having all their methods (Go specification, "Method sets"). */
function addInterfaces(types: readonly GoType[]): void {
  const byFrame = new Map<ClassFrame, GoType>(types.map((type) => [type.frame, type]));
  const byName = new Map<string, GoType>(types.map((type) => [`${type.module}.${type.name}`, type]));
  const methodsOf = (type: GoType, seen = new Set<GoType>()): Set<string> => {
    if (seen.has(type)) return new Set();
    seen.add(type);
    const all = new Set(type.methods);
    for (const embedded of type.embedded) {
      const other = byName.get(`${type.module}.${embedded}`);
      if (other) for (const method of methodsOf(other, seen)) all.add(method);
    }
    return all;
  };
  const concrete = [...byFrame.values()].filter((type) => !type.isInterface);
  const sets = new Map(concrete.map((type) => [type, methodsOf(type)]));
  for (const contract of types) {
    if (!contract.isInterface) continue;
    const wanted = [...methodsOf(contract)];
    if (wanted.length === 0) continue;
    for (const [type, methods] of sets) {
      if (!wanted.every((method) => methods.has(method))) continue;
      const base: Expression = {
        k: 'imported',
        at: type.statement.at,
        module: contract.module,
        name: contract.name,
      };
      type.statement.bases.push(base);
    }
  }
}
