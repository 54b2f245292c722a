import {
  deadLetterDetailSchema,
  deadLetterListSchema,
  listDeadLettersQuerySchema,
  redrivenSchema,
  redriveSchema,
} from '../../../schemas/http-dead-letters.ts';
import { failureAnalyticsSchema } from '../../../schemas/http-tools.ts';
import type { DeadLetter } from '../../shared/stores/dead-letter-store.ts';
import { consoleUrl } from '../console-url.ts';
import { deadLetterOf } from '../dead-letter-of.ts';
import { type Endpoint, endpoint, taskKeyOf } from '../endpoint.ts';
import { failureClasses, similarFailures } from '../failure-classes.ts';
import { redriveTask } from '../redrive.ts';

const view = ({ tenant_id: _tenant, run: _run, receipts, ...letter }: DeadLetter, engine: string) => ({
  ...letter,
  subtask_id: letter.subtask_id ?? null,
  plan_hash: letter.plan_hash ?? null,
  receipts: receipts ?? null,
  console_url: consoleUrl(letter.execution_arn, engine),
});

const list = endpoint({
  method: 'GET',
  path: '/dead-letters',
  operation_id: 'listDeadLetters',
  tag: 'Dead letters',
  summary: 'Failed tasks, newest first',
  scope: 'tasks:read',
  query: listDeadLettersQuerySchema,
  answers: { 200: { description: 'A page of dead letters', schema: deadLetterListSchema } },
  async handle({ deps, caller, query: { limit, cursor } }) {
    const page = await deps.deadLetters.list(caller.tenant_id, {
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return {
      status: 200,
      body: { dead_letters: page.letters.map((letter) => view(letter, deps.engine)), cursor: page.cursor },
    };
  },
});

const get = endpoint({
  method: 'GET',
  path: '/dead-letters/{task_id}',
  operation_id: 'getDeadLetter',
  tag: 'Dead letters',
  summary: 'Why a task failed',
  scope: 'tasks:read',
  answers: { 200: { description: 'The dead letter', schema: deadLetterDetailSchema } },
  async handle(call) {
    const key = taskKeyOf(call);
    const letter = await deadLetterOf(call.deps, key);
    const similar = await similarFailures(call.deps.deadLetters, letter);
    return { status: 200, body: { ...view(letter, call.deps.engine), similar } };
  },
});

const redrive = endpoint({
  method: 'POST',
  path: '/dead-letters/{task_id}/redrive',
  operation_id: 'redriveDeadLetter',
  tag: 'Dead letters',
  summary: 'Give a failed task another run',
  description:
    "`retry` continues with what succeeded, `replan` plans the rest anew, `edit` starts over with what `input` changes. `add_budget_usd` raises the task's own limit first.",
  scope: 'tasks:write',
  body: redriveSchema,
  answers: { 202: { description: 'Accepted again', schema: redrivenSchema } },
  async handle(call) {
    const key = taskKeyOf(call);
    const record = await redriveTask(call.deps, call.caller, key, call.body);
    return { status: 202, body: { task_id: key.task_id, status: record.status, mode: call.body.mode } };
  },
});

const analytics = endpoint({
  method: 'GET',
  path: '/analytics/failures',
  operation_id: 'analyzeFailures',
  tag: 'Dead letters',
  summary: 'Dead letters by class, and remembered failures by tool, step kind and error',
  scope: 'tasks:read',
  answers: { 200: { description: 'Classes of failures', schema: failureAnalyticsSchema } },
  async handle({ deps, caller }) {
    const [classes, patterns = []] = await Promise.all([
      failureClasses(deps.deadLetters, caller.tenant_id),
      deps.failurePatterns?.(caller.tenant_id),
    ]);
    return { status: 200, body: { ...classes, patterns: [...patterns] } };
  },
});

export const deadLetterRoutes: readonly Endpoint[] = [list, get, redrive, analytics];
