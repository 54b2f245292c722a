import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from '@jest/globals';
import { wallsAround } from '../../../lambdas/tools/python-exec/process-walls.ts';

const folder = mkdtempSync(join(tmpdir(), 'walls-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('hold when the interpreter is escaped from: 12 attempts of plain JavaScript', () => {
  const script = fileURLToPath(new URL('./wall-probe.mjs', import.meta.url));
  const [secret, marker] = [join(folder, 'secret'), join(folder, 'marker')];
  writeFileSync(secret, 'secret');
  const walls = wallsAround({
    script,
    // Port 9 has no server; with a network namespace there is not even a loopback to ask.
    args: [secret, marker, '9'],
    readable: [dirname(script)],
    js_heap_mb: 64,
    cpu_seconds: 20,
  });

  const probe = spawnSync(walls.command, [...walls.args], { env: {}, cwd: '/', encoding: 'utf8' });

  const outcomes = JSON.parse(probe.stdout) as Record<string, { got?: string; refused?: string }>;
  process.stdout.write(`walls: ${Object.keys(outcomes).length} attempts behind ${walls.names.join(', ')}\n`);
  expect(Object.entries(outcomes).filter(([, { got }]) => got !== undefined)).toEqual([]);
  expect(Object.keys(outcomes)).toHaveLength(12);
  expect(existsSync(marker)).toBe(false);
});
