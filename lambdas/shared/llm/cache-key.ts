/** What makes two calls identical: the model, what it reads, and how it is asked; the tenant stands in the item's key. */
import { canonicalHash } from '../canonical.ts';
import type { Model } from './models.ts';
import type { Prompt } from './tokens.ts';

export function cacheKey(model: Model, prompt: Prompt, temperature: number, maxOutputTokens: number): string {
  const messages = prompt.messages.map((message) => ({
    role: message.role,
    content: message.content.map((part) =>
      part.type === 'text' ? part : { ...part, bytes: Buffer.from(part.bytes).toString('base64') },
    ),
  }));
  return canonicalHash({
    model: [model.provider, model.id],
    system: prompt.system,
    messages,
    json: prompt.json ?? null,
    temperature,
    maxOutputTokens,
  });
}
