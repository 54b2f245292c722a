/** An office of this repository, for a test that kills it. Arguments: data directory, API key, allowed host. */
import { startOffice } from '../../../infra/local/office.ts';

const [dataDir = '', apiKey = '', allowHosts = ''] = process.argv.slice(2);
/** Few at a time, so that a kill meets tasks in every stage: queued, running, ended. */
const environment = { OFFICE_ALLOW_HOSTS: allowHosts, MAX_CONCURRENT_TASKS_PER_TENANT: '3' };
const office = await startOffice({ dataDir, port: 0, apiKey, environment });
process.stdout.write(`${office.url}\n`);
