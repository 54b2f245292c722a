/** The built-in adapters, each loaded with the first call that needs it. */
import { type BuiltIn, ProviderSetupError } from '../providers.ts';

export const builtInAdapters: BuiltIn = async (name, entry) => {
  switch (entry.protocol) {
    case 'openai':
      return (await import('./openai-compatible.ts')).openAiCompatibleProvider;
    case 'bedrock':
      return (await import('./bedrock.ts')).bedrockProvider;
    case 'offline': {
      const { createOfflineProvider } = await import('../offline/offline-provider.ts');
      return () => createOfflineProvider();
    }
    case 'registered':
      throw new ProviderSetupError(`The provider "${name}" was not registered before the first call.`);
  }
};
