// Runs MiniStack, an AWS look-alike, from a virtual environment under .office/: npm run ministack.
// Arguments: --port N (4566), --stop, --json. It stays in the background; its log is .office/ministack/.
import { DEFAULT_PORT, startMiniStack, stopMiniStack } from './local-aws/ministack.ts';

const at = process.argv.indexOf('--port');
const port = at < 0 ? DEFAULT_PORT : Number(process.argv[at + 1]);
try {
  if (process.argv.includes('--stop')) {
    console.log((await stopMiniStack(port)) ? 'MiniStack is stopped.' : 'MiniStack was not running.');
  } else {
    const { url, pid, version } = await startMiniStack({ port, say: (line) => console.error(line) });
    if (process.argv.includes('--json')) console.log(JSON.stringify({ url, pid, version }));
    else console.log(`MiniStack ${version} answers at ${url} (process ${pid}). Next: npm run deploy:local`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
