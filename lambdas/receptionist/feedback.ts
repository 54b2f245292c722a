import { z } from 'zod';
import type { Feedback } from '../../schemas/http.ts';
import { claimCheckSchema } from '../../schemas/references.ts';
import { planDocumentSchema } from '../../schemas/roles.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import type { Archives } from '../shared/memory/archives.ts';
import type { TaskDocuments } from '../shared/stores/task-documents.ts';
import { notFound } from './problem.ts';

const planItemSchema = z.looseObject({ document: claimCheckSchema });

export interface FeedbackDeps {
  readonly documents: Pick<TaskDocuments, 'list'>;
  readonly claimChecks: ClaimChecks;
  readonly archives: () => Promise<Pick<Archives, 'rate'>>;
}

/**
 * Tells memory what a person thinks of a task: of the plan that is named, else of each subtask's last one.
 * @throws HttpProblem 404 when the task has no such plan
 */
export function createFeedbackListener(deps: FeedbackDeps) {
  return async (key: TaskKey, feedback: Feedback): Promise<void> => {
    const items = (await deps.documents.list(key)).filter(({ sk }) => sk.startsWith('PLAN#'));
    const plans = await Promise.all(
      items.map(async ({ sk, item }) => {
        const { document } = planItemSchema.parse(item);
        const { plan, note } = await deps.claimChecks.checkOut(document, planDocumentSchema);
        return { subtask: sk.split('#')[1] ?? '', plan_id: plan.plan_id, memory: note?.key };
      }),
    );
    const meant =
      feedback.plan_id === undefined
        ? // In key order, which is that of the iterations: the last of each subtask stays.
          [...new Map(plans.map((plan) => [plan.subtask, plan])).values()]
        : plans.filter(({ plan_id }) => plan_id === feedback.plan_id);
    if (feedback.plan_id !== undefined && meant.length === 0)
      throw notFound(`Task ${key.task_id} has no plan ${feedback.plan_id}.`);
    const { rate } = await deps.archives();
    for (const { memory } of meant)
      if (memory !== undefined)
        await rate(key.tenant_id, memory, {
          task_id: key.task_id,
          rating: feedback.rating,
          comment: feedback.comment ?? '',
        });
  };
}
