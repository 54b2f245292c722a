import { z } from 'zod';
import { idSchema, tenantIdSchema, toolNameSchema } from './identifiers.ts';
import { jsonObjectSchema, jsonSchema } from './json.ts';

/** What harm a tool can do; the broker's default policy: low runs, medium is audited, high needs a human. */
export const riskSchema = z.enum(['low', 'medium', 'high']);
export type Risk = z.infer<typeof riskSchema>;

/**
 * How a tool sees the task's workspace:
 * `none` not at all; `direct` through S3 with credentials for the task's prefix;
 * `mounted` the executor passes named files in and takes written files out, so the tool needs no IAM.
 */
export const workspaceAccessSchema = z.enum(['none', 'direct', 'mounted']);

/** A tool of an MCP server (streamable HTTP). */
export const mcpSourceSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  tool: z.string().min(1).max(200),
});

/** A tool's manifest as data: what the registry stores and the planner, validator, broker and CDK read. */
export const toolManifestSchema = z.strictObject({
  name: toolNameSchema,
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  description: z.string().min(1).max(500),
  /** JSON Schema (draft 2020-12) of the inputs and of the output. */
  input_schema: jsonObjectSchema,
  output_schema: jsonObjectSchema,
  risk: riskSchema,
  /** True when running the same inputs twice has the effect of running them once. */
  idempotent: z.boolean(),
  timeout_seconds: z.int().min(1).max(900),
  memory_mb: z.int().min(128).max(10240),
  network: z.enum(['none', 'internet', 'aws']),
  workspace: workspaceAccessSchema,
  /** One example of inputs, for the planner's prompt and the docs. */
  example: jsonObjectSchema,
  /** Where it runs; absent for built-in tools, whose function the environment names. */
  source: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('builtin') }),
      z.strictObject({ kind: z.literal('lambda'), function_name: z.string().min(1).max(170) }),
      mcpSourceSchema.extend({ kind: z.literal('mcp') }),
    ])
    .default({ kind: 'builtin' }),
});
export type ToolManifest = z.infer<typeof toolManifestSchema>;

/** The sandbox policy the broker sets for one step. */
export const sandboxPolicySchema = z.strictObject({
  timeout_seconds: z.int().min(1).max(900),
  max_output_bytes: z.int().min(1024).max(6_000_000),
  /** `host` or `host:port` a tenant lets the HTTP client reach although it is private. */
  allow_hosts: z.array(z.string()).default([]),
  deny_hosts: z.array(z.string()).default([]),
});
export type SandboxPolicy = z.infer<typeof sandboxPolicySchema>;

/** A file handed to, or taken from, a tool with `mounted` workspace access. */
export const mountedFileSchema = z.strictObject({ path: z.string(), content_base64: z.base64() });
export type MountedFile = z.infer<typeof mountedFileSchema>;

export const toolContextSchema = z.strictObject({
  tenant_id: tenantIdSchema,
  task_id: idSchema,
  subtask_id: idSchema,
  step_id: idSchema,
  /** S3 key prefix of the task's workspace, ending in `/`. */
  workspace_prefix: z.string(),
  /** ISO 8601 instant after which the answer is of no use. */
  deadline: z.iso.datetime(),
  policy: sandboxPolicySchema,
  /** Answers with 200 once the task was cancelled, and needs no credentials. */
  cancelled_url: z.url({ protocol: /^https?$/ }).optional(),
  idempotency_key: z.string(),
  files: z.array(mountedFileSchema).optional(),
  /** Which tool of which server, for the bridge to MCP servers. */
  mcp: mcpSourceSchema.optional(),
  /** Credentials for `workspace_prefix` and nothing else; absent where the function's own role is as narrow. */
  credentials: z
    .strictObject({
      accessKeyId: z.string(),
      secretAccessKey: z.string(),
      sessionToken: z.string().optional(),
    })
    .optional(),
});
export type ToolContext = z.infer<typeof toolContextSchema>;

/** What a tool function is invoked with. `operation: "reconcile"` asks whether an earlier, unanswered run happened. */
export const toolEventSchema = z.strictObject({
  inputs: jsonObjectSchema,
  tool_context: toolContextSchema,
  operation: z.enum(['run', 'reconcile']).default('run'),
});
export type ToolEvent = z.infer<typeof toolEventSchema>;

export const toolErrorSchema = z.strictObject({
  name: z.string(),
  message: z.string(),
  retryable: z.boolean(),
});
export type ToolError = z.infer<typeof toolErrorSchema>;

/** Of tools that call models, whether they succeed or not: what the run spent, and the models it asked, by attempt. */
const spendSchema = z.strictObject({
  cost: z.strictObject({ usd: z.number(), tokens: z.number() }).optional(),
  hops: z.array(jsonObjectSchema).max(100).optional(),
});

/** A tool function's answer. */
export const toolAnswerSchema = z.discriminatedUnion('status', [
  spendSchema.extend({
    status: z.literal('ok'),
    output: jsonSchema,
    files: z.array(mountedFileSchema).optional(),
  }),
  spendSchema.extend({ status: z.literal('error'), error: toolErrorSchema }),
]);
export type ToolAnswer = z.infer<typeof toolAnswerSchema>;
