/**
 * The parts that several roles are wired with, made from the environment. Handlers call these at cold start;
 * the deciding files never do.
 */
import type { TaskKey } from '../../schemas/task.ts';
import { documentClient, s3Client } from './aws.ts';
import { createClaimChecks } from './claim-check.ts';
import { readEnvironment } from './environment.ts';
import { createEventLog, type EventLog } from './stores/event-log.ts';
import { createTaskStore } from './stores/task-store.ts';
import { report } from './task-metrics.ts';
import { createS3Workspace } from './tools/s3-workspace.ts';
import type { Workspace } from './tools/workspace.ts';

export const workspacePrefix = ({ tenant_id, task_id }: TaskKey): string =>
  `tenants/${tenant_id}/tasks/${task_id}/workspace/`;

export const taskTable = () => ({
  client: documentClient(),
  table: readEnvironment(['TASKS_TABLE']).TASKS_TABLE,
});
/** The tasks' log; what is written to it is counted, and its ids go to the function's own log. */
export function eventLog(): EventLog {
  const log = createEventLog(taskTable());
  return {
    ...log,
    async append(key, events, documents) {
      await log.append(key, events, documents);
      report(key, events);
    },
  };
}
export const taskStore = () => createTaskStore(taskTable());
export const claimChecks = () =>
  createClaimChecks({ client: s3Client, bucket: readEnvironment(['WORKSPACE_BUCKET']).WORKSPACE_BUCKET });

export function workspaceOf(): (key: TaskKey) => Workspace {
  const bucket = readEnvironment(['WORKSPACE_BUCKET']).WORKSPACE_BUCKET;
  return (key) => createS3Workspace({ client: s3Client(), bucket, prefix: workspacePrefix(key) });
}
