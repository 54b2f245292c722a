/**
 * An office in which things go wrong by chance, for a test that also kills it.
 * Arguments: data directory, API key, allowed host, seed, rate of faults, rate of crashes. Prints its URL.
 * Without faults nothing is between its parts: its functions run in a second process, too, which is killed now and then.
 */
import { startOffice } from '../../../infra/local/office.ts';
import { createOfflineProvider } from '../../../lambdas/shared/llm/offline/offline-provider.ts';
import { registerProvider } from '../../../lambdas/shared/llm/providers.ts';
import { createChaos, seeded } from '../injector.ts';

const [dataDir = '', apiKey = '', allowHosts = '', seed = '0', rate = '0', crashRate = '0'] =
  process.argv.slice(2);
const chaos = createChaos({ seed: Number(seed), rate: Number(rate), crashRate: Number(crashRate) });
/** Nothing goes wrong before the office is open: a start that fails is only started again. */
let open = false;
const around: typeof chaos = (point, run) => (open ? chaos(point, run) : run());
const offline = createOfflineProvider();
registerProvider('offline', () => ({
  ...offline,
  complete: (call) => around('model offline', () => offline.complete(call)),
}));
const isCalm = Number(rate) === 0;
const office = await startOffice({
  dataDir,
  port: 0,
  apiKey,
  ...(isCalm ? { secondProcess: { from: 2 } } : { around }),
  environment: {
    OFFICE_ALLOW_HOSTS: allowHosts,
    MAX_CONCURRENT_TASKS_PER_TENANT: '20',
    REQUESTS_PER_MINUTE: '1000000',
  },
});
open = true;
const random = seeded(Number(seed));
function killFunctions(): void {
  const pid = office.functionsPid();
  if (pid !== null) process.kill(pid, 'SIGKILL');
  setTimeout(killFunctions, 1_000 + random() * 4_000);
}
if (isCalm) setTimeout(killFunctions, 2_000);
process.stdout.write(`${office.url}\n`);
