import { documentClient } from '../../lambdas/shared/aws.ts';
import { createAccountStore, scopes } from '../../lambdas/shared/stores/account-store.ts';

/** Makes a key with every scope for the tenant `default`, in the accounts table of a deployed office. */
export async function seedKey(accountsTable: string, name: string): Promise<string> {
  const store = createAccountStore({ client: documentClient(), table: accountsTable });
  const { key } = await store.createKey({ tenant_id: 'default', name, scopes });
  return key;
}
