import {
  type AuthorizationAnswer,
  checkParsePolicySet,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { Recheck } from '../../schemas/authorization.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { TaskContext } from '../../schemas/roles.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import { canonicalHash } from '../shared/canonical.ts';
import { findReferences } from '../shared/plans/references.ts';
import { defaultPolicies, policySchema } from './default-policies.ts';
import { hostsOf } from './destination.ts';
import { InvalidPolicyError, type Policy, type StepRuling } from './policy.ts';

const SCHEMA = 'office';
/** Decisions are pure: the same question to the same policies has the same answer. */
const decisions = new Map<string, Decision>();
const MOST_DECISIONS = 1_000;
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

const PATH_INPUTS = ['path', 'files', 'folder', 'attachments'];
const pathsOf = (inputs: JsonObject): string[] => PATH_INPUTS.flatMap((name) => strings(inputs[name]));

/** What a decision about a step rests on, besides its inputs. */
interface Ground {
  readonly tenant_id: string;
  readonly tool: Recheck['tool'];
  readonly source: Recheck['source'];
  readonly destination: string;
  readonly priority: TaskContext['priority'];
  readonly tool_is_allowed: boolean;
}

const contextOf = (inputs: JsonObject, ground: Ground, approved: boolean) => ({
  tool_is_allowed: ground.tool_is_allowed,
  approved_by_human: approved,
  task_priority: ground.priority,
  operation: String(inputs['operation'] ?? inputs['method'] ?? '').toLowerCase(),
  hosts: hostsOf(inputs),
  paths: pathsOf(inputs),
  inputs_are_final: findReferences(inputs).length === 0,
  destination: ground.destination,
});

/** Inputs that policies look at; a reference in another one changes nothing about the decision. */
const isLookedAt = (at: string): boolean =>
  /^(?:operation|method|path|files|folder|attachments)(?:\.|$)/.test(at) ||
  /(?:^|_)(?:url|uri|endpoint|link|href)s?(?:\.|$)/i.test(at);

/** What a tenant's policies say by an annotation, such as `@on_reject("cancel_task")`. */
function annotated(policies: Readonly<Record<string, string>>, annotation: string): string[] {
  return Object.values(policies).flatMap((text) => {
    const answer = policyToJson(text);
    const value = answer.type === 'failure' ? null : answer.json.annotations?.[annotation];
    return typeof value === 'string' ? [value] : [];
  });
}

/** The shortest time for people's answers that a policy asks for with `@approval_timeout_seconds("600")`. */
function approvalTimeoutOf(policies: Readonly<Record<string, string>>): number | null {
  const times = annotated(policies, 'approval_timeout_seconds')
    .map(Number)
    .filter((seconds) => Number.isInteger(seconds) && seconds >= 1);
  return times.length === 0 ? null : Math.min(...times);
}

interface Decision {
  readonly allowed: boolean;
  readonly reasons: readonly string[];
}
export interface CedarPolicy extends Policy {
  /** Whether a step may run with its references resolved, and which policies say so or forbid it. */
  judge(inputs: JsonObject, ground: Ground, approved: boolean): Decision;
}

/** The default policies and the tenant's own, evaluated by Cedar. */
export function createCedarPolicy(tenantPolicies: Readonly<Record<string, string>> = {}): CedarPolicy {
  prepareSchema();
  const policies = { ...tenantPolicies, ...defaultPolicies };
  const setId = canonicalHash(policies);
  const prepared = preparsePolicySet(setId, { staticPolicies: policies });
  if (prepared.type === 'failure')
    throw new InvalidPolicyError(prepared.errors.map((error) => error.message).join(' '));

  function judge(inputs: JsonObject, ground: Ground, approved: boolean): Decision {
    const context = contextOf(inputs, ground, approved);
    const question = JSON.stringify([setId, ground, context]);
    const known = decisions.get(question);
    if (known !== undefined) return known;
    const decision = decide(ground, context);
    const [oldest] = decisions.keys();
    if (decisions.size >= MOST_DECISIONS && oldest !== undefined) decisions.delete(oldest);
    decisions.set(question, decision);
    return decision;
  }

  function decide(ground: Ground, context: ReturnType<typeof contextOf>): Decision {
    const resource = { type: 'Tool', id: ground.tool.name };
    const principal = { type: 'Tenant', id: ground.tenant_id };
    const { risk, network, idempotent } = ground.tool;
    const answer: AuthorizationAnswer = statefulIsAuthorized({
      principal,
      action: { type: 'Action', id: 'run_step' },
      resource,
      context,
      preparsedSchemaName: SCHEMA,
      validateRequest: true,
      preparsedPolicySetId: setId,
      entities: [
        { uid: principal, attrs: {}, parents: [] },
        { uid: resource, attrs: { risk, network, idempotent, source: ground.source }, parents: [] },
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
    judge,
    approvalTimeoutSeconds: approvalTimeoutOf(tenantPolicies),
    rejectionCancelsTask: annotated(tenantPolicies, 'on_reject').includes('cancel_task'),

    rule(step, manifest, context, destination): StepRuling {
      const ground: Ground = {
        tenant_id: context.tenant_id,
        tool: factsOf(manifest),
        source: manifest.source.kind,
        destination,
        priority: context.priority,
        tool_is_allowed: context.allowed_tools === null || context.allowed_tools.includes(step.action),
      };
      const ruled = (ruling: StepRuling['ruling'], reasons: readonly string[]): StepRuling => ({
        step_id: step.step_id,
        tool: step.action,
        ruling,
        policy: reasons.length === 0 ? 'nothing-permits-it' : reasons.join(', '),
      });
      const plain = judge(step.inputs, ground, false);
      if (plain.allowed) return ruled('permit', plain.reasons);
      const approved = judge(step.inputs, ground, true);
      return approved.allowed ? ruled('ask_human', approved.reasons) : ruled('deny', approved.reasons);
    },

    recheckFor(step, manifest, destination) {
      // The default policies look at nothing that a reference could change.
      if (Object.keys(tenantPolicies).length === 0) return null;
      if (!findReferences(step.inputs).some(({ at }) => isLookedAt(at))) return null;
      return {
        policies: { ...tenantPolicies },
        tool: factsOf(manifest),
        source: manifest.source.kind,
        destination,
      };
    },
  };
}

const factsOf = ({ name, risk, network, idempotent }: ToolManifest): Recheck['tool'] => ({
  name,
  risk,
  network,
  idempotent,
});

/**
 * Judges a step again with its references resolved, by the policies it was authorized with.
 * @returns null when it may run, otherwise the names of the policies that stop it
 */
export function judgeResolved(inputs: JsonObject, recheck: Recheck, context: TaskContext): string | null {
  const { allowed, reasons } = createCedarPolicy(recheck.policies).judge(
    inputs,
    {
      tenant_id: context.tenant_id,
      tool: recheck.tool,
      source: recheck.source,
      destination: recheck.destination,
      priority: context.priority,
      tool_is_allowed: context.allowed_tools === null || context.allowed_tools.includes(recheck.tool.name),
    },
    recheck.approved,
  );
  if (allowed) return null;
  return reasons.length === 0 ? 'nothing-permits-it' : reasons.join(', ');
}
