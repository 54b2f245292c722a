/**
 * An office in which things go wrong by chance, for a test that also kills it.
 * Arguments: data directory, API key, allowed host, seed, rate of faults, rate of crashes. Prints its URL.
 */
import { startOffice } from '../../../infra/local/office.ts';
import { createOfflineProvider } from '../../../lambdas/shared/llm/offline/offline-provider.ts';
import { registerProvider } from '../../../lambdas/shared/llm/providers.ts';
import { createChaos } from '../injector.ts';

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
const office = await startOffice({
  dataDir,
  port: 0,
  apiKey,
  around,
  environment: {
    OFFICE_ALLOW_HOSTS: allowHosts,
    MAX_CONCURRENT_TASKS_PER_TENANT: '20',
    REQUESTS_PER_MINUTE: '1000000',
  },
});
open = true;
process.stdout.write(`${office.url}\n`);
