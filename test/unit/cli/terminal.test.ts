import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const program = fileURLToPath(new URL('../../../scripts/office.mjs', import.meta.url));

it('ends at the first Ctrl-C while an office keeps it waiting for an answer', async () => {
  const silent = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => silent.emit('asked'));
  });
  const asked = once(silent, 'asked');
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, [program, 'tasks', '--url', url, '--key', 'any'], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');

  await asked;
  child.kill('SIGINT');

  expect(await ended).toEqual([null, 'SIGINT']);
  silent.close();
});
