import { setTimeout as pause } from 'node:timers/promises';
import type { Around } from '../../infra/local/boundaries.ts';

/** What goes wrong at a crossing. `before`: it never happened; `after`: it did, and nobody was told. */
export const faults = [
  'error before',
  'error after',
  'timeout before',
  'timeout after',
  'throttle',
  'duplicate',
  'delay',
  'crash before',
  'crash after',
] as const;
export type Fault = (typeof faults)[number];

/** The state of a generator of 32 random bits: Mulberry32, public domain, by Tommy Ettinger. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An error as an AWS client makes it of an answer. */
function serviceError(name: string, status: number, message: string): Error {
  const throttling = status === 400 || status === 429;
  return Object.assign(new Error(message), {
    name,
    $fault: throttling ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
    $retryable: { throttling },
  });
}

/** What the engine gets to see of a function that was lost. */
const lost = (errorType: string, errorMessage: string) => ({ ok: false, errorType, errorMessage, trace: [] });

const isFunction = (point: string): boolean => point.startsWith('function ');
const thrown: Readonly<Record<string, () => Error>> = {
  error: () => serviceError('InternalServerError', 500, 'Injected: the service failed.'),
  timeout: () => Object.assign(new Error('Injected: no answer in time.'), { name: 'TimeoutError' }),
  throttle: () => serviceError('ThrottlingException', 400, 'Injected: too many requests.'),
};
const answered: Readonly<Record<string, readonly [string, string]>> = {
  error: ['Lambda.ServiceException', 'Injected: Lambda failed.'],
  timeout: ['Sandbox.Timedout', 'Injected: the function ran out of time.'],
  throttle: ['Lambda.TooManyRequestsException', 'Injected: too many invocations.'],
};

const functionsOfTools =
  /^function (python-exec|web-search|file-operations|http-client|math-calculator|code-analyzer|mcp|ai-tool)$/;

/**
 * Whether this fault can happen there at all. Nobody calls a tool's function twice but the executor, and nobody but the
 * executor may decide to; a synchronous Invoke is not delivered twice by Lambda. Reading messages twice is what a
 * duplicate of the function that takes them does.
 */
export const isPossible = (point: string, fault: Fault): boolean =>
  fault !== 'duplicate' ||
  !(functionsOfTools.test(point) || point.startsWith('lambda Invoke') || point.includes('ReceiveMessage'));

const DELAY_MS = 150;
/** A crash in the middle of a request: some of it has gone out. */
const kill = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('The process should be gone.');
};

/** Lets one crossing go wrong. */
export async function inject<T>(fault: Fault, point: string, run: () => Promise<T>): Promise<T> {
  const [kind = '', when] = fault.split(' ');
  switch (kind) {
    case 'crash':
      if (when === 'after') await run();
      return kill();
    case 'delay':
      await pause(DELAY_MS);
      return run();
    case 'duplicate': {
      // Half of the time one after the other, half of the time at once, by the length of the point's name.
      if (point.length % 2 === 0) await run().catch(() => undefined);
      else void run().catch(() => undefined);
      return run();
    }
    default: {
      if (when === 'after') await run();
      const make = thrown[kind];
      const [name = '', message = ''] = answered[kind] ?? [];
      if (isFunction(point)) return lost(name, message) as T;
      throw make?.() ?? new Error(`There is no fault "${fault}".`);
    }
  }
}

export interface ArmedFault {
  readonly point: string;
  readonly fault: Fault;
}

/** An injector of given faults, each at the first crossing of its point, and a list of all points that were crossed. */
export function createArmory(): {
  readonly around: Around;
  readonly crossed: ReadonlyMap<string, number>;
  readonly fired: readonly ArmedFault[];
  arm(fault: ArmedFault): void;
  disarm(): void;
} {
  const armed: ArmedFault[] = [];
  const fired: ArmedFault[] = [];
  const crossed = new Map<string, number>();
  return {
    around: (point, run) => {
      crossed.set(point, (crossed.get(point) ?? 0) + 1);
      const index = armed.findIndex((each) => each.point === point);
      if (index < 0) return run();
      const [chosen] = armed.splice(index, 1);
      if (chosen === undefined) return run();
      fired.push(chosen);
      return inject(chosen.fault, point, run);
    },
    crossed,
    fired,
    arm: (fault) => void armed.push(fault),
    disarm: () => void armed.splice(0),
  };
}

/** Lets every crossing go wrong with the given probability; `crash` is the probability that it ends the process. */
export function createChaos(options: {
  readonly seed: number;
  readonly rate: number;
  readonly crashRate: number;
}): Around {
  const random = seeded(options.seed);
  const mild = faults.filter((fault) => !fault.startsWith('crash'));
  return (point, run) => {
    const draw = random();
    const choice = random();
    if (draw < options.crashRate) return inject(choice < 0.5 ? 'crash before' : 'crash after', point, run);
    if (draw >= options.crashRate + options.rate) return run();
    const fault = mild[Math.floor(choice * mild.length)];
    if (fault === undefined || !isPossible(point, fault)) return run();
    return inject(fault, point, run);
  };
}
