import type { Step } from '../../schemas/plan.ts';
import type { TaskContext } from '../../schemas/roles.ts';
import type { SandboxPolicy, ToolManifest } from '../../schemas/tool.ts';

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
  rule(step: Step, manifest: ToolManifest, context: TaskContext): StepRuling;
}

/** Lambda answers at most 6 MB; what is larger a tool writes to the workspace. */
const MAX_OUTPUT_BYTES = 5_500_000;

/** The sandbox of one step: its tool's limits, tightened by what the step asks for. */
export function sandboxFor(step: Step, manifest: ToolManifest, allowHosts: readonly string[]): SandboxPolicy {
  const asked = step.inputs['timeout_seconds'];
  const limits = [
    manifest.timeout_seconds,
    step.timeout_seconds,
    typeof asked === 'number' ? asked : Infinity,
  ];
  return {
    timeout_seconds: Math.max(1, Math.floor(Math.min(...limits))),
    max_output_bytes: MAX_OUTPUT_BYTES,
    allow_hosts: manifest.network === 'internet' ? [...allowHosts] : [],
    deny_hosts: [],
  };
}
