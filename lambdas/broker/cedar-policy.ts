import {
  type AuthorizationAnswer,
  checkParsePolicySet,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { Json } from '../../schemas/json.ts';
import type { Step } from '../../schemas/plan.ts';
import type { TaskContext } from '../../schemas/roles.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import { canonicalHash } from '../shared/canonical.ts';
import { OfficeError } from '../shared/errors.ts';
import { findReferences } from '../shared/plans/references.ts';
import { defaultPolicies, policySchema } from './default-policies.ts';
import type { Policy, StepRuling } from './policy.ts';

/** A policy does not parse or does not fit the schema; the message is Cedar's own. */
export class InvalidPolicyError extends OfficeError {
  override readonly name = 'InvalidPolicyError';
}

const SCHEMA = 'office';
let schemaIsReady = false;

function prepareSchema(): void {
  if (schemaIsReady) return;
  const answer = preparseSchema(SCHEMA, policySchema);
  if (answer.type === 'failure')
    throw new InvalidPolicyError(answer.errors.map((error) => error.message).join(' '));
  schemaIsReady = true;
}

/**
 * Checks policies before they are kept.
 * @throws InvalidPolicyError with Cedar's message
 */
export function checkPolicies(policies: Readonly<Record<string, string>>): void {
  const parsed = checkParsePolicySet({ staticPolicies: { ...policies } });
  if (parsed.type === 'failure')
    throw new InvalidPolicyError(parsed.errors.map((error) => error.message).join(' '));
  const answer = validate({ schema: policySchema, policies: { staticPolicies: { ...policies } } });
  const problems =
    answer.type === 'failure'
      ? answer.errors.map((error) => error.message)
      : answer.validationErrors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
  if (problems.length > 0) throw new InvalidPolicyError(problems.join(' '));
}

const strings = (value: Json | undefined): string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter((item) => typeof item === 'string')
      : [];

/** Hosts that a step's inputs name; a URL that is still a reference names none, and `inputs_are_final` is false. */
function hostsOf(step: Step): string[] {
  return strings(step.inputs['url']).flatMap((text) => (URL.canParse(text) ? [new URL(text).host] : []));
}

const pathsOf = (step: Step): string[] =>
  ['path', 'files', 'folder', 'attachments'].flatMap((name) => strings(step.inputs[name]));

function contextOf(step: Step, context: TaskContext, approved: boolean) {
  return {
    tool_is_allowed: context.allowed_tools === null || context.allowed_tools.includes(step.action),
    approved_by_human: approved,
    task_priority: context.priority,
    operation: String(step.inputs['operation'] ?? step.inputs['method'] ?? '').toLowerCase(),
    hosts: hostsOf(step),
    paths: pathsOf(step),
    inputs_are_final: findReferences(step.inputs).length === 0,
  };
}

/** The default policies and the tenant's own, evaluated by Cedar. */
export function createCedarPolicy(tenantPolicies: Readonly<Record<string, string>> = {}): Policy {
  prepareSchema();
  const policies = { ...tenantPolicies, ...defaultPolicies };
  const setId = canonicalHash(policies);
  const prepared = preparsePolicySet(setId, { staticPolicies: policies });
  if (prepared.type === 'failure')
    throw new InvalidPolicyError(prepared.errors.map((error) => error.message).join(' '));

  function ask(
    step: Step,
    manifest: ToolManifest,
    context: TaskContext,
    approved: boolean,
  ): { allowed: boolean; reasons: string[] } {
    const resource = { type: 'Tool', id: manifest.name };
    const principal = { type: 'Tenant', id: context.tenant_id };
    const answer: AuthorizationAnswer = statefulIsAuthorized({
      principal,
      action: { type: 'Action', id: 'run_step' },
      resource,
      context: contextOf(step, context, approved),
      preparsedSchemaName: SCHEMA,
      validateRequest: true,
      preparsedPolicySetId: setId,
      entities: [
        { uid: principal, attrs: {}, parents: [] },
        {
          uid: resource,
          attrs: {
            risk: manifest.risk,
            network: manifest.network,
            idempotent: manifest.idempotent,
            source: manifest.source.kind,
          },
          parents: [],
        },
      ],
    });
    if (answer.type === 'failure')
      throw new InvalidPolicyError(answer.errors.map((error) => error.message).join(' '));
    // An error inside a forbid would silently let a step through: what can't be judged is not allowed.
    const broken = answer.response.diagnostics.errors.map((error) => error.policyId);
    if (broken.length > 0) return { allowed: false, reasons: broken };
    return { allowed: answer.response.decision === 'allow', reasons: answer.response.diagnostics.reason };
  }

  return {
    rule(step, manifest, context): StepRuling {
      const ruled = (ruling: StepRuling['ruling'], reasons: readonly string[]): StepRuling => ({
        step_id: step.step_id,
        tool: step.action,
        ruling,
        policy: reasons.length === 0 ? 'nothing-permits-it' : reasons.join(', '),
      });
      const plain = ask(step, manifest, context, false);
      if (plain.allowed) return ruled('permit', plain.reasons);
      const approved = ask(step, manifest, context, true);
      return approved.allowed ? ruled('ask_human', approved.reasons) : ruled('deny', approved.reasons);
    },
  };
}
