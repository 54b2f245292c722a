/** A tool of high risk, whose steps wait for a person; it calculates, so that nothing comes of it. */
export const riskyTool = {
  version: '1.0.0',
  description: 'Calculates, and is called risky.',
  input_schema: {
    type: 'object',
    properties: { expression: { type: 'string' } },
    required: ['expression'],
  },
  output_schema: { type: 'object' },
  risk: 'high',
  idempotent: true,
  timeout_seconds: 30,
  memory_mb: 128,
  network: 'none',
  workspace: 'none',
  example: { expression: '1 + 1' },
  source: { kind: 'lambda', function_name: 'math-calculator' },
} as const;
