import type { Feedback } from '../../schemas/http.ts';
import type { Judgement, ModelRoutes, ToolOutcome } from '../../schemas/http-tools.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { HumanDecision } from '../../schemas/roles.ts';
import type { Priority, Submission, TaskKey } from '../../schemas/task.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import type { ClaimChecks } from '../shared/claim-check.ts';
import type { FailurePattern } from '../shared/memory/failure-patterns.ts';
import type { AccountStore } from '../shared/stores/account-store.ts';
import type { ApprovalStore } from '../shared/stores/approval-store.ts';
import type { AuditStore } from '../shared/stores/audit-store.ts';
import type { DeadLetterStore } from '../shared/stores/dead-letter-store.ts';
import type { EventLog } from '../shared/stores/event-log.ts';
import type { IdempotencyStore } from '../shared/stores/idempotency-store.ts';
import type { TenantLimits } from '../shared/stores/limit-store.ts';
import type { McpServerStore } from '../shared/stores/mcp-server-store.ts';
import type { PolicyStore } from '../shared/stores/policy-store.ts';
import type { RegistryStore } from '../shared/stores/registry-store.ts';
import type { TaskDocuments } from '../shared/stores/task-documents.ts';
import type { TaskStore } from '../shared/stores/task-store.ts';
import type { WebhookStore } from '../shared/stores/webhook-store.ts';
import type { ToolShelf } from '../shared/tools/shelf.ts';
import type { Workspace } from '../shared/tools/workspace.ts';
import type { Withdraw } from '../shared/withdrawal.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** What the queues carry: which task to start, and for a redrive how. */
export interface QueueMessage extends TaskKey {
  /** Which execution this asks for; absent for the first. */
  readonly run?: number;
  readonly resume?: true;
  readonly mode?: 'retry' | 'replan' | 'edit';
}

/** Running executions of the task machine, and the tokens they wait on. */
export interface Executions {
  /** Stops the task's execution and those of its subtasks; one that has ended already is no error. */
  stop(executionArn: string, subtaskIds: readonly string[], reason: string): Promise<void>;
  /** Answers a waiting state; false when it no longer waits. */
  answer(taskToken: string, decision: HumanDecision): Promise<boolean>;
}

/** Task workspaces. */
export interface Workspaces {
  of(key: TaskKey): Workspace;
  /** A presigned URL that takes one PUT of the file. */
  uploadUrl(key: TaskKey, path: string, seconds: number): Promise<string>;
  /** A presigned URL for a GET, for files too large to pass through a Lambda's answer. */
  downloadUrl(key: TaskKey, path: string, seconds: number): Promise<string>;
}

/** One run of a tool by itself. */
export interface ToolTrial {
  readonly tenant_id: string;
  readonly manifest: ToolManifest;
  readonly inputs: JsonObject;
  readonly files: readonly { path: string; bytes: Uint8Array }[];
}

/** Money. Both answers are passed on as they are. */
export interface Accounting {
  usage(tenantId: string, range: { from: string; to: string }): Promise<JsonObject>;
  budget(tenantId: string): Promise<JsonObject>;
  setBudget(
    tenantId: string,
    limits: { day_usd: number | null; month_usd: number | null },
  ): Promise<JsonObject>;
  /** Limits what a task may spend altogether, its tools' model calls included. */
  limitTask(key: TaskKey, maxCostUsd: number): Promise<void>;
}

export interface ModelRouteStore {
  read(tenantId: string): Promise<ModelRoutes>;
  /** @throws HttpProblem 400 for a model that is not in the model file or answers no prompts */
  set(tenantId: string, routes: ModelRoutes): Promise<void>;
}

/** Everything the receptionist works with; a test passes object literals. */
export interface ReceptionistDeps {
  readonly version: string;
  readonly engine: string;
  /** True where a response can be streamed; API Gateway's HTTP APIs can't. */
  readonly streaming: boolean;
  readonly default_max_duration_seconds: number;
  readonly now: () => Date;
  readonly newId: () => string;

  readonly accounts: Pick<AccountStore, 'findKey'>;
  readonly limiter: RateLimiter;
  /** Limits that whoever runs the office has set for a tenant and its keys. */
  readonly limitsOf?: (tenantId: string) => Promise<TenantLimits>;
  readonly idempotency: IdempotencyStore;
  readonly tasks: TaskStore;
  readonly events: EventLog;
  readonly documents: TaskDocuments;
  readonly claimChecks: ClaimChecks;
  readonly workspaces: Workspaces;
  readonly queue: { send(priority: Priority, message: QueueMessage): Promise<void> };
  readonly executions: Executions;
  readonly approvals: Pick<ApprovalStore, 'get' | 'decide' | 'told' | 'list' | 'listByTask'>;
  readonly deadLetters: DeadLetterStore;
  readonly registry: RegistryStore;
  readonly policies: PolicyStore;
  /** @throws InvalidPolicyError */
  readonly checkPolicies: (policies: Readonly<Record<string, string>>) => Promise<void>;
  readonly mcpServers: McpServerStore;
  /** The tools of an MCP server as manifests. @throws HttpProblem 502 when it can't be used */
  readonly discoverMcp: (server: { readonly name: string; readonly url: string }) => Promise<ToolManifest[]>;
  /** Every tool the tenant has, built-in ones included. */
  readonly shelf: (tenantId: string) => Promise<ToolShelf>;
  readonly audit: AuditStore;
  readonly accounting: Accounting;
  readonly modelRoutes: ModelRouteStore;

  /** Names of the usable models of each role, first choice first. */
  readonly models: () => Promise<Readonly<Record<string, readonly string[]>>>;
  /** Runs one tool as a plan's step would. */
  readonly invokeTool: (trial: ToolTrial) => Promise<ToolOutcome>;
  readonly judgePlan: (
    plan: JsonObject,
    allowedTools: readonly string[] | null,
    shelf: ToolShelf,
  ) => Promise<Judgement>;
  /** Frees the tenant's place among the running tasks. */
  readonly releaseSlot: (key: TaskKey) => Promise<void>;
  /** Takes back what an ended task still asks of people. */
  readonly withdraw: Withdraw;
  /** Tells the task's webhook that it has ended. */
  readonly notify: (key: TaskKey, again?: boolean) => Promise<void>;
  /** Lets the tools at work for the task know that nobody waits for them. */
  readonly tellTools: (key: TaskKey) => Promise<void>;
  readonly webhooks: Pick<WebhookStore, 'get' | 'deliveries'>;
  /** Says why a webhook's address can't be one; null when nothing speaks against it. */
  readonly addressProblem: (url: string) => Promise<string | null>;
  /** Lets what was remembered of the task's plans learn from it. */
  readonly onFeedback?: (key: TaskKey, feedback: Feedback) => Promise<void>;
  /** Prometheus text, where the office runs in one process. */
  readonly metrics?: () => Promise<string> | string;
  /** Seconds a task like this one usually takes. */
  readonly estimate?: (tenantId: string, submission: Submission) => number | null;
  /** Patterns over the failures that are remembered. */
  readonly failurePatterns?: (tenantId: string) => Promise<readonly FailurePattern[]>;
  readonly logError: (message: string, error: unknown, detail: Readonly<Record<string, Json>>) => void;
}
