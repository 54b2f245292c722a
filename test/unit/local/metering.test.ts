import { describe, expect, it } from '@jest/globals';
import { createMeter } from '../../../infra/local/metering.ts';

describe('the meter', () => {
  const used = () => {
    const meter = createMeter(async () => ({ dynamodb: { PutItem: 3 }, s3: {}, sqs: { SendMessage: 1 } }));
    meter.onInvocation('planner', 500, 1024, false);
    meter.onInvocation('planner', 500, 1024, true);
    meter.onTransition('task');
    meter.onTransition('task');
    meter.onExecutionEnd('task', 'SUCCEEDED');
    return meter;
  };

  it('adds up what was used', async () => {
    expect(await used().snapshot()).toEqual({
      requests: { dynamodb: { PutItem: 3 }, s3: {}, sqs: { SendMessage: 1 } },
      lambda: { planner: { invocations: 2, failures: 1, milliseconds: 1000, gigabyteSeconds: 1 } },
      transitions: { task: 2 },
      executions: { 'task SUCCEEDED': 1 },
    });
  });

  it('writes Prometheus text', async () => {
    const lines = (await used().prometheus()).split('\n');

    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE office_store_requests_total counter',
        'office_store_requests_total{service="dynamodb",operation="PutItem"} 3',
        'office_function_invocations_total{function="planner"} 2',
        'office_function_failures_total{function="planner"} 1',
        'office_function_seconds_total{function="planner"} 1',
        'office_state_transitions_total{machine="task"} 2',
        'office_executions_total{machine="task",status="SUCCEEDED"} 1',
      ]),
    );
  });
});
