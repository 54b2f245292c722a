import type { z } from 'zod';
import { type ValidatorBrief, validatorAnswerSchema } from '../../schemas/briefs.ts';
import type { NewEvent } from '../../schemas/events.ts';
import type { Json } from '../../schemas/json.ts';
import type { Finding } from '../../schemas/plan.ts';
import {
  type PlanDocument,
  planDocumentSchema,
  type TaskContext,
  taskContextSchema,
  type ValidatorResult,
  type validatorEventSchema,
} from '../../schemas/roles.ts';
import { type Subtask, subtaskSchema } from '../../schemas/task.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import { OfficeError } from '../shared/errors.ts';
import type { Batcher } from '../shared/llm/batch.ts';
import { kindOfWork } from '../shared/llm/task-kind.ts';
import type { LearnFromVerdict } from '../shared/llm/verdicts.ts';
import type { Archives } from '../shared/memory/archives.ts';
import { askModelEach } from '../shared/model-call.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import { sortKey } from '../shared/stores/keys.ts';
import { type ToolRegistry, type ToolShelf, toolsOf } from '../shared/tools/shelf.ts';
import { validatorInstructions } from './prompt.ts';
import { judgePlan, type PricePlan } from './rules.ts';

/** The plan in the state is not the plan that was hashed. */
export class PlanHashMismatchError extends OfficeError {
  override readonly name = 'PlanHashMismatchError';
}

export interface ValidatorDeps {
  readonly log: Pick<EventLog, 'append'>;
  readonly claims: ClaimChecks;
  readonly batcher: Batcher;
  readonly registry: ToolRegistry;
  readonly archives: Pick<Archives, 'warnings' | 'expect'>;
  readonly pricer: () => Promise<PricePlan>;
  /** Lets the router's policy learn from the verdict. */
  readonly learn?: LearnFromVerdict;
}

/** More steps than that are too many for one careful look of a small model. */
const STEPS_TOGETHER = 10;

/** Below this confidence a second look is worth a small model's price. */
const SURE = 0.8;

/** Rules can't see intent; where a mistake could do something, or the planner is unsure, a model looks too. */
const deservesSecondLook = (document: PlanDocument, shelf: ToolShelf): boolean =>
  document.source.provider !== 'caller' &&
  ((document.plan.confidence ?? 0) < SURE ||
    document.plan.steps.some((step) => shelf.manifests.get(step.action)?.risk !== 'low'));

type ValidatorEvent = z.output<typeof validatorEventSchema>;

export function createValidator(deps: ValidatorDeps) {
  /** A long plan is judged in parts, which share prompts as far as the route allows. */
  async function secondLook(
    event: ValidatorEvent,
    context: TaskContext,
    subtask: Subtask,
    { plan }: PlanDocument,
    warnings: string[],
  ): Promise<{ events: NewEvent[]; findings: Finding[] }> {
    const parts = Array.from({ length: Math.ceil(plan.steps.length / STEPS_TOGETHER) }, (_, part) => {
      const first = part * STEPS_TOGETHER;
      return { first, steps: plan.steps.slice(first, first + STEPS_TOGETHER) };
    });
    const replies = await askModelEach(
      deps,
      parts.map(({ steps }) => {
        const others = plan.steps.filter((step) => !steps.includes(step)).map(({ step_id }) => step_id);
        const brief: ValidatorBrief = {
          role: 'validator',
          task: { description: context.description, criteria: context.criteria },
          subtask,
          steps,
          ...(others.length === 0 ? {} : { other_steps: others }),
          warnings,
        };
        return {
          place: { ...event, max_cost_usd: context.max_cost_usd },
          instructions: validatorInstructions,
          brief,
          schema: { name: 'plan_verdict', zod: validatorAnswerSchema },
          work: {
            kind: kindOfWork(steps.map((step) => step.action)),
            ...(plan.confidence === undefined ? {} : { plan_confidence: plan.confidence }),
          },
        };
      }),
    );
    return {
      events: replies.map(({ event: called }) => called).filter(hasHops),
      findings: replies.flatMap(({ value }, part) =>
        value.verdict === 'REJECTED' ? withReason(value.findings).map(inPlan(parts[part]?.first ?? 0)) : [],
      ),
    };
  }

  /** What memory says about plans like this one. */
  async function experienceWith(
    { tenant_id, task_id }: ValidatorEvent,
    { description }: Subtask,
    document: PlanDocument,
  ) {
    if (document.source.provider === 'caller') return { warnings: [], expected: {} };
    const place = { tenant_id, task_id, description };
    const [warnings, estimate] = await Promise.all([
      deps.archives.warnings(place, document.plan.steps),
      deps.archives.expect(place, null),
    ]);
    if (estimate === null || estimate.similar === 0) return { warnings, expected: {} };
    const confidence = document.plan.confidence ?? estimate.confidence;
    return { warnings, expected: { expected: { ...estimate, confidence } } };
  }

  return {
    /** @throws PlanHashMismatchError and what the router throws */
    async validate(event: ValidatorEvent): Promise<ValidatorResult> {
      const planned = deps.claims.checkOut(event.document, planDocumentSchema);
      const [context, subtask, document, shelf, price] = await Promise.all([
        deps.claims.checkOut(event.context, taskContextSchema),
        deps.claims.checkOut(event.subtask, subtaskSchema),
        planned,
        planned.then(({ plan }) => deps.registry.shelf(event.tenant_id, toolsOf(plan))),
        deps.pricer(),
      ]);
      const judgement = judgePlan(document.plan, {
        shelf,
        allowed: context.allowed_tools,
        finished: new Set(Object.keys(document.carried)),
        price,
        max_cost_usd: context.max_cost_usd,
      });
      if (judgement.hash !== event.plan_hash) {
        throw new PlanHashMismatchError('The plan changed between the planner and the validator.');
      }
      const feedback: Finding[] = [...judgement.feedback];
      const events: NewEvent[] = [];
      const { warnings, expected } = await experienceWith(event, subtask, document);
      // A warning is a reason to look twice at a plan that was sure of itself; a reused plan has shown that it works.
      const warned = warnings.length > 0 && document.note?.reused !== true;
      if (feedback.length === 0 && (warned || deservesSecondLook(document, shelf))) {
        const looked = await secondLook(event, context, subtask, document, warnings);
        events.push(...looked.events);
        feedback.push(...looked.findings);
      }
      const verdict = feedback.length === 0 ? 'APPROVED' : 'REJECTED';
      const result: ValidatorResult = {
        verdict,
        feedback,
        warnings,
        quote: { ...judgement.quote, ...expected },
      };
      if (verdict === 'REJECTED') {
        await deps.learn?.({
          tenant_id: event.tenant_id,
          role: 'planner',
          kind: kindOfWork(subtask.tool_hints),
          model: document.source.model,
          good: false,
        });
        await deps.log.append(
          event,
          [...events, rejectedEvent(event, feedback)],
          [{ sk: sortKey.verdict(event.subtask_id, event.iteration), body: { validation: result } }],
        );
      } else if (events.length > 0) {
        await deps.log.append(event, events);
      }
      return result;
    },
  };
}

/** Of parts that shared a prompt only the first has called a model. */
const hasHops = ({ data }: NewEvent): boolean => Array.isArray(data?.['hops']) && data['hops'].length > 0;

/** A finding about a part of the plan, with its path in the whole. */
const inPlan =
  (first: number) =>
  (finding: Finding): Finding => ({
    ...finding,
    path: finding.path.replace(/^steps\.(\d+)/, (_, index: string) => `steps.${Number(index) + first}`),
  });

const withReason = (findings: readonly Finding[]): Finding[] =>
  findings.length > 0
    ? [...findings]
    : [
        {
          rule: 'judgement',
          path: 'steps',
          message: 'The validating model turned the plan down without a finding.',
        },
      ];

const rejectedEvent = (event: ValidatorEvent, feedback: readonly Finding[]): NewEvent => ({
  type: 'plan.rejected',
  status: 'planning',
  subtask_id: event.subtask_id,
  iteration: event.iteration,
  message: `Plan rejected: ${feedback[0]?.message ?? ''}`,
  data: { plan_hash: event.plan_hash, feedback: feedback as unknown as Json },
});
