import type { Experience } from './archives.ts';
import type { Run } from './memory-store.ts';
import type { Pitfall } from './record.ts';
import { redactText } from './redaction.ts';

const MAX_LESSON = 500;

/** Redacted, and no longer than a lesson needs. */
export const sparing = (pitfall: Pitfall): Pitfall => ({
  ...pitfall,
  lesson: redactText(pitfall.lesson.slice(0, MAX_LESSON)),
});

/** What an experience adds to its memory. */
export function runOf(experience: Experience): Run {
  const failed = experience.steps.find((step) => step.step_id === experience.failed_step);
  const lesson = redactText(experience.lesson.slice(0, MAX_LESSON));
  return {
    outcome: experience.outcome,
    first_try: experience.first_try && experience.outcome === 'succeeded',
    lesson,
    ...(experience.outcome === 'succeeded'
      ? {}
      : { pitfall: { action: failed?.action ?? null, error: experience.error_name ?? null, lesson } }),
    seconds: experience.seconds,
    usd: experience.cost?.usd ?? null,
    tokens: experience.cost?.tokens ?? null,
  };
}
