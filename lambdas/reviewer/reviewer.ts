import type { z } from 'zod';
import {
  type ReviewerAnswer,
  type ReviewerBrief,
  reviewerAnswerSchema,
  type StepReport,
} from '../../schemas/briefs.ts';
import type { NewEvent } from '../../schemas/events.ts';
import { type Json, type JsonObject, jsonSchema } from '../../schemas/json.ts';
import type { ClaimCheck } from '../../schemas/references.ts';
import {
  type PlanDocument,
  planDocumentSchema,
  type ReviewResult,
  type reviewerEventSchema,
  taskContextSchema,
} from '../../schemas/roles.ts';
import { costSchema, subtaskSchema } from '../../schemas/task.ts';
import { reportOf } from '../planner/history.ts';
import { type ClaimChecks, INLINE_OUTPUT_BYTES } from '../shared/claim-check.ts';
import { OfficeError } from '../shared/errors.ts';
import { type ModelRouter, TaskCostLimitError } from '../shared/llm/provider.ts';
import { kindOfWork } from '../shared/llm/task-kind.ts';
import type { LearnFromVerdict } from '../shared/llm/verdicts.ts';
import { askModel } from '../shared/model-call.ts';
import { resolveReferences, UnresolvedReferenceError } from '../shared/plans/references.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import { sortKey } from '../shared/stores/keys.ts';
import { reviewerInstructions } from './prompt.ts';

/** A step may or may not have had its effect; no model may decide to go on from there. */
export class StepInDoubtError extends OfficeError {
  override readonly name = 'StepInDoubtError';
}

export interface ReviewerDeps {
  readonly log: Pick<EventLog, 'append'>;
  readonly claims: ClaimChecks;
  readonly router: ModelRouter;
  /** Lets the router's policy learn from the verdict. */
  readonly learn?: LearnFromVerdict;
}

type ReviewerEvent = z.output<typeof reviewerEventSchema>;

export function createReviewer(deps: ReviewerDeps) {
  const open = (check: ClaimCheck): Promise<Json> => deps.claims.checkOut(check, jsonSchema);

  /** Outputs by step, carried ones of earlier iterations included. */
  async function outputsOf(event: ReviewerEvent, document: PlanDocument): Promise<Map<string, Json>> {
    const checks = new Map(Object.entries(document.carried));
    for (const step of event.steps) if (step.output !== undefined) checks.set(step.step_id, step.output);
    return new Map(
      await Promise.all([...checks].map(async ([id, check]) => [id, await open(check)] as const)),
    );
  }

  async function reports(event: ReviewerEvent, document: PlanDocument): Promise<StepReport[]> {
    return Promise.all(
      document.plan.steps.flatMap((step) => {
        const outcome = event.steps.find((candidate) => candidate.step_id === step.step_id);
        return outcome === undefined ? [] : [reportOf(step, outcome, open)];
      }),
    );
  }

  return {
    /** @throws StepInDoubtError, TaskCostLimitError of a step, and what the router throws */
    async review(event: ReviewerEvent): Promise<ReviewResult> {
      const [context, document, subtask] = await Promise.all([
        deps.claims.checkOut(event.context, taskContextSchema),
        deps.claims.checkOut(event.document, planDocumentSchema),
        deps.claims.checkOut(event.subtask, subtaskSchema),
      ]);
      const doubtful = event.steps.find((step) => step.status === 'in_doubt');
      if (doubtful !== undefined) {
        throw new StepInDoubtError(
          `Step "${doubtful.step_id}": ${doubtful.error?.message ?? 'it may have run.'}`,
        );
      }
      const unpaid = event.steps.find((step) => step.error?.name === 'TaskCostLimitError');
      // Another plan would only spend what is not there.
      if (unpaid !== undefined) throw new TaskCostLimitError(unpaid.error?.message ?? '');
      const outputs = await outputsOf(event, document);
      const proposed = propose(document.result, outputs);
      const brief: ReviewerBrief = {
        role: 'reviewer',
        task: { description: context.description, criteria: context.criteria },
        subtask,
        iteration: event.iteration,
        max_iterations: event.max_iterations,
        steps: await reports(event, document),
        proposed_result: proposed.result,
      };
      const reply = await askModel(deps, {
        place: { ...event, max_cost_usd: context.max_cost_usd },
        instructions: reviewerInstructions,
        brief,
        schema: { name: 'review', zod: reviewerAnswerSchema },
        work: {
          kind: kindOfWork(document.plan.steps.map((step) => step.action)),
          ...(document.plan.confidence === undefined ? {} : { plan_confidence: document.plan.confidence }),
          rejections: event.iteration - 1,
        },
      });
      const answer = sobered(reply.value, event, proposed.problem);
      if (answer.verdict !== 'ESCALATE')
        await deps.learn?.({
          tenant_id: event.tenant_id,
          role: 'planner',
          kind: kindOfWork(subtask.tool_hints),
          model: document.source.model,
          good: answer.verdict === 'APPROVE',
        });
      const result = resultOf(proposed.result, answer, outputs);
      const check = await deps.claims.checkIn(event, result, INLINE_OUTPUT_BYTES);
      const review: ReviewResult = {
        verdict: answer.verdict,
        feedback: answer.feedback,
        result: check,
        cost: costSchema.parse(reply.event.data?.['cost']),
      };
      await deps.log.append(
        event,
        [
          reply.event,
          reviewedEvent(event, answer),
          ...(answer.verdict === 'APPROVE' ? [finishedEvent(event, check)] : []),
        ],
        [
          {
            sk: sortKey.review(event.subtask_id, event.iteration),
            body: { ...review, scores: answer.scores },
          },
        ],
      );
      return review;
    },
  };
}

/** The plan's result with its references resolved; a reference that can't be is the reason to revise. */
function propose(
  template: JsonObject,
  outputs: ReadonlyMap<string, Json>,
): { result: JsonObject; problem: string | null } {
  try {
    return { result: resolveReferences(template, outputs) as JsonObject, problem: null };
  } catch (error) {
    if (error instanceof UnresolvedReferenceError) return { result: {}, problem: error.message };
    throw error;
  }
}

/** No model can approve what did not happen: a failed step or a result without its values means another iteration. */
function sobered(answer: ReviewerAnswer, event: ReviewerEvent, problem: string | null): ReviewerAnswer {
  if (answer.verdict !== 'APPROVE') return answer;
  const lost = event.steps.filter((step) => step.status !== 'succeeded');
  if (lost.length === 0 && problem === null) return answer;
  const failures = lost.map((step) => `Step "${step.step_id}" ${step.status}: ${step.error?.message ?? ''}`);
  return {
    ...answer,
    verdict: 'REVISE',
    feedback: [...failures, ...(problem === null ? [] : [problem])].join(' '),
  };
}

/** What the subtask answers with: the plan's own result, else the outputs of the steps; always with a summary. */
function resultOf(
  proposed: JsonObject,
  answer: ReviewerAnswer,
  outputs: ReadonlyMap<string, Json>,
): JsonObject {
  const summary =
    typeof proposed['summary'] === 'string' ? proposed['summary'] : answer.summary || answer.feedback;
  const values = Object.keys(proposed).length > 0 ? proposed : { steps: Object.fromEntries(outputs) };
  return { ...values, summary };
}

const place = (event: ReviewerEvent) => ({ subtask_id: event.subtask_id, iteration: event.iteration });

const reviewedEvent = (event: ReviewerEvent, answer: ReviewerAnswer): NewEvent => ({
  type: 'review.finished',
  ...(answer.verdict === 'REVISE' ? { status: 'planning' as const } : {}),
  ...place(event),
  message:
    answer.verdict === 'APPROVE'
      ? 'The reviewer approved the result'
      : `The reviewer says ${answer.verdict}: ${answer.feedback}`,
  data: { verdict: answer.verdict, feedback: answer.feedback, scores: answer.scores },
});

const finishedEvent = (event: ReviewerEvent, result: ClaimCheck): NewEvent => ({
  type: 'subtask.finished',
  status: 'executing',
  ...place(event),
  message: `Subtask ${event.subtask_id} is done`,
  data: { result: result as unknown as Json },
});
