// Runs MiniStack, an AWS look-alike, from a virtual environment under .office/: npm run ministack.
// Arguments: --port N (4566), --stop, --json. It stays in the background; its log is .office/ministack/ministack.log.
import { startMiniStack, stopMiniStack } from './local-aws/ministack.ts';

const port = Number(process.argv[process.argv.indexOf('--port') + 1] || 4566);
try {
  if (process.argv.includes('--stop')) {
    console.log((await stopMiniStack()) ? 'MiniStack is stopped.' : 'MiniStack was not running.');
  } else {
    const { url, pid, version } = await startMiniStack({ port, say: (line) => console.error(line) });
    if (process.argv.includes('--json')) console.log(JSON.stringify({ url, pid, version }));
    else console.log(`MiniStack ${version} answers at ${url} (process ${pid}). Next: npm run deploy:local`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
