import type { Invocation } from './engine/execution-host.ts';
import { type FunctionHost, functionName, type HostedFunction, type OnInvocation } from './function-host.ts';
import type { FunctionsWorker } from './functions-worker.ts';

/** Above so many invocations at once there is load: a task alone has about six. */
export const LOAD = 8;
/**
 * Invocations there for each one here, where the engine, requests and tables have about as much to do as the functions: one
 * here now and then is what a core has left for. Measured by `npm run bench -- loop`.
 */
const SHARE = 20;
/** A process that ended so often would end again. */
const MOST_DEATHS = 5;

export interface SharedLoadOptions {
  readonly here: FunctionHost;
  readonly functions: Readonly<Record<string, Pick<HostedFunction, 'memoryMb'>>>;
  readonly start: () => FunctionsWorker;
  /** From so many invocations at once on, some go to the second process; 0 sends every one, also the first. */
  readonly from: number;
  readonly onInvocation: OnInvocation;
  readonly log: (line: string) => void;
}

export interface SharedLoad extends FunctionHost {
  /** The second process, while there is one. */
  pid(): number | null;
  /** Ends the second process; invocations under way there are lost. */
  stop(): Promise<void>;
}

/**
 * Functions in this process and, under load, in a second one, so that both cores have work. The second is started at the
 * first load and gets invocations once it is ready: neither the start of an office nor a task alone waits for it.
 * When it ends, invocations under way there fail as they do when Lambda itself fails, and the office goes on.
 */
export function shareLoad(options: SharedLoadOptions): SharedLoad {
  const { here, functions, start, from, onInvocation, log } = options;
  let worker: FunctionsWorker | null = null;
  let deaths = 0;
  let stopped = false;
  const atWork = { here: 0, there: 0 };

  function running(): FunctionsWorker | null {
    if (worker !== null || stopped || deaths > MOST_DEATHS) return worker;
    try {
      worker = start();
    } catch (error) {
      die(error instanceof Error ? error.message : String(error));
      return null;
    }
    void worker.ended.then((reason) => {
      worker = null;
      if (reason !== null) die(reason);
    });
    return worker;
  }

  function die(reason: string): void {
    deaths += 1;
    const next = deaths > MOST_DEATHS ? 'no other one is started' : 'another one is started under load';
    log(`The second process of functions ended (${reason}); ${next}.`);
  }

  /** Where an invocation goes that comes now; null for here. */
  async function elsewhere(): Promise<FunctionsWorker | null> {
    const found = running();
    return (await found?.ready) === true ? found : null;
  }

  function placeNow(): FunctionsWorker | null {
    if (atWork.here + atWork.there < from) return null;
    const found = running();
    return found?.isReady() && atWork.there < SHARE * (atWork.here + 1) ? found : null;
  }

  async function invokeThere(there: FunctionsWorker, name: string, payload: string): Promise<Invocation> {
    const began = performance.now();
    atWork.there += 1;
    const answer = await there.invoke(name, payload);
    atWork.there -= 1;
    if (answer !== null) return answer;
    const reason = await there.ended;
    onInvocation(name, performance.now() - began, functions[name]?.memoryMb ?? 0, true);
    const errorMessage = `The process that ran the function ended (${reason ?? 'stopped'}) before it had answered.`;
    return { ok: false, errorType: 'Lambda.ServiceException', errorMessage, trace: [] };
  }

  async function invokeHere(nameOrArn: string, payload: string): Promise<Invocation> {
    atWork.here += 1;
    const answer = await here.invoke(nameOrArn, payload);
    atWork.here -= 1;
    return answer;
  }

  return {
    has: here.has,
    warm: here.warm,
    invoke(nameOrArn, payload) {
      if (!here.has(nameOrArn)) return here.invoke(nameOrArn, payload);
      const at = (there: FunctionsWorker | null): Promise<Invocation> =>
        there === null
          ? invokeHere(nameOrArn, payload)
          : invokeThere(there, functionName(nameOrArn), payload);
      return from === 0 ? elsewhere().then(at) : at(placeNow());
    },
    pid: () => worker?.pid ?? null,
    async stop() {
      stopped = true;
      await worker?.stop();
    },
  };
}
