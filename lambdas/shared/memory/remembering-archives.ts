import type { JsonObject } from '../../../schemas/json.ts';
import type { PlanDraft, Step } from '../../../schemas/plan.ts';
import { doingOf } from '../plans/doing.ts';
import { createRedactor, type Redactor } from '../privacy/redact.ts';
import { adaptPlan } from './adaptation.ts';
import type { Archives, ReusedPlan, Work, WorkPlace } from './archives.ts';
import type { EncodedText, Encoder } from './encoder.ts';
import { estimateFrom, secondsByWords } from './estimates.ts';
import { patternsOf, toldFailures } from './failure-patterns.ts';
import { type Match, type MemoryStore, type NewMemory, SHARED } from './memory-store.ts';
import { contextOf, isReusable, silentFiles } from './plan-context.ts';
import { shown, withinBudget } from './recalled-plans.ts';
import { type MemoryRecord, memoryKey } from './record.ts';
import { hasPlaceholder, redactPlan, redactText } from './redaction.ts';
import { agreeing, outdone } from './rivals.ts';
import { runOf, sparing } from './runs.ts';
import { standingOf } from './standing.ts';
import { wholePlan } from './whole-plan.ts';

/** Looked at for one task; what is shown of them is less. */
const CANDIDATES = 24;
/** Below this two tasks merely share words. */
const MIN_SIMILARITY = 0.3;
/** A plan is reused from here on; what decides is that the requests differ in parameters only. */
const REUSED_SIMILARITY = 0.5;
/** Warnings come from tasks that are this much alike. */
const WARNED_SIMILARITY = 0.5;
const MAX_COMMENT = 1_000;
const MAX_INSTEAD_OF = 10;
/** DynamoDB's items hold 400 KB; a longer plan is no example for anybody. */
const MAX_PLAN_BYTES = 100_000;

export interface ArchivesDeps {
  readonly store: MemoryStore;
  readonly encoder: Encoder;
  /** True where the tenant's plans may be joined by those that others have marked as shareable. */
  readonly sharedPool?: boolean;
  readonly now?: () => number;
  /** Told when memory can't be asked; the task goes on without it. */
  readonly onTrouble?: (what: string, error: unknown) => void;
}

/** The office's memory over any store and encoder. */
export function createArchives(deps: ArchivesDeps): Archives {
  const now = deps.now ?? Date.now;
  const { store } = deps;

  /** Memory helps and must never be in the way: what goes wrong is told, and the task goes on as if nothing was known. */
  async function unless<T>(what: string, none: T, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      deps.onTrouble?.(what, error);
      return none;
    }
  }

  /** A role asks several things about the same work. */
  const encoded = new WeakMap<WorkPlace, Promise<EncodedText>>();

  function encode(place: WorkPlace): Promise<EncodedText> {
    let vector = encoded.get(place);
    if (vector === undefined) {
      vector = encodeAnew(place);
      encoded.set(place, vector);
      vector.catch(() => encoded.delete(place));
    }
    return vector;
  }

  async function encodeAnew(place: WorkPlace): Promise<EncodedText> {
    const { encoder, vectors } = await deps.encoder.encode([redactText(place.description)], place);
    const [vector] = vectors;
    if (vector === undefined) throw new Error('The encoder answered nothing.');
    return { encoder, vector };
  }

  async function similar(place: WorkPlace, least: number): Promise<Match[]> {
    const query = { ...(await encode(place)), limit: CANDIDATES };
    const found = await store.nearest(place.tenant_id, query);
    return found.filter(({ similarity }) => similarity >= least);
  }

  async function sharedOnes(place: WorkPlace): Promise<Match[]> {
    if (deps.sharedPool !== true) return [];
    const found = await store.nearest(SHARED, { ...(await encode(place)), limit: CANDIDATES });
    return found.filter(({ similarity }) => similarity >= MIN_SIMILARITY);
  }

  /** The remembered plan with this request's parameters; null when the request or its ground is another one. */
  function fitted(
    record: MemoryRecord,
    work: Work,
    words: () => Words,
  ): Pick<PlanDraft, 'steps' | 'result'> | null {
    if (record.context !== contextOf(work)) return null;
    const paths = new Set(work.workspace.map((file) => file.path));
    if (record.files.some((path) => !paths.has(path))) return null;
    const { redactor, description } = words();
    const adapted = adaptPlan(record, description);
    if (adapted === null) return null;
    const steps = redactor.restoreValue(adapted.steps) as typeof adapted.steps;
    const result = redactor.restoreValue(adapted.result) as typeof adapted.result;
    // Personal data that was not in the request: only a model can find it again.
    return hasPlaceholder(steps) || hasPlaceholder(result) ? null : { steps, result };
  }

  function reusedFrom(
    record: MemoryRecord,
    work: Work,
    words: () => Words,
    offered: ReadonlySet<string>,
  ): ReusedPlan | null {
    const standing = standingOf(record, now());
    if (!record.reusable || record.successes === 0 || standing.quarantined || standing.unwanted) return null;
    if (record.steps.some((step) => !offered.has(step.action))) return null;
    const plan = fitted(record, work, words);
    if (plan === null) return null;
    return {
      key: record.key,
      draft: {
        confidence: standing.trust,
        rationale: `Reused from memory: it succeeded ${record.successes} times for "${record.description.slice(0, 300)}".`,
        ...(record.seconds === null ? {} : { estimated_duration_seconds: record.seconds }),
        ...plan,
      },
    };
  }

  return {
    reuse: (work, offered) =>
      unless('A remembered plan could not be looked up.', null, async () => {
        const words = wordsOf(work);
        // Those less alike are no models, but they may contradict one.
        const fitting = (await similar(work, MIN_SIMILARITY)).flatMap(({ record, similarity }) => {
          const reused = reusedFrom(record, work, words, offered);
          const worth = similarity * standingOf(record, now()).worth;
          return reused === null
            ? []
            : [{ reused, record, similarity, worth, does: doingOf(reused.draft.steps) }];
        });
        return agreeing(fitting).find(({ similarity }) => similarity >= REUSED_SIMILARITY)?.reused ?? null;
      }),

    following: (work, steps) =>
      unless('Remembered plans could not be compared.', null, async () => {
        const does = doingOf(steps);
        const words = wordsOf(work);
        const same = (await similar(work, REUSED_SIMILARITY)).find(({ record }) => {
          // A plan that can't be reused is better remembered once more, as one that can.
          if (!record.reusable) return false;
          const plan = fitted(record, work, words);
          return plan !== null && doingOf(plan.steps) === does;
        });
        return same?.record.key ?? null;
      }),

    recall: (place) =>
      unless('Remembered plans could not be recalled.', [], async () => {
        const [own, shared] = await Promise.all([similar(place, MIN_SIMILARITY), sharedOnes(place)]);
        const beaten = outdone(own.map(({ record }) => record));
        return withinBudget(
          [...own, ...shared]
            .map(({ record, similarity }) => {
              const standing = standingOf(record, now());
              const succeeded = record.successes > 0 && !standing.quarantined && !beaten.has(record.key);
              return {
                plan: shown(record, similarity, succeeded, standing.rating),
                worth: similarity * (succeeded ? standing.worth : 0.5),
              };
            })
            .sort((a, b) => b.worth - a.worth)
            .map(({ plan }) => plan),
        );
      }),

    note(work, plan) {
      const steps = wholePlan(plan.earlier, plan.steps);
      return {
        key: plan.reused?.key ?? plan.follows ?? newKey(work.description, steps, plan.result),
        reused: plan.reused !== null,
        follows: plan.reused !== null || plan.follows !== null,
        context: contextOf(work),
        files: silentFiles(work, steps),
        reusable: !plan.left_behind && isReusable(work, steps, plan.result),
        earlier: [...plan.earlier],
        pitfalls: plan.pitfalls.map(sparing),
        shown: plan.shown,
        instead_of: plan.instead_of.slice(-MAX_INSTEAD_OF),
        stated_confidence: plan.stated_confidence,
        cost: { ...plan.cost },
      };
    },

    expect: (place, stated) =>
      unless('Similar tasks could not be looked up.', null, async () => {
        const [matches, all] = await Promise.all([
          similar(place, MIN_SIMILARITY),
          store.latest(place.tenant_id),
        ]);
        return estimateFrom(matches, all, stated);
      }),

    usualSeconds: (tenantId, description) => secondsByWords(store.known(tenantId), redactText(description)),

    warnings: (place, steps) =>
      unless('Warnings of failed plans could not be looked up.', [], async () => {
        const actions = new Set<string | null>(steps.map((step) => step.action));
        const counts = new Map<string, number>();
        for (const { record } of await similar(place, WARNED_SIMILARITY))
          for (const { action, error } of record.pitfalls)
            if (action !== null && actions.has(action)) {
              const what = `${action} (${error ?? 'not approved'})`;
              counts.set(what, (counts.get(what) ?? 0) + 1);
            }
        return [...counts].map(
          ([what, count]) => `${count} similar ${count === 1 ? 'plan' : 'plans'} failed at ${what}.`,
        );
      }),

    async remember(experience) {
      const { tenant_id, note } = experience;
      const run = runOf(experience);
      // A memory that has gone in the meantime is made again.
      if (note?.follows === true && (await store.count(tenant_id, note.key, run))) return;
      const steps = wholePlan(note?.earlier ?? [], experience.steps);
      const plan = redactPlan({ description: experience.description, steps, result: experience.result });
      if (JSON.stringify(plan).length > MAX_PLAN_BYTES) return;
      const pitfalls = [...(note?.pitfalls ?? []), ...(run.pitfall === undefined ? [] : [run.pitfall])];
      const outdoes = run.outcome === 'succeeded' ? (note?.instead_of ?? []) : [];
      const memory: NewMemory = {
        ...plan,
        ...(await encode(experience)),
        key: note?.key ?? memoryKey(plan.description, plan.steps),
        context: note?.context ?? '',
        files: note?.files ?? [],
        reusable: note?.reusable ?? false,
        stated_confidence: note?.stated_confidence ?? null,
        pitfalls,
        ...(note?.shown === true ? { shown: true } : {}),
        ...(outdoes.length === 0 ? {} : { instead_of: outdoes }),
        run,
      };
      await store.put(tenant_id, memory);
      if (experience.shareable === true && deps.sharedPool === true && run.outcome === 'succeeded')
        await store.put(SHARED, memory);
    },

    blame: (tenantId, key, pitfall) =>
      unless('A memory that misled could not be marked.', undefined, async () => {
        const told = sparing(pitfall);
        await store.count(tenantId, key, {
          outcome: 'failed',
          first_try: false,
          lesson: told.lesson,
          pitfall: told,
          seconds: null,
          usd: null,
          tokens: null,
        });
      }),

    rate: (tenantId, key, rating) =>
      store.rate(tenantId, key, {
        ...rating,
        comment: redactText(rating.comment.slice(0, MAX_COMMENT)),
      }),

    knownFailures: (tenantId, tools) =>
      unless('Patterns of failures could not be looked up.', [], async () =>
        toldFailures(patternsOf(await store.latest(tenantId)), tools),
      ),
    failurePatterns: async (tenantId) => patternsOf(await store.latest(tenantId)),
  };
}

/** A request without personal data, and what puts them back. */
interface Words {
  readonly redactor: Redactor;
  readonly description: string;
}

/** Looked through once, when the first memory needs it. */
function wordsOf(work: Work): () => Words {
  let words: Words | undefined;
  return () => {
    if (words !== undefined) return words;
    const redactor = createRedactor();
    words = { redactor, description: redactor.redact(work.description) };
    return words;
  };
}

/** Of a plan as it would be kept. */
function newKey(description: string, steps: readonly Step[], result: JsonObject): string {
  const redacted = redactPlan({ description, steps, result });
  return memoryKey(redacted.description, redacted.steps);
}
