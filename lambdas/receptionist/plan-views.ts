import { z } from 'zod';
import type { TaskEvent } from '../../schemas/events.ts';
import type { planViewSchema } from '../../schemas/http.ts';
import { type Json, type JsonObject, jsonObjectSchema, jsonSchema } from '../../schemas/json.ts';
import { planSchema } from '../../schemas/plan.ts';
import { type ClaimCheck, claimCheckSchema } from '../../schemas/references.ts';
import { planDocumentSchema } from '../../schemas/roles.ts';

export type PlanView = z.infer<typeof planViewSchema>;

interface StoredItem {
  readonly sk: string;
  readonly item: Record<string, unknown>;
}

const planItemSchema = z.looseObject({ plan_hash: z.string(), document: claimCheckSchema });
const verdictItemSchema = z.looseObject({
  validation: z
    .looseObject({ verdict: jsonSchema, feedback: jsonSchema, quote: jsonSchema.optional() })
    .optional(),
  decision: z.string().optional(),
  reason: z.string().optional(),
  rulings: jsonSchema.optional(),
  authorization: jsonSchema.optional(),
});

/** `PLAN#<subtask>#<iteration>`; subtask ids hold no `#`. */
function placeOf(sk: string): { kind: string; subtask_id: string; iteration: number } {
  const [kind = '', subtask_id = '', iteration = '0'] = sk.split('#');
  return { kind, subtask_id, iteration: Number(iteration) };
}

/**
 * Every plan of every iteration with what was decided about it and how its steps went, from the stored items
 * (PLAN, VERDICT, REVIEW) and the task's events.
 */
export async function planViews(
  items: readonly StoredItem[],
  events: readonly TaskEvent[],
  open: (check: ClaimCheck) => Promise<Json>,
): Promise<PlanView[]> {
  const find = (kind: string, subtask_id: string, iteration: number) =>
    items.find(({ sk }) => {
      const place = placeOf(sk);
      return place.kind === kind && place.subtask_id === subtask_id && place.iteration === iteration;
    })?.item;
  const plans = items.filter(({ sk }) => sk.startsWith('PLAN#'));
  return Promise.all(
    plans.map(async ({ sk, item }): Promise<PlanView> => {
      const { subtask_id, iteration } = placeOf(sk);
      const stored = planItemSchema.parse(item);
      const document = planDocumentSchema.parse(await open(stored.document));
      const verdict = verdictItemSchema.parse(find('VERDICT', subtask_id, iteration) ?? {});
      const own = events.filter((event) => event.subtask_id === subtask_id && event.iteration === iteration);
      const review = own.findLast((event) => event.type === 'review.finished');
      return {
        subtask_id,
        iteration,
        plan_hash: stored.plan_hash,
        plan: jsonObjectSchema.parse(planSchema.parse(document.plan)),
        quote: verdict.validation?.quote ?? null,
        verdict:
          verdict.validation === undefined
            ? null
            : { verdict: verdict.validation.verdict, feedback: verdict.validation.feedback },
        authorization: authorizationOf(verdict),
        review: review?.data === undefined ? null : jsonSchema.parse(review.data),
        models: modelCalls(own),
        steps: await stepResults(own, open),
      };
    }),
  );
}

/** The roles' calls and those of the plan's own steps, in the order of the log. */
const modelCalls = (events: readonly TaskEvent[]): JsonObject[] =>
  events.flatMap((event) => {
    const { hops, role, cost } = event.data ?? {};
    if (hops === undefined || cost === undefined) return [];
    return [{ role: role ?? 'ai_tool', step_id: event.step_id ?? null, cost, hops, at: event.at }];
  });

function authorizationOf(verdict: z.infer<typeof verdictItemSchema>): Json {
  if (verdict.decision === undefined) return null;
  return {
    decision: verdict.decision,
    reason: verdict.reason ?? '',
    rulings: verdict.rulings ?? [],
    grants: grantsOf(verdict.authorization),
  };
}

/** By step: the tool and its sandbox policy. Function names are the office's own business. */
function grantsOf(authorization: Json | undefined): JsonObject {
  const parsed = z
    .looseObject({ grants: z.record(z.string(), z.looseObject({ tool: z.string(), policy: jsonSchema })) })
    .safeParse(authorization);
  if (!parsed.success) return {};
  return Object.fromEntries(
    Object.entries(parsed.data.grants).map(([step, { tool, policy }]) => [step, { tool, policy }]),
  );
}

const outcomeSchema = z.looseObject({
  status: z.string().optional(),
  output: claimCheckSchema.optional(),
  error: jsonSchema.optional(),
});

/** An answer of a Lambda holds 6 MB; 50 steps of several iterations must fit. */
const MAX_SHOWN_BYTES = 65_536;

/** A large output is told by its size; whoever needs it finds it in the artifacts or the result. */
async function shown(check: ClaimCheck, open: (check: ClaimCheck) => Promise<Json>): Promise<Json> {
  return 's3_key' in check && check.bytes > MAX_SHOWN_BYTES
    ? { truncated: true, bytes: check.bytes }
    : open(check);
}

async function stepResults(
  events: readonly TaskEvent[],
  open: (check: ClaimCheck) => Promise<Json>,
): Promise<JsonObject[]> {
  const ended = events.filter((event) => event.type === 'step.finished' || event.type === 'step.skipped');
  return Promise.all(
    ended.map(async (event): Promise<JsonObject> => {
      const outcome = outcomeSchema.parse(event.data?.['outcome'] ?? {});
      return {
        step_id: event.step_id ?? '',
        status: outcome.status ?? (event.type === 'step.skipped' ? 'skipped' : 'succeeded'),
        output: outcome.output === undefined ? null : await shown(outcome.output, open),
        error: outcome.error ?? null,
        attempts: event.data?.['attempts'] ?? null,
        duration_ms: event.data?.['duration_ms'] ?? null,
        ended_at: event.at,
      };
    }),
  );
}
