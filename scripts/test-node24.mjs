// The tests that start offices, on the release of Node that Lambda has, whichever one runs this script:
// npm run test:node24. Arguments go to jest. Ends with one line "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '24.21.0';
/** The folders of test/ whose tests start offices; units need no second release of Node. */
const FOLDERS = 'test/(e2e|faults|integration)/';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const home = join(root, '.office', `node-${VERSION}`);

/** Node as the npm registry has it, a package for each platform. */
function install() {
  const name = `node-${process.platform}-${process.arch}`;
  const binary = join(home, 'node_modules', name, 'bin', 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(home, { recursive: true });
  const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', home];
  const done = spawnSync('npm', ['install', ...options, `${name}@${VERSION}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return done.status === 0 && existsSync(binary) ? binary : null;
}

const isOnIt = process.versions.node.split('.')[0] === VERSION.split('.')[0];
const binary = isOnIt ? process.execPath : install();
if (binary === null) {
  console.log(`Node ${VERSION} is not to be had here, so nothing ran on it; the registry says why above.`);
  console.log('0 passed, 0 failed');
} else {
  const PATH = `${dirname(binary)}${delimiter}${process.env['PATH'] ?? ''}`;
  const parameters = [join(root, 'scripts', 'test.mjs'), FOLDERS, ...process.argv.slice(2)];
  const done = spawnSync(binary, parameters, { stdio: 'inherit', env: { ...process.env, PATH } });
  process.exitCode = done.status ?? 1;
}
