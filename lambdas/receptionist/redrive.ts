import type { Redrive } from '../../schemas/http-dead-letters.ts';
import { MAX_TASK_USD, type TaskKey } from '../../schemas/task.ts';
import { DeadLetterNotOpenError } from '../shared/stores/dead-letter-store.ts';
import type { TaskRecord } from '../shared/stores/task-record.ts';
import { TaskStateConflictError } from '../shared/stores/task-store.ts';
import { deadLetterOf } from './dead-letter-of.ts';
import type { Caller } from './endpoint.ts';
import type { ReceptionistDeps } from './ports.ts';
import { badRequest, conflict, notFound } from './problem.ts';
import {
  enqueue,
  limitCost,
  refuseLargeRecord,
  refuseUnknownTools,
  toolsNamedIn,
  toolsOfPlan,
} from './submission.ts';

/**
 * Gives a failed task another run: `retry` continues with what succeeded, `replan` keeps finished subtasks and
 * plans the rest anew, `edit` starts over with a changed description, criteria, constraints or given plan.
 *
 * @throws HttpProblem 400, 404, or 409 when the task has not failed or was redriven before
 */
export async function redriveTask(
  deps: ReceptionistDeps,
  caller: Caller,
  key: TaskKey,
  wanted: Redrive,
): Promise<TaskRecord> {
  if ((wanted.mode === 'edit') !== (wanted.input !== undefined)) {
    const message = wanted.mode === 'edit' ? 'is needed with mode "edit"' : 'is only for mode "edit"';
    throw badRequest('The redrive is not complete.', [{ path: 'input', message }]);
  }
  await refuseUnknownTools(deps, key.tenant_id, [
    ...toolsNamedIn(wanted.input?.constraints, 'input.'),
    ...toolsOfPlan(wanted.input?.plan, 'input.'),
  ]);
  const letter = await deadLetterOf(deps, key);
  if (letter.status !== 'open')
    throw conflict(`Task ${key.task_id} was redriven before; it is not failed now.`);
  const record = await reopen(deps, key, wanted);
  try {
    await deps.deadLetters.resolve(key);
  } catch (error) {
    // Another redrive of the same failure resolved it; the task was reopened by one of them, and runs once.
    if (!(error instanceof DeadLetterNotOpenError)) throw error;
  }
  await Promise.all([
    deps.events.append(key, [
      {
        type: 'task.submitted',
        status: 'submitted',
        message: `Redriven (${wanted.mode}) by ${caller.actor}`,
        data: { mode: wanted.mode, redrives: letter.redrives + 1 },
      },
    ]),
    deps.audit.append(caller.tenant_id, {
      action: 'dead_letter.redriven',
      actor: caller.actor,
      task_id: key.task_id,
      detail: { mode: wanted.mode, add_budget_usd: wanted.add_budget_usd ?? 0 },
    }),
  ]);
  await enqueue(deps, record, {
    run: record.runs,
    mode: wanted.mode,
    ...(wanted.mode === 'edit' ? {} : { resume: true as const }),
  });
  return record;
}

async function reopen(deps: ReceptionistDeps, key: TaskKey, wanted: Redrive): Promise<TaskRecord> {
  const record = await deps.tasks.get(key);
  if (record === null) throw notFound(`There is no task ${key.task_id}.`);
  if (record.status !== 'failed')
    throw conflict(`Task ${key.task_id} is ${record.status}; only a failed task is redriven.`);
  const { description = record.description, criteria = record.criteria } = wanted.input ?? {};
  const constraints = { ...record.constraints, ...wanted.input?.constraints };
  refuseLargeRecord({ ...record, description, criteria, constraints }, Object.keys(record.inputs));
  const seconds = constraints.max_duration ?? deps.default_max_duration_seconds;
  const raised =
    wanted.add_budget_usd === undefined || constraints.max_cost_usd === undefined
      ? {}
      : { max_cost_usd: constraints.max_cost_usd + wanted.add_budget_usd };
  if ((raised.max_cost_usd ?? 0) > MAX_TASK_USD) {
    const message = `makes more than ${MAX_TASK_USD} together with the task's own limit of ${constraints.max_cost_usd}`;
    throw badRequest('The budget can not be raised so far.', [{ path: 'add_budget_usd', message }]);
  }
  await limitCost(deps, key, { ...constraints, ...raised }.max_cost_usd);
  const plan = wanted.input?.plan && (await deps.claimChecks.checkIn(key, wanted.input.plan));
  try {
    return await deps.tasks.reopen(key, {
      // The time of the first run is over; the redrive gets as much again.
      deadline: new Date(deps.now().getTime() + seconds * 1000).toISOString(),
      resume: wanted.mode !== 'edit',
      constraints: { ...constraints, ...raised },
      ...(wanted.input?.description === undefined ? {} : { description: wanted.input.description }),
      ...(wanted.input?.criteria === undefined ? {} : { criteria: wanted.input.criteria }),
      ...(plan === undefined ? {} : { plan }),
    });
  } catch (error) {
    if (!(error instanceof TaskStateConflictError)) throw error;
    // What the task may cost is the other request's to say.
    const redriven = await deps.tasks.get(key);
    await limitCost(deps, key, redriven?.constraints.max_cost_usd);
    throw conflict(`Task ${key.task_id} was redriven by another request.`);
  }
}
