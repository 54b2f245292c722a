import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bundle, bundleAll } from '../../infra/bundling/bundle.ts';
import { environmentSchema } from '../../lambdas/shared/environment.ts';

const program = fileURLToPath(new URL('../helpers/programs/load-bundle.mjs', import.meta.url));

/** Values that every function starts with; nothing is called. */
const environment: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(environmentSchema.shape)
      .filter(([, schema]) => !schema.safeParse(undefined).success)
      .map(([name]) => [name, 'bench']),
  ),
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  NODE_NO_WARNINGS: '1',
};

/** Milliseconds from the import to a handler that can be called, in a new process; the process's own start is not in it. */
function coldLoad(bundle: Bundle): number {
  const child = spawnSync(process.execPath, [program, join(bundle.directory, 'index.mjs')], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...environment },
  });
  const took = Number(child.stdout);
  if (child.status !== 0 || !(took > 0)) throw new Error(`${bundle.name} does not load: ${child.stderr}`);
  return took;
}

/** Prints size and cold load of every function's bundle: the best of a few, as a machine's other work only adds. */
export async function benchBundles(quick: boolean): Promise<void> {
  const bundles = await bundleAll();
  const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`.padStart(9);
  console.log(
    `  ${'function'.padEnd(18)}${'at start'.padStart(9)}${'minified'.padStart(9)}${'gzip'.padStart(9)}${'load'.padStart(10)}`,
  );
  for (const bundle of bundles) {
    const loads = Array.from({ length: quick ? 2 : 7 }, () => coldLoad(bundle));
    console.log(
      `  ${bundle.name.padEnd(18)}${kilobytes(bundle.atStart)}${kilobytes(bundle.minified)}${kilobytes(bundle.compressed)}${`${Math.min(...loads).toFixed(0)} ms`.padStart(10)}`,
    );
  }
}
