import { z } from 'zod';
import { segment, withQuery } from '../api.ts';
import { connect, type OfficeOptions, printJson, tableWidth } from '../context.ts';
import { age, oneLine, table } from '../format.ts';
import type { Terminal } from '../terminal.ts';

const text = z.string().nullish();
const approvalsSchema = z.looseObject({
  approvals: z.array(
    z.looseObject({
      approval_id: z.string(),
      status: text,
      kind: text,
      task_id: text,
      reason: text,
      requested_at: text,
    }),
  ),
  cursor: text,
});

export interface ApprovalsOptions extends OfficeOptions {
  readonly status?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `office approvals`: what waits for a person's decision. */
export async function listApprovals(options: ApprovalsOptions, terminal: Terminal): Promise<number> {
  const status = options.status ?? 'pending';
  const api = connect(terminal, options);
  const answer = await api.get(
    withQuery('/approvals', { status, limit: options.limit, cursor: options.cursor }),
    approvalsSchema,
  );
  if (options.json) {
    printJson(terminal, answer);
    return 0;
  }
  if (answer.approvals.length === 0 && !answer.cursor) {
    terminal.out(
      status === 'pending' ? 'Nothing waits for a decision.\n' : `No approvals are ${oneLine(status)}.\n`,
    );
    return 0;
  }
  const now = Date.now();
  const rows = answer.approvals.map((each) => [
    each.approval_id,
    each.kind ?? each.status ?? '',
    age(each.requested_at ?? '', now),
    each.task_id ?? '',
    each.reason ?? '',
  ]);
  terminal.out(
    `${table(['approval', 'kind', 'asked', 'task', 'why'], rows, tableWidth(terminal)).join('\n')}\n`,
  );
  if (answer.cursor) terminal.out(terminal.colors.dim(`More: --cursor '${answer.cursor}'\n`));
  if (status === 'pending') {
    terminal.out(
      terminal.colors.dim('Decide with: npm run office -- approve ID, or reject ID --comment "why"\n'),
    );
  }
  return 0;
}

export interface DecisionOptions extends OfficeOptions {
  readonly comment?: string;
}

/** `office approve` and `office reject`. */
export async function decide(
  id: string,
  decision: 'approve' | 'reject',
  options: DecisionOptions,
  terminal: Terminal,
): Promise<number> {
  const body = { decision, ...(options.comment === undefined ? {} : { comment: options.comment }) };
  const answer = await connect(terminal, options).post(`/approvals/${segment(id)}`, body, z.looseObject({}));
  if (options.json) printJson(terminal, answer);
  else terminal.out(`${id} is ${decision === 'approve' ? 'approved' : 'rejected'}.\n`);
  return 0;
}
