/** What a language model would answer to the office's briefs, over the loopback server: JSON by role, as text. */
import { z } from 'zod';
import type { Behaviour, OpenAiServer } from './openai-server.ts';

const partSchema = z.looseObject({ type: z.string(), text: z.string().optional() });
const bodySchema = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(partSchema)]) })),
});

/** The text of a request's messages with this role, joined. */
export function said(body: unknown, role: string): string {
  return bodySchema
    .parse(body)
    .messages.filter((message) => message.role === role)
    .map(({ content }) =>
      typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('\n'),
    )
    .join('\n');
}

export interface Brief {
  readonly role: string;
  readonly iteration?: number;
  readonly task: { readonly description: string };
  readonly subtask?: { readonly subtask_id: string; readonly description: string };
  readonly steps?: readonly unknown[];
}

/** The brief of a role's request; null for a question of the `ai_tool`. */
export function briefOf(body: unknown): Brief | null {
  const [first] = bodySchema.parse(body).messages.filter((message) => message.role === 'user');
  const text = typeof first?.content === 'string' ? first.content : (first?.content[0]?.text ?? '');
  try {
    const brief: unknown = JSON.parse(text);
    return z.looseObject({ role: z.string() }).safeParse(brief).success ? (brief as Brief) : null;
  } catch {
    return null;
  }
}

/** `analyst`, `planner`, ... or `ai_tool`. */
export const roleOf = (body: unknown): string => briefOf(body)?.role ?? 'ai_tool';

/** How often each role was asked. */
export function callsByRole(server: OpenAiServer): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { path, body } of server.requests) {
    if (!path.endsWith('/chat/completions')) continue;
    const role = roleOf(body);
    counts[role] = (counts[role] ?? 0) + 1;
  }
  return counts;
}

export const answer = (value: unknown, completionTokens?: number): Behaviour => ({
  kind: 'answer',
  text: typeof value === 'string' ? value : JSON.stringify(value),
  ...(completionTokens === undefined
    ? {}
    : {
        usage: {
          prompt_tokens: 20,
          completion_tokens: completionTokens,
          total_tokens: 20 + completionTokens,
        },
      }),
});

/** A plan that calculates the expression. */
export const calculation = (expression: string): Record<string, unknown> => ({
  confidence: 0.95,
  rationale: 'One calculation is enough.',
  steps: [{ step_id: 'calculate', action: 'math_calculator', inputs: { expression } }],
  result: {
    summary: 'The value is ${steps.calculate.output.value}.',
    value: '${steps.calculate.output.value}',
  },
});

export const approval = { verdict: 'APPROVE', feedback: '', summary: 'Done.' };

/** One answer for each role, good enough for a task that is one calculation. */
export function usualAnswer(body: unknown): unknown {
  const brief = briefOf(body);
  switch (brief?.role) {
    case 'analyst':
      return {
        subtasks: [{ subtask_id: 's1', description: brief.task.description, prerequisites: [] }],
      };
    case 'planner':
      return calculation('6 * 7');
    case 'validator':
      return { verdict: 'APPROVED' };
    case 'broker':
      return { assessment: 'approve', reason: '' };
    case 'reviewer':
      return approval;
    default:
      return 'A short answer.';
  }
}
