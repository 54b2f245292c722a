import type { z } from 'zod';
import { type GatekeeperBrief, gatekeeperAnswerSchema } from '../../schemas/briefs.ts';
import type { NewEvent } from '../../schemas/events.ts';
import type { Json } from '../../schemas/json.ts';
import {
  type Authorization,
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
import { askModel } from '../shared/model-call.ts';
import type { AuditStore } from '../shared/stores/audit-store.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import { sortKey } from '../shared/stores/keys.ts';
import type { ToolRegistry } from '../shared/tools/shelf.ts';
import { isIdempotentStep } from './idempotency.ts';
import { type Policy, type Ruling, type StepRuling, sandboxFor, stricter } from './policy.ts';
import { gatekeeperInstructions } from './prompt.ts';

/** A plan reached the broker that is not the one the validator saw, or names a tool that is gone. */
export class UnauthorizedPlanError extends OfficeError {
  override readonly name = 'UnauthorizedPlanError';
}

export interface BrokerDeps {
  readonly log: Pick<EventLog, 'append'>;
  readonly audit: Pick<AuditStore, 'append'>;
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
    document: PlanDocument,
    manifests: ReadonlyMap<string, ToolManifest>,
  ): Authorization['grants'] {
    return Object.fromEntries(
      document.plan.steps.map((step) => {
        const manifest = manifestOf(manifests, step.action);
        return [
          step.step_id,
          {
            tool: manifest.name,
            tool_version: manifest.version,
            function_name: functionOf(manifest),
            idempotent: manifest.idempotent || isIdempotentStep(step),
            workspace: manifest.workspace,
            policy: sandboxFor(step, manifest, deps.allowHosts),
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
    });
    const { assessment, reason } = reply.value;
    const ruling: Ruling = assessment === 'approve' ? 'permit' : assessment;
    return { ruling, reason: ruling === 'permit' ? '' : `The gatekeeper: ${reason}`, events: [reply.event] };
  }

  return {
    /** @throws UnauthorizedPlanError and what the router throws */
    async authorize(event: AuthorizeEvent): Promise<BrokerResult> {
      const [context, document, shelf, policy] = await Promise.all([
        deps.claims.checkOut(event.context, taskContextSchema),
        deps.claims.checkOut(event.document, planDocumentSchema),
        deps.registry.shelf(event.tenant_id),
        deps.policyOf(event.tenant_id),
      ]);
      if (canonicalHash(document.plan) !== event.plan_hash) {
        throw new UnauthorizedPlanError('The plan changed between the validator and the broker.');
      }
      const rulings = document.plan.steps.map((step) =>
        policy.rule(step, manifestOf(shelf.manifests, step.action), context),
      );
      const gatekeeper = await gatekeep(event, context, document, shelf.manifests);
      const ruling = rulings.reduce((worst, { ruling }) => stricter(worst, ruling), gatekeeper.ruling);
      const decision = context.dry_run && ruling !== 'deny' ? 'priced' : decisionOf[ruling];
      const reason = [...rulings.filter((r) => r.ruling !== 'permit').map(because), gatekeeper.reason]
        .filter((text) => text !== '')
        .join(' ');
      const authorization: Authorization = {
        plan_hash: event.plan_hash,
        grants: ruling === 'deny' ? {} : grantsFor(document, shelf.manifests),
      };
      await Promise.all([
        deps.log.append(
          event,
          [...gatekeeper.events, decidedEvent(event, decision, reason)],
          [
            {
              sk: sortKey.verdict(event.subtask_id, event.iteration),
              body: { validation: event.validation, decision, reason, rulings, authorization },
            },
          ],
        ),
        recordUnlessHarmless(event, document, rulings, shelf.manifests, decision),
      ]);
      return {
        decision,
        reason: reason === '' ? 'Permitted by policy.' : reason,
        approval_timeout_seconds: deps.approvalTimeoutSeconds,
        authorization: await deps.claims.checkIn(event, authorization),
      };
    },
  };

  /** Low risk runs without an audit entry; everything else leaves one. */
  async function recordUnlessHarmless(
    event: AuthorizeEvent,
    document: PlanDocument,
    rulings: readonly StepRuling[],
    manifests: ReadonlyMap<string, ToolManifest>,
    decision: BrokerResult['decision'],
  ): Promise<void> {
    if (document.plan.steps.every((step) => manifestOf(manifests, step.action).risk === 'low')) return;
    await deps.audit.append(event.tenant_id, {
      action: `plan.${decision}`,
      actor: 'broker',
      task_id: event.task_id,
      subtask_id: event.subtask_id,
      detail: {
        plan_hash: event.plan_hash,
        rulings: rulings.map(({ step_id, tool, ruling, policy }) => ({ step_id, tool, ruling, policy })),
      },
    });
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

function decidedEvent(event: AuthorizeEvent, decision: BrokerResult['decision'], reason: string): NewEvent {
  const place = { subtask_id: event.subtask_id, iteration: event.iteration };
  const data = {
    plan_hash: event.plan_hash,
    decision,
    reason,
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
