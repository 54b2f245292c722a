import { describe, expect, it } from '@jest/globals';
import '../../../infra/local/promise-with-resolvers.ts';
import type { Invocation } from '../../../infra/local/engine/execution-host.ts';
import { createFunctionHost } from '../../../infra/local/function-host.ts';
import type { FunctionsWorker } from '../../../infra/local/functions-worker.ts';
import { shareLoad } from '../../../infra/local/shared-load.ts';

/** A second process that answers when the test lets it. */
function fakeWorker() {
  const ready = Promise.withResolvers<boolean>();
  const ended = Promise.withResolvers<string | null>();
  const asked: ((answer: Invocation) => void)[] = [];
  let isReady = false;
  const worker: FunctionsWorker = {
    pid: 1,
    isReady: () => isReady,
    ready: ready.promise,
    ended: ended.promise,
    invoke: () =>
      Promise.race([
        new Promise<Invocation>((resolve) => asked.push(resolve)),
        ended.promise.then(() => null),
      ]),
    stop: async () => ended.resolve(null),
  };
  return {
    worker,
    asked,
    open() {
      isReady = true;
      ready.resolve(true);
    },
    die() {
      isReady = false;
      ready.resolve(false);
      ended.resolve('SIGKILL');
    },
  };
}

function open(from: number) {
  const workers: ReturnType<typeof fakeWorker>[] = [];
  const release: (() => void)[] = [];
  const log: string[] = [];
  const failed: string[] = [];
  const work = {
    timeoutSeconds: 60,
    memoryMb: 128,
    load: async () => () => new Promise<string>((resolve) => release.push(() => resolve('here'))),
  };
  const load = shareLoad({
    here: createFunctionHost({ work }),
    functions: { work },
    from,
    start: () => {
      const made = fakeWorker();
      workers.push(made);
      return made.worker;
    },
    onInvocation: (name, _ms, _mb, isFailure) => {
      if (isFailure) failed.push(name);
    },
    log: (line) => log.push(line),
  });
  return { load, workers, release, log, failed };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('functions in two processes', () => {
  it('stay in the first without load, and no second is started', async () => {
    const { load, workers, release } = open(3);

    const invocations = [1, 2, 3].map(() => load.invoke('work', '{}'));
    await turn();
    for (const answer of release) answer();

    expect(await Promise.all(invocations)).toEqual([1, 2, 3].map(() => ({ ok: true, payload: '"here"' })));
    expect(workers).toHaveLength(0);
    expect(load.pid()).toBeNull();
  });

  it('under load start the second in the background and go there once it is ready', async () => {
    const { load, workers, release } = open(2);
    const first = [1, 2, 3].map(() => load.invoke('work', '{}'));
    await turn();
    expect(release).toHaveLength(3);
    expect(workers).toHaveLength(1);

    workers[0]?.open();
    const fourth = load.invoke('work', '{}');
    await turn();
    workers[0]?.asked[0]?.({ ok: true, payload: '"there"' });

    expect(await fourth).toEqual({ ok: true, payload: '"there"' });
    for (const answer of release) answer();
    await Promise.all(first);
  });

  it('all go to the second when they are to, and wait for it', async () => {
    const { load, workers } = open(0);
    const invocation = load.invoke('arn:aws:lambda:us-east-1:000000000000:function:work', '{}');
    await turn();

    workers[0]?.open();
    await turn();
    workers[0]?.asked[0]?.({ ok: true, payload: '"there"' });

    expect(await invocation).toEqual({ ok: true, payload: '"there"' });
    expect(await load.invoke('none', '{}')).toMatchObject({ errorType: 'Lambda.ResourceNotFoundException' });
  });

  it('fail as Lambda does when the second ends, and another one takes its place', async () => {
    const { load, workers, log, failed } = open(0);
    const invocation = load.invoke('work', '{}');
    await turn();
    workers[0]?.open();
    await turn();

    workers[0]?.die();

    expect(await invocation).toMatchObject({
      ok: false,
      errorType: 'Lambda.ServiceException',
      errorMessage: 'The process that ran the function ended (SIGKILL) before it had answered.',
    });
    expect(failed).toEqual(['work']);
    expect(log).toEqual([expect.stringMatching(/^The second process of functions ended \(SIGKILL\)/)]);

    void load.invoke('work', '{}');
    await turn();
    expect(workers).toHaveLength(2);
  });

  it('stay in the first when the second has ended again and again', async () => {
    const { load, workers, release, log } = open(0);
    for (let death = 0; death < 6; death++) {
      const invocation = load.invoke('work', '{}');
      await turn();
      workers[death]?.die();
      await turn();
      release[death]?.();
      await invocation;
    }

    const last = load.invoke('work', '{}');
    await turn();
    for (const answer of release) answer();

    expect(await last).toEqual({ ok: true, payload: '"here"' });
    expect(workers).toHaveLength(6);
    expect(log.at(-1)).toMatch(/no other one is started/);
  });

  it('start no second any more when they are stopped', async () => {
    const { load, workers, release, log } = open(1);
    const first = [1, 2].map(() => load.invoke('work', '{}'));
    await turn();

    await load.stop();
    const third = load.invoke('work', '{}');
    await turn();
    for (const answer of release) answer();
    await Promise.all([...first, third]);

    expect(workers).toHaveLength(1);
    expect(load.pid()).toBeNull();
    expect(log).toEqual([]);
  });
});
