/**
 * Policy as code, in Cedar (https://docs.cedarpolicy.com): who (tenant), what (tool with its risk and network), with
 * what (operation, hosts, paths, cost), on which task. What no policy permits is denied; a forbid always wins.
 *
 * Each request is put twice: as it is, and as if a human had approved. Permitted only the second time means that a
 * human must be asked. Tenants add policies of their own; these stay.
 *
 * `destination` is who chose where a step goes (destination.ts): what may have been chosen by a page, a file or a tool's
 * output never leaves the office without a person's word, whatever the model that planned it was made to believe.
 */
export const policySchema = `
entity Tenant;
entity Tool {
  risk: String,
  network: String,
  idempotent: Bool,
  source: String,
};
action run_step appliesTo {
  principal: Tenant,
  resource: Tool,
  context: {
    tool_is_allowed: Bool,
    approved_by_human: Bool,
    task_priority: String,
    operation: String,
    hosts: Set<String>,
    paths: Set<String>,
    inputs_are_final: Bool,
    destination: String,
  },
};
`;

export const defaultPolicies: Readonly<Record<string, string>> = {
  'low-risk-runs':
    'permit (principal, action == Action::"run_step", resource) when { resource.risk == "low" };',
  'medium-risk-runs-audited':
    'permit (principal, action == Action::"run_step", resource) when { resource.risk == "medium" && context.destination != "untrusted" };',
  'untrusted-destination-needs-a-human':
    'permit (principal, action == Action::"run_step", resource) when { resource.risk == "medium" && context.approved_by_human };',
  'high-risk-needs-a-human':
    'permit (principal, action == Action::"run_step", resource) when { resource.risk == "high" && context.approved_by_human };',
  'only-allowed-tools':
    'forbid (principal, action == Action::"run_step", resource) unless { context.tool_is_allowed };',
};
