import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { TenantData } from '../../../lambdas/shared/stores/tenant-data.ts';
import { tenantIdSchema } from '../../../schemas/identifiers.ts';
import { printJson } from '../context.ts';
import { UsageError } from '../failures.ts';
import { fileErrorCode } from '../files.ts';
import { reachStores } from '../local-stores.ts';
import type { Terminal } from '../terminal.ts';

/**
 * What the office holds of a tenant, taken out or erased by whoever runs the office: with AWS credentials and the names
 * of its tables and its bucket for a deployed office, with what a running local office left in its connection file here.
 */
export interface TenantOptions {
  readonly json?: boolean;
  readonly out?: string;
  readonly yes?: boolean;
}

async function openData(tenantId: string, terminal: Terminal): Promise<TenantData> {
  if (!tenantIdSchema.safeParse(tenantId).success) {
    throw new UsageError(`"${tenantId}" is no tenant: use lower case letters, digits and -, 63 at most.`);
  }
  await reachStores(
    'TASKS_TABLE',
    'Whose data? Start a local office with "npm start", or set TASKS_TABLE, ACCOUNTS_TABLE, REGISTRY_TABLE, MEMORY_TABLE, WORKSPACE_BUCKET and AWS credentials.',
    terminal,
  );
  const [{ documentClient, s3Client }, { readEnvironment }, { createTenantData }] = await Promise.all([
    import('../../../lambdas/shared/aws.ts'),
    import('../../../lambdas/shared/environment.ts'),
    import('../../../lambdas/shared/stores/tenant-data.ts'),
  ]);
  const { TASKS_TABLE, ACCOUNTS_TABLE, REGISTRY_TABLE, MEMORY_TABLE, WORKSPACE_BUCKET } = readEnvironment([
    'TASKS_TABLE',
    'ACCOUNTS_TABLE',
    'REGISTRY_TABLE',
    'MEMORY_TABLE',
    'WORKSPACE_BUCKET',
  ]);
  return createTenantData({
    client: documentClient(),
    tables: { tasks: TASKS_TABLE, accounts: ACCOUNTS_TABLE, registry: REGISTRY_TABLE, memory: MEMORY_TABLE },
    s3: s3Client,
    bucket: WORKSPACE_BUCKET,
  });
}

/** What lets somebody act in the tenant's name stays where it is. */
const SECRET = new Set(['task_token', 'secret']);
const withoutSecrets = (item: unknown): string =>
  JSON.stringify(item, (name, value: unknown) => {
    if (SECRET.has(name)) return undefined;
    return value instanceof Set ? [...value] : value;
  });

/** A path below `folder`, whatever the object is called. */
function placeOf(folder: string, key: string): string {
  const place = resolve(folder, key);
  const inside = relative(folder, place);
  return inside.startsWith('..') || inside.includes(`..${sep}`)
    ? join(folder, encodeURIComponent(key))
    : place;
}

/** `office tenant export`: one `.jsonl` file a table, and the files as they are. */
export async function exportTenant(
  tenantId: string,
  options: TenantOptions,
  terminal: Terminal,
): Promise<number> {
  const data = await openData(tenantId, terminal);
  const folder = resolve(terminal.cwd, options.out ?? `${tenantId}-export`);
  const counts = await writeTo(folder, data, tenantId).catch((error: unknown) => {
    const code = fileErrorCode(error);
    if (code === null) throw error;
    throw new UsageError(`The folder ${folder} can not be written (${code}): name another with --out.`);
  });
  if (options.json) printJson(terminal, { tenant_id: tenantId, folder, ...counts });
  else terminal.out(`${counts.items} items and ${counts.files} files of ${tenantId} are in ${folder}.\n`);
  return 0;
}

async function writeTo(folder: string, data: TenantData, tenantId: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tables = new Map<string, number>();
  const counts = { items: 0, files: 0, bytes: 0 };
  try {
    for await (const { table, item } of data.items(tenantId)) {
      const file = tables.get(table) ?? openSync(join(folder, `${table}.jsonl`), 'w', 0o600);
      tables.set(table, file);
      writeFileSync(file, `${withoutSecrets(item)}\n`);
      counts.items += 1;
    }
  } finally {
    for (const file of tables.values()) closeSync(file);
  }
  for await (const { key, bytes } of data.files(tenantId)) {
    const place = placeOf(join(folder, 'files'), key);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, await data.read(key), { mode: 0o600 });
    counts.files += 1;
    counts.bytes += bytes;
  }
  return counts;
}

/** `office tenant erase`: everything, keys too; there is no way back. */
export async function eraseTenant(
  tenantId: string,
  options: TenantOptions,
  terminal: Terminal,
): Promise<number> {
  if (options.yes !== true) {
    throw new UsageError(
      `This erases everything of ${tenantId} for good: tasks, files, memory, usage, keys. Export it first if it may be needed, then add --yes.`,
    );
  }
  const data = await openData(tenantId, terminal);
  const erased = await data.erase(tenantId);
  if (options.json) printJson(terminal, { tenant_id: tenantId, ...erased });
  else terminal.out(`${erased.items} items and ${erased.files} files of ${tenantId} are erased.\n`);
  return 0;
}
