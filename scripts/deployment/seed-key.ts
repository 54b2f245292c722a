import { documentClient } from '../../lambdas/shared/aws.ts';
import { createAccountStore, type Scope, scopes } from '../../lambdas/shared/stores/account-store.ts';

/** Makes a key in the accounts table of a deployed office; for the tenant `default`, with every scope, unless told. */
export async function seedKey(
  accountsTable: string,
  name: string,
  options: { readonly tenant?: string; readonly scopes?: readonly Scope[] } = {},
): Promise<string> {
  const store = createAccountStore({ client: documentClient(), table: accountsTable });
  const { key } = await store.createKey({
    tenant_id: options.tenant ?? 'default',
    name,
    scopes: [...(options.scopes ?? scopes)],
  });
  return key;
}
