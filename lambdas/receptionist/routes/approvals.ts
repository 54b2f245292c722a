import {
  approvalListSchema,
  approvalViewSchema,
  decisionSchema,
  listApprovalsQuerySchema,
} from '../../../schemas/http.ts';
import { approvalView, decideApproval } from '../decisions.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';

const list = endpoint({
  method: 'GET',
  path: '/approvals',
  operation_id: 'listApprovals',
  tag: 'Approvals',
  summary: 'Questions to people: plans to approve and escalations to judge, newest first',
  scope: 'approvals',
  query: listApprovalsQuerySchema,
  answers: { 200: { description: 'A page of approvals', schema: approvalListSchema } },
  async handle({ deps, caller, query: { limit, status, cursor } }) {
    const page = await deps.approvals.list(caller.tenant_id, {
      limit,
      ...(status === undefined ? {} : { status }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { status: 200, body: { approvals: page.approvals.map(approvalView), cursor: page.cursor } };
  },
});

const decide = endpoint({
  method: 'POST',
  path: '/approvals/{approval_id}',
  operation_id: 'decideApproval',
  tag: 'Approvals',
  summary: 'Approve or reject, once',
  scope: 'approvals',
  body: decisionSchema,
  answers: { 200: { description: 'Decided', schema: approvalViewSchema } },
  async handle({ deps, caller, body, param }) {
    const decided = await decideApproval(deps, caller, param('approval_id'), body);
    return { status: 200, body: approvalView(decided) };
  },
});

export const approvalRoutes: readonly Endpoint[] = [list, decide];
