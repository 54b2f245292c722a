import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createPythonExec } from '../../../lambdas/tools/python-exec/python-exec.ts';
import { aRun } from '../../helpers/tool-run.ts';
import { type Attack, containedAttacks } from './attacks.ts';
import { endingAttacks } from './ending-attacks.ts';

const CANARY = 'canary-5e1f7c';
const BATCHES = 3;
/** Loading an interpreter takes a fraction of a second, and many of them on a machine that is busy. */
const START_MS = 120_000;
jest.setTimeout(START_MS + 60_000);

const folder = mkdtempSync(join(tmpdir(), 'attacks-'));
const marker = join(folder, 'marker');
const secret = join(folder, 'secret.txt');
const python = createPythonExec({ start_ms: START_MS });
let server: Server;
let port = 0;
let connections = 0;

function filled({ code }: Attack): string {
  return code
    .replaceAll('{marker}', marker)
    .replaceAll('{secret}', secret)
    .replaceAll('{port}', String(port));
}

/** Runs many attacks in one interpreter; answers by name: what each won, or the exception that stopped it. */
function batchOf(attacks: readonly Attack[]): string {
  return [
    'import json as _json',
    `_attacks = _json.loads(${JSON.stringify(JSON.stringify(attacks.map((one) => [one.name, filled(one)])))})`,
    'import sys as _sys',
    '_outcomes = {}',
    'for _name, _code in _attacks:',
    '    _path, _space = list(_sys.meta_path), {"__name__": "attack"}',
    '    try:',
    '        exec(_code, _space)',
    '        _won = _space.get("got")',
    '        _outcomes[_name] = ["won", repr(_won)[:200]] if _won and _won != -1 else ["nothing", ""]',
    '    except BaseException as _error:',
    '        _outcomes[_name] = ["stopped", type(_error).__name__]',
    '    _sys.meta_path[:] = _path',
    '_outcomes',
  ].join('\n');
}

beforeAll(async () => {
  process.env['OFFICE_ATTACK_CANARY'] = CANARY;
  writeFileSync(secret, CANARY);
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = address !== null && typeof address === 'object' ? address.port : 0;
});

afterAll(() => {
  python.close();
  server.close();
  rmSync(folder, { recursive: true });
  Reflect.deleteProperty(process.env, 'OFFICE_ATTACK_CANARY');
});

function expectNoTrace(): void {
  expect(existsSync(marker)).toBe(false);
  expect(existsSync(`${marker}-dir`)).toBe(false);
  expect(connections).toBe(0);
}

describe('attacks that one interpreter contains', () => {
  const size = Math.ceil(containedAttacks.length / BATCHES);
  const batches = Array.from({ length: BATCHES }, (_, index) =>
    containedAttacks.slice(index * size, (index + 1) * size),
  );

  it.each(batches.map((batch) => [batch[0]?.name ?? '', batch] as const))(
    '%s and the following win nothing',
    async (_name, batch) => {
      const { output } = await python.run({ code: batchOf(batch) }, aRun());

      const outcomes = output.result as Record<string, [string, string]>;
      expect(Object.keys(outcomes)).toHaveLength(batch.length);
      expect(Object.entries(outcomes).filter(([, [kind]]) => kind === 'won')).toEqual([]);
      expect(JSON.stringify(output)).not.toContain(CANARY);
      expectNoTrace();
    },
  );
});

describe('attacks that end the run', () => {
  it.each(endingAttacks.map((one) => [one.name, one] as const))(
    '%s ends under a name',
    async (_name, one) => {
      const endless = one.ends.source.includes('TimeoutExceeded');
      const failure = await python
        .run({ code: filled(one) }, aRun({ policy: { timeout_seconds: endless ? 2 : 30 } }))
        .then(
          (result) => ({ name: 'none', message: JSON.stringify(result) }),
          (error: Error) => error,
        );

      expect(`${failure.name}: ${failure.message.slice(0, 200)}`).toMatch(one.ends);
      expect(failure.message).not.toContain(CANARY);
      expect(failure.message).not.toMatch(/node_modules|runner\.mjs/);
      expectNoTrace();
    },
  );
});

it('works after all of them', async () => {
  const { output } = await python.run({ code: 'print("hi")\n6 * 7' }, aRun());

  expect(output).toEqual({ stdout: 'hi\n', stderr: '', result: 42, files_written: [] });
});

it('counts the attacks', () => {
  const count = containedAttacks.length + endingAttacks.length;
  process.stdout.write(`python_exec: ${count} attacks\n`);
  expect(count).toBeGreaterThanOrEqual(100);
});
