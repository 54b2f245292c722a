import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { z } from 'zod';
import type { Grant } from '../../schemas/authorization.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { Step } from '../../schemas/plan.ts';
import type { StepEvent } from '../../schemas/roles.ts';
import type { TaskKey } from '../../schemas/task.ts';
import type { MountedFile, ToolAnswer, ToolError, ToolEvent } from '../../schemas/tool.ts';
import { OfficeError } from '../shared/errors.ts';
import { BudgetExhaustedError } from '../shared/llm/provider.ts';
import { normalizeWorkspacePath } from '../shared/security/workspace-path.ts';
import type { Workspace } from '../shared/tools/workspace.ts';
import { ToolLostError, type ToolPort, ToolThrottledError } from './tool-port.ts';
import { WorkspaceAccessError, type WorkspaceCredentials } from './workspace-credentials.ts';

/** How a step's tool fared, before it becomes the step's outcome. */
export type ToolRunResult =
  | {
      status: 'succeeded';
      output: Json;
      cost: { usd: number; tokens: number };
      /** The models that the tool asked. */
      hops?: readonly JsonObject[];
      attempts: number;
    }
  | {
      status: 'failed' | 'in_doubt';
      error: { name: string; message: string };
      cost?: { usd: number; tokens: number };
      hops?: readonly JsonObject[];
      attempts: number;
    };

export interface RunToolDeps {
  readonly tools: ToolPort;
  readonly workspaceOf: (key: { tenant_id: string; task_id: string }) => Workspace;
  readonly workspacePrefix: (key: { tenant_id: string; task_id: string }) => string;
  /** For tools that work on the files themselves. Absent: their own roles decide. */
  readonly credentialsFor?: WorkspaceCredentials;
  /** Where a tool learns that its task was cancelled. Absent: it runs to its end. */
  readonly cancelledUrl?: (key: TaskKey, until: Date) => Promise<string>;
  readonly now: () => Date;
}

export interface StepRun {
  readonly event: StepEvent;
  readonly step: Step;
  readonly grant: Grant;
  readonly inputs: JsonObject;
  /** May the effect happen twice? Decided with the resolved inputs. */
  readonly idempotent: boolean;
  readonly deadline: Date;
}

/**
 * Three tries; waits of about 0.25 s and 0.5 s with jitter between them, so a transient error costs under 2 s
 * and a persistent one does not hold the step for long.
 */
const TRIES = { maxAttempts: 2, backoff: new ExponentialBackoff({ initialDelay: 250, maxDelay: 4_000 }) };

class TransientAnswer extends Error {
  readonly error: ToolError;
  constructor(error: ToolError) {
    super(error.message);
    this.error = error;
  }
}

/** Of all attempts together. */
type Spend = { readonly cost: { usd: number; tokens: number }; readonly hops: readonly JsonObject[] };
const unspent: Spend = { cost: { usd: 0, tokens: 0 }, hops: [] };
const spend = (so: Spend, { cost = unspent.cost, hops = [] }: Pick<ToolAnswer, 'cost' | 'hops'>): Spend => ({
  cost: { usd: so.cost.usd + cost.usd, tokens: so.cost.tokens + cost.tokens },
  hops: [...so.hops, ...hops],
});

/** A tool that ends so soon needs not be told that its task was cancelled. */
const SHORT_SECONDS = 20;

const MAX_MOUNTS = 1_000;
const mountsSchema = z.array(z.string()).max(MAX_MOUNTS).default([]);

class InvalidMountsError extends OfficeError {
  override readonly name = 'InvalidInputs';
  constructor() {
    super(`The input "files" must be a list of at most ${MAX_MOUNTS} paths.`);
  }
}

const EXHAUSTED: BudgetExhaustedError['name'] = 'BudgetExhaustedError';

/** Errors after which a request may have reached the other side although no answer came back. */
const UNKNOWN_EFFECT = new Set([
  'TimeoutExceeded',
  'TaskCancelled',
  'RequestTimeout',
  'ToolCrashed',
  'ConnectionReset',
  'InDoubt',
]);

export function createToolRunner(deps: RunToolDeps) {
  async function mounted(run: StepRun): Promise<MountedFile[]> {
    if (run.grant.workspace !== 'mounted') return [];
    const workspace = deps.workspaceOf(run.event);
    const { data: paths } = mountsSchema.safeParse(run.inputs['files']);
    if (paths === undefined) throw new InvalidMountsError();
    return Promise.all(
      paths.map(async (given) => {
        const path = normalizeWorkspacePath(given);
        const { bytes } = await workspace.read(path);
        return { path, content_base64: Buffer.from(bytes).toString('base64') };
      }),
    );
  }

  const toolEvent = async (
    run: StepRun,
    files: MountedFile[],
    operation: ToolEvent['operation'],
  ): Promise<ToolEvent> => {
    const credentials = run.grant.workspace === 'direct' ? await deps.credentialsFor?.(run.event) : undefined;
    const mayTakeLong = run.grant.policy.timeout_seconds > SHORT_SECONDS;
    const cancelled_url = mayTakeLong ? await deps.cancelledUrl?.(run.event, run.deadline) : undefined;
    const tool_context: ToolEvent['tool_context'] = {
      tenant_id: run.event.tenant_id,
      task_id: run.event.task_id,
      subtask_id: run.event.subtask_id,
      step_id: run.step.step_id,
      workspace_prefix: deps.workspacePrefix(run.event),
      deadline: run.deadline.toISOString(),
      policy: run.grant.policy,
      idempotency_key: run.step.idempotency_key,
      ...(run.grant.workspace === 'mounted' ? { files } : {}),
      ...(run.grant.mcp === undefined ? {} : { mcp: run.grant.mcp }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(cancelled_url === undefined ? {} : { cancelled_url }),
    };
    return { inputs: run.inputs, operation, tool_context };
  };

  /** What the tool wrote becomes workspace files; a mounted tool has no credentials to write them itself. */
  async function takeOut(run: StepRun, written: readonly MountedFile[]): Promise<void> {
    const workspace = deps.workspaceOf(run.event);
    // Every path is judged before the first file is written.
    const files = written.map((file) => ({ ...file, path: normalizeWorkspacePath(file.path) }));
    await Promise.all(
      files.map(({ path, content_base64 }) => workspace.write(path, Buffer.from(content_base64, 'base64'))),
    );
  }

  const failure = (
    run: StepRun,
    error: { name: string; message: string },
    attempts: number,
  ): ToolRunResult => ({
    status: !run.idempotent && UNKNOWN_EFFECT.has(error.name) ? 'in_doubt' : 'failed',
    error: { name: error.name, message: error.message },
    attempts,
  });

  return {
    /**
     * Runs the tool, again after a transient error where that is safe. Never throws for the tool's own failures.
     * @throws BudgetExhaustedError the office's own tool could not pay its model
     */
    async run(run: StepRun): Promise<ToolRunResult> {
      let attempts = 0;
      let spent = unspent;
      const mayRetry = (error: unknown): boolean => {
        if (deps.now() >= run.deadline) return false;
        if (error instanceof ToolThrottledError) return true;
        if (error instanceof ToolLostError) return run.idempotent;
        if (error instanceof TransientAnswer) return run.idempotent || !UNKNOWN_EFFECT.has(error.error.name);
        return false;
      };
      try {
        const event = await toolEvent(run, await mounted(run), 'run');
        const answer = await retry(handleWhen(mayRetry), TRIES).execute(async () => {
          attempts += 1;
          const reply = await deps.tools.invoke(run.grant.function_name, event);
          spent = spend(spent, reply);
          if (reply.status === 'error' && reply.error.retryable) throw new TransientAnswer(reply.error);
          return reply;
        });
        // The step has not run: the execution waits for money, and then runs it.
        if (answer.status === 'error' && run.grant.tool === 'ai_tool' && answer.error.name === EXHAUSTED)
          throw new BudgetExhaustedError(answer.error.message);
        if (answer.status === 'error') return { ...failure(run, answer.error, attempts), ...spent };
        if (answer.files !== undefined) await takeOut(run, answer.files);
        return { status: 'succeeded', output: answer.output, ...spent, attempts };
      } catch (error) {
        if (error instanceof TransientAnswer) return { ...failure(run, error.error, attempts), ...spent };
        if (error instanceof ToolLostError)
          return failure(run, { name: 'ToolCrashed', message: error.message }, attempts);
        if (error instanceof ToolThrottledError) return { status: 'failed', error, attempts };
        // Nothing has been run.
        const fault = error instanceof WorkspaceAccessError ? error : ownFault(error);
        if (fault !== null) return { status: 'failed', error: fault, attempts };
        throw error;
      }
    },

    /** Asks the tool whether an earlier run, whose answer was lost, took effect. */
    async reconcile(run: StepRun): Promise<ToolRunResult | 'not_run'> {
      try {
        const answer = await deps.tools.invoke(
          run.grant.function_name,
          await toolEvent(run, [], 'reconcile'),
        );
        if (answer.status === 'ok') {
          return {
            status: 'succeeded',
            output: answer.output,
            cost: answer.cost ?? { usd: 0, tokens: 0 },
            attempts: 0,
          };
        }
        if (answer.error.name === 'NotRun') return 'not_run';
        return { status: 'in_doubt', error: inDoubt(answer.error.message), attempts: 0 };
      } catch (error) {
        if (error instanceof ToolLostError) {
          return { status: 'in_doubt', error: inDoubt(error.message), attempts: 0 };
        }
        throw error;
      }
    },
  };
}

const inDoubt = (message: string) => ({
  name: 'InDoubt',
  message: `The step may have run, but its answer was lost; it was not repeated. ${message}`,
});

/** What tools call what a workspace refuses. */
const FAULTS: ReadonlyMap<string, string> = new Map([
  ['FileNotFoundError', 'FileNotFound'],
  ['InvalidPathError', 'InvalidPath'],
  ['WriteConflictError', 'WriteConflict'],
  ['InvalidInputs', 'InvalidInputs'],
]);

/** Missing files, bad paths: the step's own fault, told to the reviewer under the name that tools give it. */
function ownFault(error: unknown): { name: string; message: string } | null {
  const name = error instanceof Error ? FAULTS.get(error.name) : undefined;
  return name === undefined ? null : { name, message: (error as Error).message };
}

export type ToolRunner = ReturnType<typeof createToolRunner>;
