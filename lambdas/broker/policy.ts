import type { Recheck } from '../../schemas/authorization.ts';
import type { Step } from '../../schemas/plan.ts';
import type { TaskContext } from '../../schemas/roles.ts';
import type { SandboxPolicy, ToolManifest } from '../../schemas/tool.ts';
import { OfficeError } from '../shared/errors.ts';
import { hostRuleCovers } from '../shared/security/ssrf-guard.ts';
import { type Destination, hostsOf, namedHosts, reachesAddresses, type Surroundings } from './destination.ts';

/** A policy does not parse or does not fit the schema; the message is Cedar's own. */
export class InvalidPolicyError extends OfficeError {
  override readonly name = 'InvalidPolicyError';
}

/** From mild to strict; the strictest step decides about the plan. */
export type Ruling = 'permit' | 'ask_human' | 'deny';
const strictness: Record<Ruling, number> = { permit: 0, ask_human: 1, deny: 2 };
export const stricter = (a: Ruling, b: Ruling): Ruling => (strictness[b] > strictness[a] ? b : a);

export interface StepRuling {
  readonly step_id: string;
  readonly tool: string;
  readonly ruling: Ruling;
  /** Which policy said so, by name. */
  readonly policy: string;
}

/** What one step may do, decided before anything runs. */
export interface Policy {
  rule(step: Step, manifest: ToolManifest, context: TaskContext, destination: Destination): StepRuling;
  /** What must be judged again when a step's references are resolved; null when nothing of it could change. */
  recheckFor(step: Step, manifest: ToolManifest, destination: Destination): Omit<Recheck, 'approved'> | null;
  /** How long people have to answer, in seconds; null when the tenant's policies don't say. */
  readonly approvalTimeoutSeconds: number | null;
  /** Whether a rejected plan cancels the whole task, with the subtasks beside it, instead of being planned again. */
  readonly rejectionCancelsTask: boolean;
}

/** Lambda answers at most 6 MB; what is larger a tool writes to the workspace. */
const MAX_OUTPUT_BYTES = 5_500_000;

/**
 * Exceptions for private addresses that this step needs: those of the hosts it names, so that no redirect and no
 * resolved reference leads to another one.
 */
function exceptionsFor(
  step: Step,
  manifest: ToolManifest,
  allowHosts: readonly string[],
  surroundings?: Pick<Surroundings, 'context' | 'steps'>,
): string[] {
  if (manifest.network !== 'internet') return [];
  if (manifest.source.kind === 'mcp') {
    const { host } = new URL(manifest.source.url);
    return allowHosts.filter((rule) => hostRuleCovers(rule, host));
  }
  if (!reachesAddresses(step, manifest)) return [...allowHosts];
  const named = hostsOf(step.inputs);
  const hosts = named.length > 0 || surroundings === undefined ? named : [...namedHosts(surroundings)];
  return allowHosts.filter((rule) => hosts.some((host) => hostRuleCovers(rule, host)));
}

/**
 * A tool that is asked for a time limit keeps it by its own clock, which starts when it is ready to work; the sandbox
 * allows this many seconds more, for an interpreter that has to be loaded first: as long as python_exec waits for one.
 */
const START_SECONDS = 30;

/** The sandbox of one step: its tool's limits, tightened by what the step asks for. */
export function sandboxFor(
  step: Step,
  manifest: ToolManifest,
  allowHosts: readonly string[],
  surroundings?: Pick<Surroundings, 'context' | 'steps'>,
): SandboxPolicy {
  const asked = step.inputs['timeout_seconds'];
  const limits = [
    manifest.timeout_seconds,
    step.timeout_seconds,
    typeof asked === 'number' ? asked + START_SECONDS : Infinity,
  ];
  return {
    timeout_seconds: Math.max(1, Math.floor(Math.min(...limits))),
    max_output_bytes: MAX_OUTPUT_BYTES,
    allow_hosts: exceptionsFor(step, manifest, allowHosts, surroundings),
    deny_hosts: [],
  };
}
