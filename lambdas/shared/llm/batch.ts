/** Several small calls of one role in one prompt, where the role's route allows it (`batch` in the model file). */
import { z } from 'zod';
import { addCosts, costOfHops } from './hop-cost.ts';
import type { ModelCatalogue } from './models.ts';
import {
  type ModelAnswer,
  type ModelMessage,
  type ModelRequest,
  type ModelRouter,
  NoModelAnsweredError,
  PromptTooLongError,
} from './provider.ts';
import type { ProviderRegistry } from './providers.ts';

export interface Batcher {
  /**
   * Answers in the order of the requests, which must share role, system text, schema and tenant.
   * The cost stands on the first answer of each prompt. When a shared prompt fails the requests are asked one by one.
   */
  completeAll<Answer>(requests: readonly ModelRequest<Answer>[]): Promise<readonly ModelAnswer<Answer>[]>;
}

export function createBatcher(deps: {
  readonly router: ModelRouter;
  readonly catalogue: ModelCatalogue;
  readonly registry: Pick<ProviderRegistry, 'usable'>;
}): Batcher {
  /** Rules read one brief at a time. */
  async function sizeFor(role: ModelRequest<unknown>['role']): Promise<number> {
    const route = deps.catalogue.route(role);
    for (const name of route.models) {
      const found = await deps.registry.usable(deps.catalogue.model(name));
      if ('model' in found) return found.model.last_resort ? 1 : route.batch;
    }
    return 1;
  }

  async function together<Answer>(
    requests: readonly ModelRequest<Answer>[],
  ): Promise<readonly ModelAnswer<Answer>[]> {
    const [first] = requests;
    const shared = first && requests.length > 1 ? merge(requests, first) : null;
    if (!shared) return oneByOne(requests);
    try {
      const answer = await deps.router.complete(shared);
      return answer.value.answers.map((value, index) => ({
        ...answer,
        value,
        ...(index === 0 ? {} : { hops: [], cost: { usd: 0, tokens: 0 } }),
      }));
    } catch (error) {
      if (!(error instanceof NoModelAnsweredError || error instanceof PromptTooLongError)) throw error;
      const [head, ...rest] = await oneByOne(requests);
      if (!head) return rest;
      // What the shared prompt cost was spent, and is told with the first answer.
      const hops = [...error.hops, ...head.hops];
      return [{ ...head, hops, cost: addCosts(costOfHops(error.hops), head.cost) }, ...rest];
    }
  }

  const oneByOne = <Answer>(requests: readonly ModelRequest<Answer>[]) =>
    Promise.all(requests.map((request) => deps.router.complete(request)));

  return {
    async completeAll<Answer>(requests: readonly ModelRequest<Answer>[]) {
      const [first] = requests;
      if (!first) return [];
      if (requests.length === 1) return oneByOne(requests);
      const size = await sizeFor(first.role);
      const answers: ModelAnswer<Answer>[] = [];
      for (let start = 0; start < requests.length; start += size)
        answers.push(...(await together(requests.slice(start, start + size))));
      return answers;
    },
  };
}

/** Null when the requests cannot share a prompt. */
function merge<Answer>(
  requests: readonly ModelRequest<Answer>[],
  first: ModelRequest<Answer>,
): ModelRequest<{ answers: Answer[] }> | null {
  const { schema } = first;
  const briefs = requests.map((request) => textOf(request.messages));
  const isAlike = requests.every(
    (request) =>
      request.role === first.role &&
      request.system === first.system &&
      request.schema?.zod === schema?.zod &&
      request.purpose.tenant_id === first.purpose.tenant_id,
  );
  if (!schema || !isAlike || briefs.some((brief) => brief === null)) return null;
  const zod = z.object({ answers: z.array(schema.zod).length(requests.length) });
  const text = `There are ${requests.length} documents, each between numbered marks and each to be judged by itself. Give their answers as the list "answers", in the same order.\n\n${briefs.map((brief, index) => `<document ${index + 1}>\n${brief}\n</document ${index + 1}>`).join('\n\n')}`;
  return {
    ...first,
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    schema: { name: `${schema.name}_list`, zod },
    max_output_tokens: (first.max_output_tokens ?? 1_024) * requests.length,
  };
}

/** The text of a conversation of one message; null for any other. */
function textOf(messages: readonly ModelMessage[]): string | null {
  const [message, ...more] = messages;
  if (!message || more.length > 0 || message.content.some((part) => part.type !== 'text')) return null;
  return message.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}
