import { describeError, errorName } from '../../../lambdas/shared/errors.ts';
import type { AccountStore, ApiKey, Scope } from '../../../lambdas/shared/stores/account-store.ts';
import type { LimitStore } from '../../../lambdas/shared/stores/limit-store.ts';
import { tenantIdSchema } from '../../../schemas/identifiers.ts';
import { printJson, tableWidth } from '../context.ts';
import { UsageError } from '../failures.ts';
import { age, table } from '../format.ts';
import { reachStores } from '../local-stores.ts';
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

interface Accounts {
  readonly store: AccountStore;
  readonly limits: LimitStore;
  /** The one that is meant when none is named. */
  readonly tenant: string;
}

/** The stores of whoever runs the office, for the tenant that is meant. */
export async function openAccounts(
  options: Pick<KeyOptions, 'tenant'>,
  terminal: Terminal,
): Promise<Accounts> {
  const deployed = await reachStores(
    'ACCOUNTS_TABLE',
    'Whose keys? Start a local office with "npm start", or set ACCOUNTS_TABLE (an output of the deployment) and AWS credentials.',
    terminal,
  );
  const [{ documentClient }, { readEnvironment }, { createAccountStore }, { createLimitStore }] =
    await Promise.all([
      import('../../../lambdas/shared/aws.ts'),
      import('../../../lambdas/shared/environment.ts'),
      import('../../../lambdas/shared/stores/account-store.ts'),
      import('../../../lambdas/shared/stores/limit-store.ts'),
    ]);
  const { ACCOUNTS_TABLE } = readEnvironment(['ACCOUNTS_TABLE']);
  const tenant = options.tenant ?? (deployed ? 'default' : 'local');
  if (!tenantIdSchema.safeParse(tenant).success) {
    throw new UsageError(`"${tenant}" is no tenant: use lower case letters, digits and -, 63 at most.`);
  }
  const table = { client: documentClient(), table: ACCOUNTS_TABLE };
  return { store: createAccountStore(table), limits: createLimitStore(table), tenant };
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
  const { store, tenant } = await openAccounts(options, terminal);
  const made = await store.createKey({
    tenant_id: tenant,
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
  const { store, tenant } = await openAccounts(options, terminal);
  const keys = await store.listKeys(tenant);
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
    `${table(['key', 'state', 'made', 'scopes', 'name'], rows, tableWidth(terminal)).join('\n')}\n`,
  );
  return 0;
}

/** `office keys revoke`. */
export async function revokeKey(id: string, options: KeyOptions, terminal: Terminal): Promise<number> {
  const { store, tenant } = await openAccounts(options, terminal);
  const revoked = await store.revokeKey(tenant, id).catch((error: unknown) => {
    throw errorName(error) === 'ApiKeyNotFoundError'
      ? new UsageError(describeError(error), { cause: error })
      : error;
  });
  if (options.json) printJson(terminal, revoked);
  else terminal.out(`Key ${revoked.key_id} is revoked.\n`);
  return 0;
}
