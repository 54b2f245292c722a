import { basename } from 'node:path';
import { type FunctionSpec, roles, toolFunctions } from '../functions.ts';
import type { FunctionHandler, HostedFunction } from './function-host.ts';

const root = new URL('../../', import.meta.url);

function hosted(spec: FunctionSpec): HostedFunction {
  return {
    timeoutSeconds: spec.timeoutSeconds,
    memoryMb: spec.memoryMb,
    load: async () => {
      const module = (await import(new URL(`${spec.folder}/handler.ts`, root).href)) as {
        handler: FunctionHandler;
      };
      return module.handler;
    },
  };
}

/** Tool name to function name. */
export const toolFunctionNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(toolFunctions).map(([name, { folder }]) => [name, basename(folder)]),
);

/** The functions of this repository, its roles and tools, by function name. */
export const functions: Readonly<Record<string, HostedFunction>> = Object.fromEntries([
  ...Object.entries(roles).map(([name, spec]) => [name, hosted(spec)]),
  ...Object.values(toolFunctions).map((spec) => [basename(spec.folder), hosted(spec)]),
]);
