import { z } from 'zod';
import {
  analystBriefSchema,
  gatekeeperBriefSchema,
  plannerBriefSchema,
  reviewerBriefSchema,
  validatorBriefSchema,
} from '../../../../schemas/briefs.ts';
import type { ModelProvider, ProviderCall } from '../provider.ts';
import { decompose } from './analyst.ts';
import { assessTools, judgePlan } from './plan-check.ts';
import { planSubtask } from './planner.ts';
import { beyondRules } from './refusal.ts';
import { reviewResult } from './review/review.ts';

const briefSchema = z.discriminatedUnion('role', [
  analystBriefSchema,
  plannerBriefSchema,
  validatorBriefSchema,
  gatekeeperBriefSchema,
  reviewerBriefSchema,
]);

/**
 * The provider that answers when no language model is configured: rules instead of a model, the same answer to the
 * same brief every time, no tokens and no cost. The last user message's text is the brief as JSON (schemas/briefs.ts);
 * the answer is the JSON of that role's answer.
 *
 * @throws ModelRequiredError (rejects) when the task is beyond the rules; the message says which settings add a model
 */
export function createOfflineProvider(): ModelProvider {
  return {
    name: 'offline',
    async complete(call) {
      call.signal.throwIfAborted();
      const text = JSON.stringify(answer(call));
      return {
        text,
        usage: { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 },
        stop_reason: 'end',
      };
    },
  };
}

function answer(call: ProviderCall): unknown {
  const message = [...call.messages].reverse().find(({ role }) => role === 'user');
  const part = message?.content.find(({ type }) => type === 'text');
  const brief = briefSchema.safeParse(parseJson(part?.type === 'text' ? part.text : ''));
  if (!brief.success) throw beyondRules('Free text needs a language model.');
  switch (brief.data.role) {
    case 'analyst':
      return decompose(brief.data);
    case 'planner':
      return planSubtask(brief.data);
    case 'validator':
      return judgePlan(brief.data);
    case 'broker':
      return assessTools(brief.data);
    case 'reviewer':
      return reviewResult(brief.data);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
