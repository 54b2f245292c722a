import { basename } from 'node:path';
import { roleNames, roles, toolFunctions } from './functions.ts';
import { type Permission, type Place, rolePermissions, toolPermissions } from './permissions.ts';

/** Resources by what their ARNs look like, with the logical ids of tables and buckets. */
const looks: Readonly<Record<Place, RegExp>> = {
  tasks: /:table\/\w+tasksTable\w+$/,
  'tasks/by_time': /tasksTable\w+\/index\/by_time$/,
  'tasks/by_activity': /tasksTable\w+\/index\/by_activity$/,
  accounts: /:table\/\w+accountsTable\w+$/,
  registry: /:table\/\w+registryTable\w+$/,
  memory: /:table\/\w+memoryTable\w+$/,
  'memory/by_change': /memoryTable\w+\/index\/by_change$/,
  vectors: /:s3vectors:/,
  workspaces: /:::\w+Workspaces\w+$/,
  'workspace objects': /:::\w+Workspaces\w+\/tenants\/\*$/,
  'queue high': /:sqs:.*-high$/,
  'queue normal': /:sqs:.*-normal$/,
  'queue low': /:sqs:.*-low$/,
  'queue dead-letters': /:sqs:.*-dead-letters$/,
  'queue webhooks': /:sqs:.*-webhooks$/,
  'topic approvals': /:sns:.*-approvals$/,
  'task machine': /:stateMachine:.*-task$/,
  'any token': /^\*$/,
  'task executions': /:execution:.*-task:\*$/,
  'tool functions': /:function:/,
  'notifier function': /:function:.*-notifier$/,
  'workspace role': /:role\/\w+WorkspaceRole\w+$/,
};

const folderOf = (caller: string): string => caller.replace(/^office-/, '');
const permissionsOf = (caller: string): readonly Permission[] => {
  const role = roleNames.find((name) => basename(roles[name].folder) === folderOf(caller));
  if (role !== undefined) return rolePermissions[role];
  const tool = Object.entries(toolFunctions).find(([, { folder }]) => basename(folder) === folderOf(caller));
  return toolPermissions[tool?.[0] ?? ''] ?? [];
};

/** Why a function may do what no call of the black-box suite did; undefined when nobody wrote down a reason. */
export const reasonWhyUnused = (caller: string, action: string, resource: string): string | undefined =>
  permissionsOf(caller).find(
    ({ on, actions, unused }) => unused !== undefined && actions.includes(action) && looks[on].test(resource),
  )?.unused;
