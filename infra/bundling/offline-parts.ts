import type { Plugin } from 'esbuild';

/** The offline provider's parts: which role's briefs each answers, and with which functions. */
const PARTS: Readonly<
  Record<string, { readonly roles: readonly string[]; readonly answers: readonly string[] }>
> = {
  './analyst.ts': { roles: ['analyst'], answers: ['decompose'] },
  './planner.ts': { roles: ['planner'], answers: ['planSubtask'] },
  './plan-check.ts': { roles: ['validator', 'broker'], answers: ['judgePlan', 'assessTools'] },
  './review/review.ts': { roles: ['reviewer'], answers: ['reviewResult'] },
};
/** The archivist asks models for vectors, and for no answer. */
const asking = new Set(['archivist', ...Object.values(PARTS).flatMap(({ roles }) => roles)]);

/**
 * A role's function asks the offline provider for its own role only; the rules of the others, up to a quarter of a
 * bundle, stay out of it.
 */
export function offlinePartsOf(role: string): readonly Plugin[] {
  if (!asking.has(role)) return [];
  const namespace = 'offline-parts';
  const plugin: Plugin = {
    name: namespace,
    setup(builder) {
      builder.onResolve({ filter: /^\.\// }, ({ path, importer }) => {
        const part = PARTS[path];
        if (part === undefined || part.roles.includes(role)) return undefined;
        if (!/[\\/]offline[\\/]offline-provider\.ts$/.test(importer)) return undefined;
        return { path, namespace, sideEffects: false };
      });
      builder.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: (PARTS[path]?.answers ?? [])
          .map(
            (name) =>
              `export const ${name} = () => { throw new Error('The ${role} is asked for its own role only.'); };`,
          )
          .join('\n'),
      }));
    },
  };
  return [plugin];
}
