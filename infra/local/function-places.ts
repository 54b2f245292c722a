import type { Around } from './boundaries.ts';
import type { FunctionHost } from './function-host.ts';
import { strayLine } from './function-log.ts';
import { type FunctionsWorkerOptions, startFunctionsWorker } from './functions-worker.ts';
import type { OfficeParts } from './parts.ts';
import { LOAD, type SharedLoad, shareLoad } from './shared-load.ts';

export interface SecondProcess {
  /** URLs of modules that are imported there before the functions, as what registers a provider must be. */
  readonly preload?: readonly string[];
  /** Invocations at once from which on some go there; with 0, all do. A task alone has fewer than the usual number. */
  readonly from?: number;
}

type Own = Pick<FunctionsWorkerOptions, 'answerDynamodb' | 'answerStates' | 'onInvocation' | 'logFile'> & {
  readonly log: (line: string) => void;
};

/** Functions in this process, and in a second one where the office may have that. */
export function functionPlaces(
  here: FunctionHost,
  parts: OfficeParts,
  { secondProcess, around }: { readonly secondProcess?: SecondProcess; readonly around?: Around },
  { log, ...own }: Own,
): SharedLoad {
  // Faults are put in where this process's own clients and functions are.
  if (secondProcess === undefined || around !== undefined)
    return { ...here, pid: () => null, stop: async () => undefined };
  const { preload = [], from = LOAD } = secondProcess;
  const { functions, functionsModule } = parts;
  const onStray = (reason: string): void => log(strayLine(reason));
  const start = () =>
    startFunctionsWorker({ ...own, functionsModule, preload, warm: rolesOf(parts), onStray });
  return shareLoad({ here, functions, from, onInvocation: own.onInvocation, log, start });
}

/** The functions that every task needs. */
export function rolesOf(parts: OfficeParts): string[] {
  const tools = new Set(Object.values(parts.toolFunctions));
  return Object.keys(parts.functions).filter((name) => !tools.has(name));
}
