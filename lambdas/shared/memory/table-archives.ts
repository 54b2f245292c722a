import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { jsonObjectSchema } from '../../../schemas/json.ts';
import { stepSchema } from '../../../schemas/plan.ts';
import { canonicalHash } from '../canonical.ts';
import { tenantPartition } from '../stores/keys.ts';
import type { Archives, Experience } from './archives.ts';
import type { Encoder } from './lexical-encoder.ts';

const memorySchema = z.object({
  sk: z.string(),
  description: z.string(),
  encoder: z.string(),
  vector: z.array(z.number()),
  steps: z.array(stepSchema),
  result: jsonObjectSchema,
  outcome: z.enum(['succeeded', 'failed']),
  lesson: z.string(),
  error_name: z.string().optional(),
  failed_action: z.string().optional(),
});
type Memory = z.infer<typeof memorySchema>;

const REFRESH_MS = 30_000;
/** Below this two tasks merely share words. */
const MIN_SIMILARITY = 0.3;

/** Plans in DynamoDB, compared exactly in memory; one entry per description and outcome, the newest stays. */
export function createTableArchives(deps: {
  client: DynamoDBDocumentClient;
  table: string;
  encoder: Encoder;
  now?: () => number;
}): Archives {
  const now = deps.now ?? Date.now;
  const cache = new Map<string, { at: number; memories: Promise<Memory[]> }>();

  async function load(tenantId: string): Promise<Memory[]> {
    const memories: Memory[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await deps.client.send(
        new QueryCommand({
          TableName: deps.table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': tenantPartition(tenantId, 'MEMORY') },
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      memories.push(...(page.Items ?? []).map((item) => memorySchema.parse(item)));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return memories.filter((memory) => memory.encoder === deps.encoder.name);
  }

  function memoriesOf(tenantId: string): Promise<Memory[]> {
    const cached = cache.get(tenantId);
    if (cached !== undefined && now() - cached.at < REFRESH_MS) return cached.memories;
    const memories = load(tenantId);
    cache.set(tenantId, { at: now(), memories });
    memories.catch(() => cache.delete(tenantId));
    return memories;
  }

  async function similar(
    tenantId: string,
    description: string,
  ): Promise<{ memory: Memory; similarity: number }[]> {
    const memories = await memoriesOf(tenantId);
    if (memories.length === 0) return [];
    const [query] = await deps.encoder.encode([description]);
    if (query === undefined) return [];
    return memories
      .map((memory) => ({
        memory,
        similarity: memory.vector.reduce((sum, x, i) => sum + x * (query[i] ?? 0), 0),
      }))
      .filter(({ similarity }) => similarity >= MIN_SIMILARITY)
      .sort((a, b) => b.similarity - a.similarity);
  }

  return {
    async recall({ tenant_id, description, limit }) {
      const found = await similar(tenant_id, description);
      return found.slice(0, limit).map(({ memory, similarity }) => ({
        description: memory.description,
        similarity: Math.min(1, similarity),
        outcome: memory.outcome,
        rating: null,
        steps: memory.steps.map(({ step_id, action, inputs, dependencies }) => ({
          step_id,
          action,
          inputs,
          dependencies,
        })),
        result: memory.result,
        lesson: memory.lesson,
      }));
    },

    async warnings({ tenant_id, description, steps }) {
      const actions = new Set(steps.map((step) => step.action));
      const failures = (await similar(tenant_id, description)).filter(
        ({ memory }) =>
          memory.outcome === 'failed' &&
          memory.failed_action !== undefined &&
          actions.has(memory.failed_action),
      );
      const counts = new Map<string, number>();
      for (const { memory } of failures) {
        const what = `${memory.failed_action} (${memory.error_name ?? 'failed'})`;
        counts.set(what, (counts.get(what) ?? 0) + 1);
      }
      return [...counts].map(
        ([what, count]) => `${count} similar ${count === 1 ? 'plan' : 'plans'} failed at ${what}.`,
      );
    },

    async remember(experience: Experience) {
      const [vector] = await deps.encoder.encode([experience.description]);
      const failed = experience.steps.find((step) => step.step_id === experience.failed_step);
      await deps.client.send(
        new PutCommand({
          TableName: deps.table,
          Item: {
            pk: tenantPartition(experience.tenant_id, 'MEMORY'),
            sk: `${experience.outcome}#${canonicalHash(experience.description).slice(0, 32)}`,
            ...experience,
            encoder: deps.encoder.name,
            vector: [...(vector ?? [])],
            ...(failed === undefined ? {} : { failed_action: failed.action }),
          },
        }),
      );
    },
  };
}
