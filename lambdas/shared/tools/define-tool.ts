import { z } from 'zod';
import type { Json, JsonObject } from '../../../schemas/json.ts';
import type { MountedFile, Risk, SandboxPolicy, ToolManifest } from '../../../schemas/tool.ts';
import { OfficeError } from '../errors.ts';
import type { ModelHop } from '../llm/provider.ts';

/** A tool as its folder declares it; zod schemas first, the manifest's JSON Schema is made from them. */
export interface ToolDeclaration<Inputs extends z.ZodType, Output extends z.ZodType> {
  readonly name: string;
  readonly version: string;
  /** One line for the planner: what it does and when to use it. */
  readonly description: string;
  readonly inputs: Inputs;
  readonly output: Output;
  readonly risk: Risk;
  readonly idempotent: boolean;
  readonly timeout_seconds: number;
  readonly memory_mb: number;
  readonly network: ToolManifest['network'];
  readonly workspace: ToolManifest['workspace'];
  readonly example: JsonObject;
}

/** Who a run is for and within what limits; all that a tool learns about its caller. */
export interface ToolRun {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly subtask_id: string;
  readonly step_id: string;
  readonly idempotency_key: string;
  readonly policy: SandboxPolicy;
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
  readonly deadline: Date;
  /** Mounted files, for tools with `mounted` access. */
  readonly files: readonly MountedFile[];
}

/** What a run produced. `files` are written back to the workspace by the executor (`mounted` access only). */
export interface ToolResult<Output> {
  readonly output: Output;
  readonly files?: MountedFile[];
  readonly cost?: { usd: number; tokens: number };
  /** The models it asked, for the task's log. */
  readonly hops?: readonly ModelHop[];
}

export interface Tool<Inputs extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly declaration: ToolDeclaration<Inputs, Output>;
  run(inputs: z.output<Inputs>, run: ToolRun): Promise<ToolResult<z.output<Output>>>;
  /**
   * Whether an earlier run with this idempotency key, whose answer was lost, took effect:
   * its result, `'not_run'`, or `'unknown'`. Only tools that can know implement it.
   */
  reconcile?(
    inputs: z.output<Inputs>,
    run: ToolRun,
  ): Promise<ToolResult<z.output<Output>> | 'not_run' | 'unknown'>;
}

/** An expected failure of a tool: it becomes the step's error, under this name. */
export class ToolFailure extends OfficeError {
  override readonly name: string;
  override readonly retryable: boolean;
  /** What the run spent before it failed, and on which models. */
  readonly hops: readonly ModelHop[];
  constructor(
    name: string,
    message: string,
    options: { retryable?: boolean; cause?: unknown; hops?: readonly ModelHop[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = name;
    this.retryable = options.retryable ?? false;
    this.hops = options.hops ?? [];
  }
}

/** The manifest as data: what the registry, planner, validator and CDK read. */
export function manifestOf(declaration: ToolDeclaration<z.ZodType, z.ZodType>): ToolManifest {
  const { inputs, output, ...rest } = declaration;
  return {
    ...rest,
    input_schema: z.toJSONSchema(inputs, { io: 'input' }) as JsonObject,
    output_schema: z.toJSONSchema(output, { io: 'output' }) as JsonObject,
    source: { kind: 'builtin' },
  };
}

export type { Json };
