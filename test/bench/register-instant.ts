/** Imported by each process that runs the bench's functions. */
import { registerProvider } from '../../lambdas/shared/llm/providers.ts';
import { instantProvider } from './instant-provider.ts';

registerProvider('instant', () => instantProvider);
