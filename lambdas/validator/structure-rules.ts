import type { Finding, Plan } from '../../schemas/plan.ts';
import { topologicalOrder, transitiveNeeds } from '../shared/plans/order.ts';
import { findMisspelt, findReferences } from '../shared/plans/references.ts';

/** A rule looks at a plan and says what is wrong with it. */
export type PlanRule = (plan: Plan) => Finding[];

const nodesOf = (plan: Plan) => plan.steps.map((step) => ({ id: step.step_id, needs: step.dependencies }));

export const uniqueSteps: PlanRule = (plan) => {
  const seen = new Set<string>();
  return plan.steps.flatMap((step, i) => {
    const twice = seen.has(step.step_id);
    seen.add(step.step_id);
    return twice
      ? [
          {
            rule: 'unique_step_id',
            path: `steps.${i}.step_id`,
            message: `The step id "${step.step_id}" is used twice.`,
          },
        ]
      : [];
  });
};

/** A key used twice would make the second step take the first one's result. */
export const uniqueIdempotencyKeys: PlanRule = (plan) => {
  const owner = new Map<string, string>();
  return plan.steps.flatMap((step, i) => {
    const other = owner.get(step.idempotency_key);
    owner.set(step.idempotency_key, step.step_id);
    return other === undefined
      ? []
      : [
          {
            rule: 'unique_idempotency_key',
            path: `steps.${i}.idempotency_key`,
            message: `Steps "${other}" and "${step.step_id}" share an idempotency key; give each its own.`,
          },
        ];
  });
};

export const presentIdempotencyKeys: PlanRule = (plan) =>
  plan.steps.flatMap((step, i) =>
    step.idempotency_key.trim() === ''
      ? [
          {
            rule: 'missing_idempotency_key',
            path: `steps.${i}.idempotency_key`,
            message: `Step "${step.step_id}" has no idempotency key.`,
          },
        ]
      : [],
  );

export const knownDependencies: PlanRule = (plan) => {
  const ids = new Set(plan.steps.map((step) => step.step_id));
  return plan.steps.flatMap((step, i) =>
    step.dependencies.flatMap((id, j) =>
      ids.has(id) && id !== step.step_id
        ? []
        : [
            {
              rule: 'known_dependency',
              path: `steps.${i}.dependencies.${j}`,
              message:
                id === step.step_id
                  ? `Step "${id}" depends on itself.`
                  : `Step "${step.step_id}" depends on "${id}", which does not exist.`,
            },
          ],
    ),
  );
};

export const noCycles: PlanRule = (plan) =>
  topologicalOrder(nodesOf(plan)) === null
    ? [
        {
          rule: 'no_cycle',
          path: 'steps',
          message: 'The dependencies form a cycle, so no order of the steps works.',
        },
      ]
    : [];

/** References reach back only to steps that are certain to have ended. `finished` are steps of earlier iterations. */
export const references =
  (finished: ReadonlySet<string>): PlanRule =>
  (plan) => {
    const needs = transitiveNeeds(nodesOf(plan));
    return plan.steps.flatMap((step, i) =>
      findReferences(step.inputs).flatMap((reference) => {
        if (needs.get(step.step_id)?.has(reference.step_id) || finished.has(reference.step_id)) return [];
        const exists = plan.steps.some((other) => other.step_id === reference.step_id);
        return [
          {
            rule: 'reference',
            path: `steps.${i}.inputs.${reference.at}`,
            message: exists
              ? `Step "${step.step_id}" refers to the output of "${reference.step_id}" without depending on it.`
              : `Step "${step.step_id}" refers to the output of "${reference.step_id}", which does not exist.`,
          },
        ];
      }),
    );
  };

/** What was meant to be a reference is one. `finished` are steps of earlier iterations. */
export const spelling =
  (finished: ReadonlySet<string>): PlanRule =>
  (plan) => {
    const known = new Set([...finished, ...plan.steps.map((step) => step.step_id)]);
    return plan.steps.flatMap((step, i) =>
      findMisspelt(step.inputs, known).map(({ text, at }) => ({
        rule: 'reference',
        path: `steps.${i}.inputs.${at}`,
        message: `"${text}" in step "${step.step_id}" is no reference; write \${steps.<step_id>.output.<path>}.`,
      })),
    );
  };

/** `required_tools`, when given, must tell the truth: people and policies read it. */
export const honestMetadata: PlanRule = (plan) => {
  const declared = plan.metadata.required_tools;
  if (declared === undefined) return [];
  const used = new Set(plan.steps.map((step) => step.action));
  return [...used]
    .filter((name) => !declared.includes(name))
    .map((name) => ({
      rule: 'required_tools',
      path: 'metadata.required_tools',
      message: `The plan uses "${name}" but does not list it among its required tools.`,
    }));
};
