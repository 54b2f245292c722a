import { z } from 'zod';
import { dataDirectory, isRunning, readConnection } from './connection.ts';
import { UsageError } from './failures.ts';
import type { Terminal } from './terminal.ts';

/** What the connection file holds besides address and key: the local office's own AWS settings. */
const localSettingsSchema = z.looseObject({ environment: z.record(z.string(), z.string()).default({}) });

/**
 * Makes this process reach the stores that are meant: those of a deployment when `setting` names its table, else those of
 * the office that runs here.
 * @param otherwise what to say when there is neither
 * @returns whether a deployment is meant
 * @throws UsageError when there is neither
 */
export async function reachStores(setting: string, otherwise: string, terminal: Terminal): Promise<boolean> {
  // The SDK would warn about Node 20 on every call of a command.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  if (terminal.env[setting]) return true;
  const local = readConnection(dataDirectory(terminal.env, terminal.root));
  if (local === null || !isRunning(local.pid)) throw new UsageError(otherwise);
  const { applyEnvironment } = await import('../../infra/local/local-environment.ts');
  applyEnvironment(localSettingsSchema.parse(local).environment);
  return false;
}
