/** What the broker lets the steps of a plan do. */
import { z } from 'zod';
import { toolNameSchema } from './identifiers.ts';
import { mcpSourceSchema, sandboxPolicySchema, toolManifestSchema } from './tool.ts';

/**
 * What the executor judges again when the references of a step's hosts, paths or operation are resolved: the tenant's
 * policies as they were when the plan was authorized, and what else the decision rested on.
 */
export const recheckSchema = z.strictObject({
  policies: z.record(z.string(), z.string()),
  tool: toolManifestSchema.pick({ name: true, risk: true, network: true, idempotent: true }),
  source: z.enum(['builtin', 'lambda', 'mcp']),
  destination: z.string(),
  /** A person has approved the plan. */
  approved: z.boolean(),
});
export type Recheck = z.infer<typeof recheckSchema>;

/** What one step may do; the executor refuses anything else. */
export const grantSchema = z.strictObject({
  tool: toolNameSchema,
  tool_version: z.string(),
  function_name: z.string(),
  idempotent: z.boolean(),
  workspace: z.enum(['none', 'direct', 'mounted']),
  policy: sandboxPolicySchema,
  mcp: mcpSourceSchema.optional(),
  recheck: recheckSchema.optional(),
});
export type Grant = z.infer<typeof grantSchema>;
export const authorizationSchema = z.strictObject({
  plan_hash: z.string(),
  /** By step id. */
  grants: z.record(z.string(), grantSchema),
});
export type Authorization = z.infer<typeof authorizationSchema>;
