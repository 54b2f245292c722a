import { z } from 'zod';
import { jsonObjectSchema, jsonSchema } from '../../../schemas/json.ts';
import type { ToolDeclaration } from '../../shared/tools/define-tool.ts';

const inputs = z.strictObject({
  prompt: z
    .string()
    .min(1)
    .max(200_000)
    .describe('What to do, complete: the model knows nothing else of the task.'),
  tier: z
    .enum(['small', 'medium', 'large'])
    .optional()
    .describe('Ask for at least this size of model; small is right for most.'),
  attachments: z
    .array(z.string().min(1).max(512))
    .min(1)
    .max(10)
    .optional()
    .describe('Workspace paths of texts, pictures (PNG, JPEG, GIF, WebP) or PDF documents to look at.'),
  schema: jsonObjectSchema
    .optional()
    .describe('A JSON Schema: the answer is then an object that fits it, instead of text.'),
});

const output = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ object: jsonSchema.describe('Fits the schema of the inputs.') }),
]);

export const aiToolDeclaration: ToolDeclaration<typeof inputs, typeof output> = {
  name: 'ai_tool',
  version: '1.0.0',
  description:
    'Asks a language model to write, summarise, translate, classify or extract; reads texts, pictures and PDF documents of the workspace.',
  inputs,
  output,
  risk: 'low',
  // Asking again has no effect but its price; an identical question is answered from the store within the hour.
  idempotent: true,
  timeout_seconds: 240,
  memory_mb: 512,
  network: 'internet',
  workspace: 'direct',
  example: {
    prompt: 'Summarise the report in three sentences for a manager.',
    attachments: ['reports/q3.pdf'],
  },
};
