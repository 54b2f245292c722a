import { spawn } from 'node:child_process';
import type { Walls } from './process-walls.ts';

/** A loaded interpreter holds 20 to 40 MiB. */
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * The memory of a freshly loaded interpreter, made in a process of its own; undefined when that fails, for
 * a snapshot only saves time. It stays in this process's memory, where no program can change it.
 */
export function makeSnapshot(walls: Walls): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const child = spawn(walls.command, [...walls.args], {
      env: {},
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code === 0 && bytes > 0 ? Buffer.concat(chunks) : undefined));
    // It must not keep this process alive; a pipe is a socket and can be let go of like the process.
    const parts = [child, child.stdin, child.stdout] as unknown as { unref(): void }[];
    for (const part of parts) part.unref();
  });
}
