// Bundles every function into dist/functions and prints the sizes: npm run bundle. Ends with 1 when one is too big.
import { bundleAll, MAX_COMPRESSED, MAX_MINIFIED, oversized } from '../infra/bundling/bundle.ts';

const began = performance.now();
const bundles = await bundleAll();
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`.padStart(9);
console.log(
  `${'function'.padEnd(18)}${'minified'.padStart(9)}${'at start'.padStart(9)}${'gzip'.padStart(9)}`,
);
for (const { name, minified, atStart, compressed, extra, parts } of bundles) {
  console.log(
    `${name.padEnd(18)}${kilobytes(minified)}${kilobytes(atStart)}${kilobytes(compressed)}${extra.map((reason) => `  + ${reason}`).join('')}`,
  );
  if (process.argv.includes('--parts')) {
    for (const [part, bytes] of parts.slice(0, 16)) console.log(`    ${kilobytes(bytes)}  ${part}`);
  }
}
console.log(`${bundles.length} bundles in ${((performance.now() - began) / 1000).toFixed(1)} s`);
const problems = oversized(bundles);
for (const problem of problems)
  console.error(`Over ${MAX_MINIFIED} bytes or ${MAX_COMPRESSED} compressed: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
