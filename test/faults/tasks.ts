import { aStep } from '../helpers/plans.ts';

/** A task with an effect outside (a POST), one in a file (an append) and steps around them; `n` names its effects. */
export function effectTask(host: string, n: string) {
  return {
    description: `Send, append and compute ${n}.`,
    constraints: { max_duration: 240, max_iterations: 1 },
    plan: {
      plan_id: `plan-${n}`,
      task_id: 'given',
      metadata: {},
      steps: [
        aStep({ step_id: 'before', idempotency_key: `before-${n}`, timeout_seconds: 5 }),
        aStep({
          step_id: 'send',
          action: 'http_client',
          inputs: { method: 'POST', url: `http://${host}/${n}`, body: '{}' },
          idempotency_key: `send-${n}`,
          dependencies: ['before'],
          timeout_seconds: 5,
        }),
        aStep({
          step_id: 'note',
          action: 'file_operations',
          inputs: { operation: 'append', path: 'note.txt', content: `${n}\n` },
          idempotency_key: `note-${n}`,
          dependencies: ['before'],
          timeout_seconds: 5,
        }),
        aStep({
          step_id: 'after',
          inputs: { expression: '${steps.send.output.status} + 1' },
          idempotency_key: `after-${n}`,
          dependencies: ['send', 'note'],
          timeout_seconds: 5,
        }),
      ],
    },
  };
}

/** A task that needs analyst, planner, validator and reviewer with their models. */
export const wordTask = (n: string) => ({
  description: `What is ${n.length} + 12?`,
  constraints: { max_duration: 240 },
});
