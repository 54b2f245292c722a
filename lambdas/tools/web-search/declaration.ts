import { z } from 'zod';
import type { ToolDeclaration } from '../../shared/tools/define-tool.ts';

export const webSearchInputsSchema = z.strictObject({
  query: z
    .string()
    .trim()
    .min(1)
    .max(400)
    .describe('what to search for, in words or with the operators of search engines'),
  max_results: z.int().min(1).max(20).default(5),
  site: z
    .string()
    .regex(
      /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/,
      'a domain such as "example.com"',
    )
    .optional()
    .describe('only results of this domain'),
});
export type WebSearchInputs = z.output<typeof webSearchInputsSchema>;

export const webSearchOutputSchema = z.strictObject({
  results: z.array(z.strictObject({ title: z.string(), url: z.string(), snippet: z.string() })),
});
export type WebSearchOutput = z.output<typeof webSearchOutputSchema>;
export type WebSearchResult = WebSearchOutput['results'][number];

export const webSearchDeclaration: ToolDeclaration<
  typeof webSearchInputsSchema,
  typeof webSearchOutputSchema
> = {
  name: 'web_search',
  version: '1.0.0',
  description:
    'Searches the web and returns titles, URLs and snippets. Use it to find pages; http_client fetches one.',
  inputs: webSearchInputsSchema,
  output: webSearchOutputSchema,
  risk: 'low',
  idempotent: true,
  timeout_seconds: 30,
  memory_mb: 256,
  network: 'internet',
  workspace: 'none',
  example: { query: 'AWS Step Functions Map state concurrency limit', max_results: 3 },
};
