import { z } from 'zod';
import { toolErrorSchema, toolManifestSchema } from '../../../schemas/tool.ts';

/** What the bridge is invoked with to list the tools of a server. */
export const discoveryEventSchema = z.strictObject({
  operation: z.literal('discover'),
  /** The prefix of the tools' names. */
  name: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }),
  allow_hosts: z.array(z.string()),
});
export type McpDiscovery = z.infer<typeof discoveryEventSchema>;

export const discoveryAnswerSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('ok'), tools: z.array(toolManifestSchema) }),
  z.strictObject({ status: z.literal('error'), error: toolErrorSchema }),
]);
export type DiscoveryAnswer = z.infer<typeof discoveryAnswerSchema>;
