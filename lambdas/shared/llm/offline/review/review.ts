import type { ReviewerAnswer, ReviewerBrief, StepReport } from '../../../../../schemas/briefs.ts';
import type { Json, JsonObject } from '../../../../../schemas/json.ts';
import type { Intent } from '../intents/intent.ts';
import { recognise } from '../intents/recognise.ts';
import { surroundingsOf } from '../intents/surroundings.ts';
import { checkIntent } from './checks.ts';
import { checkCriteria } from './criteria.ts';
import { summarise } from './summaries.ts';

/**
 * Judges a subtask's result by what the steps left: every step ended, every asked thing is there, and criteria that
 * rules can read are met. A definite "there is none" (no call path, no match) is an answer.
 */
export function reviewResult(brief: ReviewerBrief): ReviewerAnswer {
  const failed =
    brief.steps.find((step) => step.status === 'failed') ??
    brief.steps.find((step) => step.status === 'skipped');
  if (failed !== undefined) return revise(failureOf(failed), {});
  const doubtful = brief.steps.find((step) => step.status === 'in_doubt');
  if (doubtful !== undefined) {
    return {
      verdict: 'ESCALATE',
      feedback: `Step "${doubtful.step_id}" may or may not have run; its effect must be looked at.`,
      scores: {},
      summary: '',
    };
  }
  const intents = intentsOf(brief);
  const objections = intents.flatMap((intent) => checkIntent(intent, brief));
  if (objections.length > 0) return revise(objections.join(' '), {});
  const summary = summaryOf(brief, intents);
  const criteria = [
    ...new Set([
      ...brief.task.criteria.filter(() => brief.subtask.description === brief.task.description),
      ...brief.subtask.criteria,
    ]),
  ];
  const { scores, unmet } = checkCriteria(criteria, brief, summary);
  if (unmet.length > 0) return revise(unmet.join(' '), scores);
  return { verdict: 'APPROVE', feedback: '', scores, summary };
}

function revise(feedback: string, scores: Record<string, number>): ReviewerAnswer {
  return { verdict: 'REVISE', feedback: feedback.slice(0, 4_000), scores, summary: '' };
}

function failureOf(step: StepReport): string {
  const why = step.error === undefined ? '' : `: ${step.error.name}: ${step.error.message}`;
  return `Step "${step.step_id}" (${step.action}) ${step.status === 'failed' ? 'failed' : 'was skipped'}${why}`;
}

/** The operations the subtask asks for; the files that its steps name are the workspace it spoke of. */
function intentsOf(brief: ReviewerBrief): readonly Intent[] {
  const paths = brief.steps.flatMap((step) => pathsOf(step.inputs));
  const workspace = [...new Set(paths)].map((path) => ({ path, size: 0 }));
  const inherited: Record<string, Json> = Object.fromEntries(
    brief.subtask.prerequisites.map((id) => [id, { value: '' }]),
  );
  return recognise(brief.subtask.description, surroundingsOf(workspace, inherited)) ?? [];
}

function pathsOf(inputs: JsonObject): string[] {
  const path = inputs['path'];
  const files = inputs['files'];
  return [
    ...(typeof path === 'string' && path !== '' ? [path] : []),
    ...(Array.isArray(files) ? files.filter((file) => typeof file === 'string') : []),
  ];
}

function summaryOf(brief: ReviewerBrief, intents: readonly Intent[]): string {
  const proposed = brief.proposed_result['summary'];
  if (typeof proposed === 'string' && proposed.trim() !== '') return proposed.slice(0, 5_000);
  return summarise(brief, intents).slice(0, 5_000);
}
