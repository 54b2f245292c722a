import {
  ExecutionDoesNotExist,
  type SFNClient,
  StopExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from '@jest/globals';
import { createExecutions } from '../../../lambdas/receptionist/executions.ts';
import { wakeHolds } from '../../../lambdas/receptionist/holds.ts';
import type { Hold } from '../../../lambdas/shared/stores/hold-store.ts';
import { fakeOffice } from '../../helpers/receptionist-fakes.ts';

/** A client that answers every command with `answer` and remembers it. */
function clientWith(answer: (command: { input: unknown }) => unknown) {
  const sent: { input: Record<string, unknown> }[] = [];
  const client = {
    send: async (command: { input: Record<string, unknown> }) => {
      sent.push(command);
      return answer(command);
    },
  } as unknown as SFNClient;
  return { sent, client: () => client };
}
const parent = 'arn:aws:states:eu-west-1:1:execution:task:t1-r2';

describe('createExecutions', () => {
  it("stops the task's execution and those of its subtasks", async () => {
    const { sent, client } = clientWith(() => ({}));
    const subtaskMachineArn = 'arn:aws:states:eu-west-1:1:stateMachine:subtask';
    await createExecutions({ client, subtaskMachineArn }).stop(parent, ['a', 'b'], 'because');
    expect(sent.every((command) => command instanceof StopExecutionCommand)).toBe(true);
    expect(sent.map(({ input }) => input['executionArn'])).toEqual([
      parent,
      'arn:aws:states:eu-west-1:1:execution:subtask:t1-r2_a',
      'arn:aws:states:eu-west-1:1:execution:subtask:t1-r2_b',
    ]);
  });

  it('takes an execution that is gone for stopped, and nothing else', async () => {
    const gone = clientWith(() => {
      throw new ExecutionDoesNotExist({ message: '', $metadata: {} });
    });
    await createExecutions(gone).stop(parent, [], '');
    const broken = clientWith(() => {
      throw new Error('throttled');
    });
    await expect(createExecutions(broken).stop(parent, [], '')).rejects.toThrow('throttled');
  });

  it('tells whether anybody waited for the answer', async () => {
    const decision = { outcome: 'approved', by: 'key:1', comment: '' } as const;
    const { sent, client } = clientWith(() => ({}));
    expect(await createExecutions({ client }).answer('token', decision)).toBe(true);
    expect(sent[0]?.input).toEqual({ taskToken: 'token', output: JSON.stringify(decision) });
    const late = clientWith(() => {
      throw new TaskTimedOut({ message: '', $metadata: {} });
    });
    expect(await createExecutions(late).answer('token', decision)).toBe(false);
  });
});

describe('wakeHolds', () => {
  it('logs, wakes and forgets every hold of the tenant', async () => {
    const office = fakeOffice();
    const hold = (task_id: string): Hold => ({
      tenant_id: 'acme',
      task_id,
      subtask_id: 'a',
      place: 'subtask:plan',
      held_at: '2026-05-01T12:00:00.000Z',
      needed_usd: null,
      task_token: `token-${task_id}`,
    });
    const lifted: string[] = [];
    const woken = await wakeHolds(
      {
        holds: {
          list: async () => [hold('t1'), hold('t2')],
          lift: async ({ task_id }) => {
            lifted.push(task_id);
          },
        },
        // The second one was cancelled in the meantime.
        send: async (token) => {
          expect(office.events.get(`acme/${token.slice(6)}`)).toHaveLength(1);
          return token === 'token-t1';
        },
        events: office.deps.events,
      },
      'acme',
    );
    expect(woken).toBe(1);
    expect(lifted.sort()).toEqual(['t1', 't2']);
    expect(office.events.get('acme/t1')).toEqual([
      expect.objectContaining({ type: 'budget.resumed', subtask_id: 'a', data: { place: 'subtask:plan' } }),
    ]);
  });
});
