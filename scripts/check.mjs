// Types, format and lint, and whether generated files are up to date. Ends with one line "N passed, N failed",
// and exit code 1 when something is not as it should be.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

function run(parameters) {
  return new Promise((done) => {
    const child = spawn(process.execPath, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('exit', (code) => done({ code, output }));
  });
}

const checks = [
  ['types', 'node_modules/typescript/bin/tsc', ['--noEmit', '--pretty', 'false']],
  ['format and lint', 'node_modules/@biomejs/biome/bin/biome', ['check', '--max-diagnostics=50', '.']],
  ['generated files', 'scripts/generate.ts', ['--check']],
];

let passed = 0;
let failed = 0;
for (const [name, program, parameters] of checks) {
  if (!existsSync(join(root, program))) {
    console.log(`skipped  ${name}: ${program} does not exist`);
    continue;
  }
  const loader = program.endsWith('.ts') ? ['--import', './scripts/typescript.mjs'] : [];
  const began = Date.now();
  const { code, output } = await run([...loader, program, ...parameters]);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok      ' : 'failed  '} ${name} (${seconds} s)`);
  if (code === 0) passed += 1;
  else {
    failed += 1;
    console.log(output.trimEnd());
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
