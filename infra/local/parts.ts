import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../schemas/json.ts';
import { roles } from '../functions.ts';
import { substitutePlaceholders } from './engine/definition.ts';
import { stateMachineArn } from './engine/engine.ts';
import { functionArn, type HostedFunction } from './function-host.ts';
import type { WebApp } from './http.ts';
import { functions, toolFunctionNames } from './office-functions.ts';
import { OfficeStartError } from './office-start-error.ts';

/** What an office is made of besides its runtime. */
export interface OfficeParts {
  readonly functions: Readonly<Record<string, HostedFunction>>;
  /** A module that exports the same `functions`, for a second process that runs them. */
  readonly functionsModule: string;
  /** State machines by name, placeholders already replaced. */
  readonly machines: Readonly<Record<string, JsonObject>>;
  /** The machine that runs a whole task. */
  readonly taskMachine: string;
  /** Tool name to function name. */
  readonly toolFunctions: Readonly<Record<string, string>>;
  readonly dispatcher: string;
  /** Delivers webhooks from their queue; absent where nobody has any. */
  readonly notifier?: string;
  /** Imports what makes the app, while the stores start; the app is made when the environment is set. */
  importApp(): Promise<(own: { readonly metrics: () => Promise<string> }) => WebApp>;
  /** Called once the environment is set, before executions of an earlier process go on. */
  beforeRecovery(): Promise<void>;
  /** Lets the key in. Called after the environment is set. */
  seedKey(apiKey: string): Promise<void>;
}

const root = new URL('../../', import.meta.url);
const machineFiles = { task: 'task.asl.json', subtask: 'subtask.asl.json' } as const;

const pascalCase = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The office of this repository: its roles, tools and state machines. */
export function officeParts(): OfficeParts {
  const placeholders = new Map(Object.keys(roles).map((name) => [pascalCase(name), functionArn(name)]));
  for (const name of Object.keys(machineFiles)) {
    placeholders.set(`${pascalCase(name)}StateMachine`, stateMachineArn(name));
  }
  const machines = Object.fromEntries(
    Object.entries(machineFiles).map(([name, file]) => {
      const text = readFileSync(new URL(`statemachines/${file}`, root), 'utf8');
      return [
        name,
        JSON.parse(
          substitutePlaceholders(text, (placeholder) => placeholders.get(placeholder)),
        ) as JsonObject,
      ];
    }),
  );
  return {
    functions,
    functionsModule: new URL('office-functions.ts', import.meta.url).href,
    machines,
    taskMachine: 'task',
    toolFunctions: toolFunctionNames,
    dispatcher: 'dispatcher',
    notifier: 'notifier',
    importApp: async () => {
      const module = (await import(new URL('lambdas/receptionist/app-from-environment.ts', root).href)) as {
        appFromEnvironment(own: { readonly metrics: () => Promise<string> }): WebApp;
      };
      const [{ loadModels, ModelFileError }, { defaultLimits }] = await Promise.all([
        import('../../lambdas/shared/llm/models.ts'),
        import('../../lambdas/shared/llm/budget-from-environment.ts'),
      ]);
      return (own) => {
        try {
          loadModels();
          defaultLimits();
        } catch (error) {
          // Told now, not by the first task that fails.
          if (error instanceof ModelFileError) throw new OfficeStartError(error.message, { cause: error });
          throw error;
        }
        return module.appFromEnvironment(own);
      };
    },
    beforeRecovery: async () => {
      const [{ taskTable, taskStore }, { expireOrphanedClaims }] = await Promise.all([
        import('../../lambdas/shared/wiring.ts'),
        import('./orphaned-claims.ts'),
      ]);
      await expireOrphanedClaims({ ...taskTable(), tasks: taskStore(), now: new Date() });
    },
    seedKey: async (apiKey) => {
      const [{ documentClient }, { readEnvironment }, { createAccountStore, scopes }] = await Promise.all([
        import('../../lambdas/shared/aws.ts'),
        import('../../lambdas/shared/environment.ts'),
        import('../../lambdas/shared/stores/account-store.ts'),
      ]);
      const { ACCOUNTS_TABLE } = readEnvironment(['ACCOUNTS_TABLE']);
      const accounts = createAccountStore({ client: documentClient(), table: ACCOUNTS_TABLE });
      await accounts.seedKey(apiKey, { tenant_id: 'local', name: 'local', scopes });
    },
  };
}
