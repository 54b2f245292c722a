/**
 * An embedded office with a model provider of its own, for tests: `own-office.ts <data folder> [provider module]`.
 * Prints its address and key as one line of JSON; ends on SIGTERM.
 */
import { fileURLToPath } from 'node:url';
import { startOffice } from '../../../infra/local/office.ts';
import type { ModelProvider } from '../../../lambdas/shared/llm/provider.ts';
import { registerProvider } from '../../../lambdas/shared/llm/providers.ts';

const [dataDir = '', providerModule] = process.argv.slice(2);
const environment: Record<string, string> = JSON.parse(process.env['OWN_OFFICE_ENVIRONMENT'] ?? '{}');
if (providerModule !== undefined) {
  const { provider } = (await import(providerModule)) as { provider: ModelProvider };
  registerProvider('instant', () => provider);
  environment['OFFICE_MODELS_FILE'] = fileURLToPath(
    new URL('../../bench/instant-models.json', import.meta.url),
  );
}
const office = await startOffice({ dataDir, port: 0, environment });
process.stdout.write(`${JSON.stringify({ url: office.url, api_key: office.apiKey })}\n`);
process.on('SIGTERM', () => void office.stop().then(() => process.exit(0)));
