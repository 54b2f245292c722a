import { runSimulation } from '@cloud-copilot/iam-simulate';
import { bundleRoot } from '../../infra/bundling/bundle.ts';
import { type ResolvedStatement, resolvedPolicies } from '../../infra/resolved-policies.ts';
import { synthesizedOffice } from '../../infra/synthesized-app.ts';
import { reasonWhyUnused } from '../../infra/unused-permissions.ts';
import { sessionPolicy } from '../../lambdas/executor/workspace-credentials.ts';
import type { AwsCall } from './aws-call.ts';

const ACCOUNT = '000000000000';
/** Logs, traces and network interfaces are the runtime's business, keys that of DynamoDB and S3: no code calls them. */
const NOT_BY_CODE = /^(logs|xray|ec2|kms):/;
/** Lambda's poller calls these with the dispatcher's role. */
const BY_POLLER = new Set(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']);

async function isAllowed(
  call: AwsCall,
  role: string,
  statements: readonly ResolvedStatement[],
): Promise<boolean> {
  const resource = call.resource.replaceAll('…', 'x');
  const bucket = /^arn:aws:s3:::([^/]+)/.exec(resource)?.[1] ?? '';
  const session = call.session ? { sessionPolicy: sessionPolicy(bucket, 'tenants/') } : {};
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${ACCOUNT}:role/${role}`,
        action: call.action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: call.action === 's3:ListBucket' ? { 's3:prefix': 'tenants/x/' } : {},
      },
      identityPolicies: [{ name: role, policy: { Version: '2012-10-17', Statement: statements } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...session,
    },
    {},
  );
  if (result.resultType === 'error')
    throw new Error(`${call.action} on ${resource}: ${JSON.stringify(result)}`);
  return result.overallResult === 'Allowed';
}

/**
 * Holds recorded calls against the synthesized policies: every call that would be denied, and every granted action
 * that no recorded call used and for which no reason is written down. No line means that all is well.
 */
export async function permissionProblems(
  calls: readonly AwsCall[],
  bundles: string = bundleRoot,
): Promise<string[]> {
  const { stack } = synthesizedOffice(bundles);
  const { byRole, roleOf, workspaceRole } = resolvedPolicies(stack);
  const problems: string[] = [];
  for (const call of calls) {
    const role = call.session ? workspaceRole : roleOf.get(call.caller);
    if (role === undefined) {
      problems.push(`${call.caller} is no function of the stack.`);
      continue;
    }
    if (!(await isAllowed(call, role, byRole.get(role) ?? [])))
      problems.push(`Denied: ${call.caller} ${call.action} on ${call.resource}`);
  }
  const used = new Set(
    calls.filter((call) => !call.session).map((call) => `${call.caller} ${call.action} ${call.resource}`),
  );
  for (const [caller, role] of roleOf) {
    for (const { Effect, Action, Resource } of byRole.get(role) ?? []) {
      if (Effect !== 'Allow') continue;
      for (const action of Action.filter((each) => !NOT_BY_CODE.test(each) && !BY_POLLER.has(each))) {
        for (const resource of Resource) {
          if (isUsed(used, caller, action, resource)) continue;
          if (reasonWhyUnused(caller, action, resource) !== undefined) continue;
          problems.push(`Unused: ${caller} ${action} on ${resource}`);
        }
      }
    }
  }
  return problems;
}

function isUsed(used: ReadonlySet<string>, caller: string, action: string, resource: string): boolean {
  const start = `${caller} ${action} `;
  const pattern = new RegExp(`^${resource.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  return [...used].some((each) => each.startsWith(start) && pattern.test(each.slice(start.length)));
}
