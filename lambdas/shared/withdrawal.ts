import type { TaskKey } from '../../schemas/task.ts';
import { ApprovalNotPendingError, type ApprovalStore } from './stores/approval-store.ts';
import type { HoldStore } from './stores/hold-store.ts';

/** Takes back what an ended task still asks of people: open questions and waits for money. */
export type Withdraw = (key: TaskKey, by: string, comment: string) => Promise<void>;

export function createWithdraw(deps: {
  readonly approvals: Pick<ApprovalStore, 'listByTask' | 'decide'>;
  readonly holds: Pick<HoldStore, 'forget'>;
  readonly now: () => Date;
}): Withdraw {
  async function revoke(key: TaskKey, by: string, comment: string): Promise<void> {
    const questions = await deps.approvals.listByTask(key);
    const pending = questions.filter(({ status }) => status === 'pending');
    await Promise.all(
      pending.map(async ({ approval_id }) => {
        const at = deps.now().toISOString();
        try {
          await deps.approvals.decide(key.tenant_id, approval_id, { status: 'revoked', by, comment, at });
        } catch (error) {
          // Decided in the meantime: then nobody waits for it any more.
          if (!(error instanceof ApprovalNotPendingError)) throw error;
        }
      }),
    );
  }
  return async (key, by, comment) => {
    await Promise.all([revoke(key, by, comment), deps.holds.forget(key)]);
  };
}
