import type { PlannerBrief, StepReport } from '../../../../schemas/briefs.ts';
import type { PlanDraft } from '../../../../schemas/plan.ts';
import type { Intent } from './intents/intent.ts';
import { recognise } from './intents/recognise.ts';
import { surroundingsOf } from './intents/surroundings.ts';
import { adaptRecalled } from './plans/adapt.ts';
import { ToolMissingError } from './plans/draft.ts';
import { planIntents } from './plans/plan.ts';
import { raisedBy } from './plans/python/program.ts';
import { repaired } from './plans/repair.ts';
import { beyondRules, impossible } from './refusal.ts';

/**
 * Plans a subtask by rules; when no rule fits, by adapting a remembered plan.
 * @throws ModelRequiredError when neither can
 */
export function planSubtask(brief: PlannerBrief): PlanDraft {
  const around = surroundingsOf(brief.workspace, brief.prerequisite_results);
  const offered = new Set(brief.tools.map((tool) => tool.name));
  const intents = recognise(brief.subtask.description, around);
  if (intents !== null && intents.length > 0) {
    const tried = planned(intents, brief, offered);
    if (brief.iteration === 1 && brief.failed_steps.length === 0) return tried;
    return planAgain(intents, tried, brief, offered);
  }
  const adapted = brief.iteration === 1 ? adaptRecalled(brief, offered) : null;
  if (adapted !== null) return adapted;
  throw beyondRules(whyNot(brief));
}

function planned(intents: readonly Intent[], brief: PlannerBrief, offered: ReadonlySet<string>): PlanDraft {
  const files = brief.workspace.map(({ path }) => path);
  try {
    const draft = planIntents(intents, {
      offered,
      files,
      inherited: brief.prerequisite_results,
      unterminated: openFiles(brief),
    });
    if (draft !== null) return draft;
  } catch (error) {
    if (!(error instanceof ToolMissingError)) throw error;
    const reason = brief.unavailable_tools.find(({ name }) => name === error.tool)?.reason;
    throw impossible(
      `The task needs the tool ${error.tool}, which is not available here${reason === undefined ? '' : ` (${reason.replace(/\.$/, '')})`}.`,
    );
  }
  throw beyondRules(`The task is not clear enough for rules: "${brief.subtask.description.slice(0, 200)}".`);
}

/** Files of which the whole text is shown and ends within a line. */
const openFiles = (brief: PlannerBrief): Set<string> =>
  new Set(
    brief.workspace.flatMap(({ path, size, head }) =>
      head !== undefined && Buffer.byteLength(head) === size && !head.endsWith('\n') ? [path] : [],
    ),
  );

/** The rest after a review: finished steps are referred to, failed ones are tried another way. */
function planAgain(
  intents: readonly Intent[],
  tried: PlanDraft,
  brief: PlannerBrief,
  offered: ReadonlySet<string>,
): PlanDraft {
  const other = repaired(intents, brief);
  const draft = other === null ? tried : planned(other, brief, offered);
  const rest = draft.steps.filter((step) => !brief.finished_steps.some((done) => sameStep(step, done)));
  const repeats = rest.find((step) =>
    brief.failed_steps.some((failed) => sameStep(step, failed) && !transient(failed)),
  );
  const last = brief.failed_steps.find((step) => step.status === 'failed');
  if (repeats !== undefined || rest.length === 0) {
    const because =
      last?.error === undefined
        ? (brief.feedback.at(-1) ?? 'The review was not satisfied.')
        : (raisedBy(last.inputs['code'], last.error.message) ??
          `Step "${last.step_id}" failed: ${last.error.message}`);
    throw impossible(because);
  }
  const open = new Set(rest.map((step) => step.step_id));
  return {
    ...draft,
    confidence: 0.6,
    rationale: `${draft.rationale} Another way after: ${(brief.feedback.at(-1) ?? '').slice(0, 500)}`,
    steps: rest.map((step) => ({ ...step, dependencies: step.dependencies.filter((id) => open.has(id)) })),
  };
}

const sameStep = (step: PlanDraft['steps'][number], report: StepReport): boolean =>
  step.action === report.action && JSON.stringify(step.inputs) === JSON.stringify(report.inputs);

/** Errors that may pass: the same step is worth another try. Steps that were only skipped are too. */
const transient = (step: StepReport): boolean =>
  step.status === 'skipped' ||
  /timeout|timed out|throttl|too many|unavailable|ECONN|network|conflict/i.test(
    `${step.error?.name ?? ''} ${step.error?.message ?? ''}`,
  );

function whyNot(brief: PlannerBrief): string {
  const { description } = brief.subtask;
  const searches =
    /\b(?:search the (?:web|internet)|google|web search|look up online|search online|latest news|find (?:on the )?(?:web|internet)|online for)\b/i.test(
      description,
    );
  const tool = searches
    ? 'web_search'
    : /\b(?:translate|paraphrase|rewrite|describe the image|classify|sentiment|transcribe|caption|proofread)\b/i.test(
          description,
        )
      ? 'ai_tool'
      : null;
  const unavailable = brief.unavailable_tools.find(({ name }) => name === tool);
  const about = `The task is beyond the rules of this provider: "${description.replace(/\s+/g, ' ').slice(0, 200)}".`;
  return unavailable === undefined
    ? about
    : `${about} It needs the tool ${unavailable.name}, which is not available: ${unavailable.reason.replace(/\.$/, '')}.`;
}
