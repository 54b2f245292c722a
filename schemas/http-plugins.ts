/** Bodies and answers about a tenant's policies and the MCP servers whose tools it uses. */
import { z } from 'zod';
import { publicUrlSchema, toolNameSchema } from './identifiers.ts';

/** A policy's name in denials and audits; the defaults have names of the same kind. */
export const policyNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a policy name is lower case letters, digits and -, 63 at most');
export const policyBodySchema = z.strictObject({
  /** One Cedar policy (https://docs.cedarpolicy.com) against the office's schema. */
  text: z.string().min(1).max(20_000),
});
export const policyViewSchema = z.object({
  name: z.string(),
  text: z.string(),
  /** The office's own; it stays and cannot be replaced. */
  default: z.boolean(),
  updated_at: z.iso.datetime().nullable(),
});
export const policyListSchema = z.object({
  /** The Cedar schema that policies are checked against. */
  schema: z.string(),
  policies: z.array(policyViewSchema),
});

/** The prefix of the server's tools in plans: short, so that a tool's own name fits behind it. */
export const mcpServerNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'a server name is lower case letters, digits and -, 31 at most');
export const mcpServerBodySchema = z.strictObject({ url: publicUrlSchema });
export const mcpServerViewSchema = z.object({
  name: z.string(),
  url: z.string(),
  tools: z.array(toolNameSchema),
  updated_at: z.iso.datetime(),
});
export const mcpServerListSchema = z.object({ servers: z.array(mcpServerViewSchema) });
/** What an addition or a refresh found: `added` and `changed` tools have risk high until they are classified. */
export const mcpRefreshSchema = mcpServerViewSchema.extend({
  added: z.array(toolNameSchema),
  changed: z.array(toolNameSchema),
  removed: z.array(toolNameSchema),
});
export type McpRefresh = z.infer<typeof mcpRefreshSchema>;
