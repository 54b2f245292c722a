import type { z } from 'zod';
import type { Authorization } from '../../schemas/authorization.ts';
import { type GatekeeperBrief, gatekeeperAnswerSchema } from '../../schemas/briefs.ts';
import type { NewEvent } from '../../schemas/events.ts';
import type { Json } from '../../schemas/json.ts';
import {
  type BrokerResult,
  type brokerEventSchema,
  type PlanDocument,
  planDocumentSchema,
  type TaskContext,
  taskContextSchema,
} from '../../schemas/roles.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import { canonicalHash } from '../shared/canonical.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import { OfficeError } from '../shared/errors.ts';
import type { ModelRouter } from '../shared/llm/provider.ts';
import { kindOfWork } from '../shared/llm/task-kind.ts';
import { askModel } from '../shared/model-call.ts';
import { auditDocument } from '../shared/stores/audit-store.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import { sortKey } from '../shared/stores/keys.ts';
import { type ToolRegistry, toolsOf } from '../shared/tools/shelf.ts';
import { contentWasRead, describesItself } from './content-read.ts';
import { destinationOf, reachesAddresses, type Surroundings } from './destination.ts';
import { isIdempotentStep } from './idempotency.ts';
import { type Policy, type Ruling, type StepRuling, sandboxFor, stricter } from './policy.ts';
import { gatekeeperInstructions } from './prompt.ts';

/** A plan reached the broker that is not the one the validator saw, or names a tool that is gone. */
export class UnauthorizedPlanError extends OfficeError {
  override readonly name = 'UnauthorizedPlanError';
}

export interface BrokerDeps {
  readonly log: Pick<EventLog, 'append' | 'list'>;
  readonly claims: ClaimChecks;
  readonly router: ModelRouter;
  readonly registry: ToolRegistry;
  readonly policyOf: (tenantId: string) => Promise<Policy>;
  /** Tool name to function name, for built-in tools. */
  readonly functions: Readonly<Record<string, string>>;
  readonly allowHosts: readonly string[];
  readonly approvalTimeoutSeconds: number;
  readonly now: () => Date;
}

export type AuthorizeEvent = Extract<z.output<typeof brokerEventSchema>, { action: 'authorize' }>;

export function createBroker(deps: BrokerDeps) {
  const functionOf = (manifest: ToolManifest): string => {
    const { source } = manifest;
    if (source.kind === 'lambda') return source.function_name;
    const name = deps.functions[source.kind === 'mcp' ? 'mcp' : manifest.name];
    if (name === undefined) {
      throw new UnauthorizedPlanError(`No function is deployed for the tool "${manifest.name}".`);
    }
    return name;
  };

  function grantsFor(
    surroundings: Surroundings,
    manifests: ReadonlyMap<string, ToolManifest>,
    policy: Policy,
    approved: boolean,
  ): Authorization['grants'] {
    return Object.fromEntries(
      surroundings.steps.map((step) => {
        const manifest = manifestOf(manifests, step.action);
        const recheck = policy.recheckFor(step, manifest, destinationOf(step, manifest, surroundings));
        return [
          step.step_id,
          {
            tool: manifest.name,
            tool_version: manifest.version,
            function_name: functionOf(manifest),
            idempotent: manifest.idempotent || isIdempotentStep(step),
            workspace: manifest.workspace,
            policy: sandboxFor(step, manifest, deps.allowHosts, surroundings),
            ...(recheck === null ? {} : { recheck: { ...recheck, approved } }),
            ...(manifest.source.kind === 'mcp'
              ? { mcp: { url: manifest.source.url, tool: manifest.source.tool } }
              : {}),
          },
        ];
      }),
    );
  }

  /** A second opinion where something could go wrong; it may only make the ruling stricter. */
  async function gatekeep(
    event: AuthorizeEvent,
    context: TaskContext,
    document: PlanDocument,
    manifests: ReadonlyMap<string, ToolManifest>,
  ) {
    const used = [...new Set(document.plan.steps.map((step) => step.action))].map((name) =>
      manifestOf(manifests, name),
    );
    if (used.every((manifest) => manifest.risk === 'low'))
      return { ruling: 'permit' as Ruling, reason: '', events: [] };
    const brief: GatekeeperBrief = {
      role: 'broker',
      task: { description: context.description },
      steps: document.plan.steps,
      tools: used.map(({ name, risk, description }) => ({ name, risk, description })),
    };
    const reply = await askModel(deps, {
      place: { ...event, max_cost_usd: context.max_cost_usd },
      instructions: gatekeeperInstructions,
      brief,
      schema: { name: 'assessment', zod: gatekeeperAnswerSchema },
      work: {
        kind: kindOfWork(used.map(({ name }) => name)),
        ...(document.plan.confidence === undefined ? {} : { plan_confidence: document.plan.confidence }),
      },
    });
    const { assessment, reason } = reply.value;
    const ruling: Ruling = assessment === 'approve' ? 'permit' : assessment;
    return { ruling, reason: ruling === 'permit' ? '' : `The gatekeeper: ${reason}`, events: [reply.event] };
  }

  /** The log is read only when a step goes somewhere that what was read could have chosen. */
  async function surroundingsOf(
    event: AuthorizeEvent,
    context: TaskContext,
    document: PlanDocument,
    manifests: ReadonlyMap<string, ToolManifest>,
  ): Promise<Surroundings> {
    const { steps } = document.plan;
    const read: Surroundings = { context, steps, content_was_read: true };
    const matters = steps.some((step) => {
      const manifest = manifestOf(manifests, step.action);
      return reachesAddresses(step, manifest) && destinationOf(step, manifest, read) === 'untrusted';
    });
    if (!matters || context.workspace.length > 0) return read;
    if ([...manifests.values()].some((manifest) => describesItself(manifest, context))) return read;
    return { ...read, content_was_read: contentWasRead(await deps.log.list(event), event) };
  }

  return {
    /** @throws UnauthorizedPlanError and what the router throws */
    async authorize(event: AuthorizeEvent): Promise<BrokerResult> {
      const planned = deps.claims.checkOut(event.document, planDocumentSchema);
      const [context, document, shelf, policy] = await Promise.all([
        deps.claims.checkOut(event.context, taskContextSchema),
        planned,
        planned.then(({ plan }) => deps.registry.shelf(event.tenant_id, toolsOf(plan))),
        deps.policyOf(event.tenant_id),
      ]);
      if (canonicalHash(document.plan) !== event.plan_hash) {
        throw new UnauthorizedPlanError('The plan changed between the validator and the broker.');
      }
      const surroundings = await surroundingsOf(event, context, document, shelf.manifests);
      const rulings = document.plan.steps.map((step) => {
        const manifest = manifestOf(shelf.manifests, step.action);
        return policy.rule(step, manifest, context, destinationOf(step, manifest, surroundings));
      });
      const gatekeeper = await gatekeep(event, context, document, shelf.manifests);
      const ruling = rulings.reduce((worst, { ruling }) => stricter(worst, ruling), gatekeeper.ruling);
      const decision = context.dry_run && ruling !== 'deny' ? 'priced' : decisionOf[ruling];
      const reason = [...rulings.filter((r) => r.ruling !== 'permit').map(because), gatekeeper.reason]
        .filter((text) => text !== '')
        .join(' ');
      const authorization: Authorization = {
        plan_hash: event.plan_hash,
        grants:
          ruling === 'deny' ? {} : grantsFor(surroundings, shelf.manifests, policy, ruling === 'ask_human'),
      };
      await deps.log.append(
        event,
        [...gatekeeper.events, decidedEvent(event, decision, reason, rulings)],
        [
          {
            sk: sortKey.verdict(event.subtask_id, event.iteration),
            body: { validation: event.validation, decision, reason, rulings, authorization },
          },
          auditDocument(event.tenant_id, deps.now(), {
            action: `plan.${decision}`,
            actor: 'broker',
            task_id: event.task_id,
            subtask_id: event.subtask_id,
            detail: {
              plan_hash: event.plan_hash,
              iteration: event.iteration,
              reason,
              rulings: rulings.map(({ step_id, tool, ruling, policy }) => ({
                step_id,
                tool,
                ruling,
                policy,
              })),
            },
          }),
        ],
      );
      return {
        decision,
        reason: reason === '' ? 'Permitted by policy.' : reason,
        approval_timeout_seconds: approvalTimeout(context, policy),
        authorization: await deps.claims.checkIn(event, authorization),
      };
    },
  };

  /** The shorter of what the task and the tenant's policies ask for; otherwise the office's own. */
  function approvalTimeout(context: TaskContext, policy: Policy): number {
    const asked = [context.approval_timeout_seconds, policy.approvalTimeoutSeconds].filter((s) => s !== null);
    return asked.length === 0 ? deps.approvalTimeoutSeconds : Math.min(...asked);
  }
}

const decisionOf: Record<Ruling, BrokerResult['decision']> = {
  permit: 'authorized',
  ask_human: 'needs_approval',
  deny: 'denied',
};

const because = (ruling: StepRuling): string =>
  `Step "${ruling.step_id}" (${ruling.tool}): ${ruling.ruling === 'deny' ? 'denied' : 'needs a human'} by policy "${ruling.policy}".`;

function manifestOf(manifests: ReadonlyMap<string, ToolManifest>, name: string): ToolManifest {
  const manifest = manifests.get(name);
  if (manifest === undefined) throw new UnauthorizedPlanError(`The tool "${name}" is no longer registered.`);
  return manifest;
}

function decidedEvent(
  event: AuthorizeEvent,
  decision: BrokerResult['decision'],
  reason: string,
  rulings: readonly StepRuling[],
): NewEvent {
  const place = { subtask_id: event.subtask_id, iteration: event.iteration };
  const data = {
    plan_hash: event.plan_hash,
    decision,
    reason,
    /** What was not simply permitted, with the policy that says so. */
    rulings: rulings.filter(({ ruling }) => ruling !== 'permit') as unknown as Json,
    warnings: event.validation.warnings,
    quote: event.validation.quote as unknown as Json,
  };
  switch (decision) {
    case 'authorized':
      return {
        type: 'plan.authorized',
        status: 'executing',
        ...place,
        message: 'The plan is valid and its tools are authorized',
        data,
      };
    case 'needs_approval':
      return {
        type: 'plan.validated',
        ...place,
        message: `The plan is valid and needs a human. ${reason}`,
        data,
      };
    case 'priced':
      return {
        type: 'plan.priced',
        ...place,
        message: `The plan costs at most $${event.validation.quote.max_usd}`,
        data,
      };
    case 'denied':
      return {
        type: 'plan.denied',
        status: 'planning',
        ...place,
        message: `The broker denied the plan. ${reason}`,
        data,
      };
  }
}
