import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface SavedQuery {
  readonly name: string;
  readonly query: string;
}

/** CloudWatch Logs Insights queries over the log groups of all functions. Replace what is in angle brackets. */
export const savedQueries: readonly SavedQuery[] = [
  {
    name: 'everything of a task',
    query:
      "fields @timestamp, service, level, message, subtask_id, step_id\n| filter task_id = '<task id>'\n| sort @timestamp asc",
  },
  {
    name: 'errors by name',
    query:
      "filter level = 'ERROR'\n| stats count(*) as errors, count_distinct(task_id) as tasks by service, error.name\n| sort errors desc",
  },
  {
    name: 'failed tasks of a tenant',
    query:
      "fields @timestamp, task_id\n| filter message = 'task.failed' and tenant_id = '<tenant>'\n| sort @timestamp desc",
  },
  {
    name: 'slowest invocations',
    query:
      "filter type = 'platform.report' or @type = 'REPORT'\n| fields @log, @duration, @maxMemoryUsed / 1000000 as megabytes, @requestId\n| sort @duration desc\n| limit 50",
  },
  {
    name: 'cold starts by function',
    query:
      "filter @type = 'REPORT' and ispresent(@initDuration)\n| stats count(*) as starts, avg(@initDuration) as average_ms, max(@initDuration) as longest_ms by @log",
  },
];

/** Saved in the console under the office's name. */
export class Queries extends Construct {
  constructor(scope: Construct, id: string, props: { officeName: string; groups: readonly string[] }) {
    super(scope, id);
    for (const [i, { name, query }] of savedQueries.entries()) {
      new logs.CfnQueryDefinition(this, `Query${i}`, {
        name: `${props.officeName}/${name}`,
        queryString: query,
        logGroupNames: [...props.groups],
      });
    }
  }
}
