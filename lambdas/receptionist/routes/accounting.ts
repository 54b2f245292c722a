import {
  auditListSchema,
  auditQuerySchema,
  budgetLimitsBodySchema,
  budgetViewSchema,
  usageQuerySchema,
  usageSchema,
} from '../../../schemas/http-tools.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { badRequest } from '../problem.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 366;
const FIRST_DAY = '0000-01-01';

const usage = endpoint({
  method: 'GET',
  path: '/usage',
  operation_id: 'getUsage',
  tag: 'Accounting',
  summary: 'Tokens and cost by day, model and role',
  description: 'Days in UTC, both inclusive; the last 30 days when nothing is given.',
  scope: 'tasks:read',
  query: usageQuerySchema,
  answers: { 200: { description: 'Usage', schema: usageSchema } },
  async handle({ deps, caller, query }) {
    const to = query.to ?? deps.now().toISOString().slice(0, 10);
    const usual = Math.max(Date.parse(to) - 29 * DAY_MS, Date.parse(FIRST_DAY));
    const from = query.from ?? new Date(usual).toISOString().slice(0, 10);
    const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
    if (!(days >= 1 && days <= MAX_DAYS)) {
      const message = `must be a day before "to", ${MAX_DAYS} days at most`;
      throw badRequest('The range of days is not valid.', [{ path: 'from', message }]);
    }
    return { status: 200, body: await deps.accounting.usage(caller.tenant_id, { from, to }) };
  },
});

const getBudget = endpoint({
  method: 'GET',
  path: '/budget',
  operation_id: 'getBudget',
  tag: 'Accounting',
  summary: 'Limits, spending and what is reserved, for the day and the month',
  scope: 'tasks:read',
  answers: { 200: { description: 'The budget', schema: budgetViewSchema } },
  async handle({ deps, caller }) {
    return { status: 200, body: await deps.accounting.budget(caller.tenant_id) };
  },
});

const putBudget = endpoint({
  method: 'PUT',
  path: '/budget',
  operation_id: 'setBudget',
  tag: 'Accounting',
  summary: 'Set the limits; tasks that waited for money go on',
  scope: 'admin',
  body: budgetLimitsBodySchema,
  answers: { 200: { description: 'The budget', schema: budgetViewSchema } },
  async handle({ deps, caller, body }) {
    const budget = await deps.accounting.setBudget(caller.tenant_id, body);
    await deps.audit.append(caller.tenant_id, {
      action: 'budget.set',
      actor: caller.actor,
      detail: { ...body },
    });
    return { status: 200, body: budget };
  },
});

const audit = endpoint({
  method: 'GET',
  path: '/audit',
  operation_id: 'getAudit',
  tag: 'Accounting',
  summary: 'Decisions, registrations and tool runs, newest first',
  scope: 'admin',
  query: auditQuerySchema,
  answers: { 200: { description: 'A page of the audit log', schema: auditListSchema } },
  async handle({ deps, caller, query: { limit, cursor } }) {
    const page = await deps.audit.list(caller.tenant_id, {
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { status: 200, body: page };
  },
});

export const accountingRoutes: readonly Endpoint[] = [usage, getBudget, putBudget, audit];
