import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../failures.ts';
import type { Terminal } from '../terminal.ts';

/** `office deploy`: the project's own deploy script, which asks before it touches an account. */
export async function deploy(parameters: readonly string[], terminal: Terminal): Promise<number> {
  const { scripts } = JSON.parse(readFileSync(join(terminal.root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  if (scripts['deploy'] === undefined) {
    throw new UsageError(
      'This copy of the office has no "deploy" script in package.json: update it, then try again.',
    );
  }
  const child = spawn('npm', ['run', '--silent', 'deploy', '--', ...parameters], {
    cwd: terminal.root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  // Ctrl-C reaches npm by itself, a signal to this process alone does not; either way npm ends first.
  terminal.interrupted.addEventListener('abort', () => child.kill());
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 1));
  });
}
