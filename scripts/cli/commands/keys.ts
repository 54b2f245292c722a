import { z } from 'zod';
import type { AccountStore, ApiKey, Scope } from '../../../lambdas/shared/stores/account-store.ts';
import { dataDirectory, isRunning, readConnection } from '../connection.ts';
import { printJson } from '../context.ts';
import { UsageError } from '../failures.ts';
import { age, table } from '../format.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Keys are made by whoever runs the office, straight in its accounts table: with AWS credentials and
 * `ACCOUNTS_TABLE` for a deployed office, with what a running local office left in its connection file here.
 */
export interface KeyOptions {
  readonly json?: boolean;
  readonly tenant?: string;
  readonly scope?: readonly string[];
  readonly name?: string;
}

const DEFAULT_TENANT = 'default';

/** What the connection file holds besides address and key: the local office's own AWS settings. */
const localSettingsSchema = z.looseObject({ environment: z.record(z.string(), z.string()).default({}) });

async function openStore(terminal: Terminal): Promise<AccountStore> {
  if (!terminal.env['ACCOUNTS_TABLE']) {
    const local = readConnection(dataDirectory(terminal.env, terminal.root));
    if (local === null || !isRunning(local.pid)) {
      throw new UsageError(
        'Whose keys? Start a local office with "npm start", or set ACCOUNTS_TABLE (an output of the deployment) and AWS credentials.',
      );
    }
    Object.assign(process.env, localSettingsSchema.parse(local).environment);
  }
  const table = process.env['ACCOUNTS_TABLE'];
  if (!table)
    throw new UsageError(
      'The local office does not say where its accounts are: restart it with "npm start".',
    );
  const [{ documentClient }, { createAccountStore }] = await Promise.all([
    import('../../../lambdas/shared/aws.ts'),
    import('../../../lambdas/shared/stores/account-store.ts'),
  ]);
  return createAccountStore({ client: documentClient(), table });
}

async function scopesFrom(wanted: readonly string[] | undefined): Promise<readonly Scope[]> {
  const { scopes, scopeSchema } = await import('../../../lambdas/shared/stores/account-store.ts');
  if (wanted === undefined) return ['tasks:read', 'tasks:write', 'approvals'];
  return wanted.map((scope) => {
    const parsed = scopeSchema.safeParse(scope);
    if (!parsed.success) throw new UsageError(`"${scope}" is no scope: use ${scopes.join(', ')}.`);
    return parsed.data;
  });
}

const state = (key: ApiKey): string => {
  if (key.revoked_at !== undefined) return 'revoked';
  return key.expires_at_time !== undefined && Date.parse(key.expires_at_time) < Date.now()
    ? 'expired'
    : 'active';
};

/** `office keys create`. */
export async function createKey(options: KeyOptions, terminal: Terminal): Promise<number> {
  const scopes = await scopesFrom(options.scope);
  const store = await openStore(terminal);
  const made = await store.createKey({
    tenant_id: options.tenant ?? DEFAULT_TENANT,
    name: options.name ?? 'made by the command line',
    scopes,
  });
  if (options.json) printJson(terminal, { api_key: made.key, ...made.record });
  else {
    terminal.out(`${made.key}\n`);
    terminal.err(
      terminal.colors.dim(
        `Key ${made.record.key_id} of tenant ${made.record.tenant_id} (${scopes.join(', ')}). It is not stored and not shown again.\n`,
      ),
    );
  }
  return 0;
}

/** `office keys list`. */
export async function listKeys(options: KeyOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(terminal);
  const keys = await store.listKeys(options.tenant ?? DEFAULT_TENANT);
  if (options.json) {
    printJson(terminal, { keys });
    return 0;
  }
  const now = Date.now();
  const rows = keys.map((key) => [
    key.key_id,
    state(key),
    age(key.created_at, now),
    key.scopes.join(' '),
    key.name,
  ]);
  terminal.out(
    `${table(['key', 'state', 'made', 'scopes', 'name'], rows, terminal.size().columns).join('\n')}\n`,
  );
  return 0;
}

/** `office keys revoke`. */
export async function revokeKey(id: string, options: KeyOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(terminal);
  const revoked = await store.revokeKey(options.tenant ?? DEFAULT_TENANT, id);
  if (options.json) printJson(terminal, revoked);
  else terminal.out(`Key ${revoked.key_id} is revoked.\n`);
  return 0;
}
