import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOfflineProvider } from '../../lambdas/shared/llm/offline/offline-provider.ts';
import { registerProvider } from '../../lambdas/shared/llm/providers.ts';
import { createArmory, type Fault, isPossible } from './injector.ts';
import { ends, openReceiver, openTestOffice, type Receiver, type TestOffice } from './office.ts';
import { effectTask, wordTask } from './tasks.ts';

const armory = createArmory();
let test: TestOffice;
let receiver: Receiver;
let unregister: () => void;
let points: string[];

beforeAll(async () => {
  receiver = await openReceiver();
  const offline = createOfflineProvider();
  unregister = registerProvider('offline', () => ({
    ...offline,
    complete: (call) => armory.around('model offline', () => offline.complete(call)),
  }));
  test = await openTestOffice({
    around: armory.around,
    environment: { OFFICE_ALLOW_HOSTS: receiver.host },
  });
  const warm = [effectTask(receiver.host, 'warm'), wordTask('warm')].map((task) => test.submit(task));
  await Promise.all((await Promise.all(warm)).map((id) => test.reach(id)));
  // Points of the tasks' own way; what answers this test's questions is not on it.
  points = [...armory.crossed.keys()].filter((point) => !/ in (office|receptionist)$/.test(point)).sort();
}, 60_000);
afterAll(async () => {
  armory.disarm();
  await test.stop();
  unregister();
  await receiver.close();
});

let count = 0;
/** Two tasks while one crossing of the point goes wrong; resolves with what is wrong afterwards. */
async function survive(point: string, fault: Fault | 'outage'): Promise<string[]> {
  const n = `p${count++}`;
  // An outage outlasts the client's own three tries.
  for (let times = fault === 'outage' ? 4 : 1; times > 0; times--)
    armory.arm({ point, fault: fault === 'outage' ? 'error before' : fault });
  const ids = [
    await test.submit(effectTask(receiver.host, n)),
    ...(/model|reviewer|planner|analyst|validator|archivist/.test(point)
      ? [await test.submit(wordTask(n))]
      : []),
  ];
  const problems: string[] = [];
  for (const id of ids) {
    const task = await test
      .reach(id, ends, 80_000)
      .catch((error: Error) => ({ status: error.message, error: null }));
    if (task['status'] !== 'completed' && task['status'] !== 'failed') problems.push(String(task['status']));
  }
  const times = receiver.received.get(`/${n}`)?.length ?? 0;
  if (times > 1) problems.push(`its POST came ${times} times`);
  const artifact = await fetch(`${test.office.url}/tasks/${ids[0]}/artifacts/note.txt`, {
    headers: { authorization: `Bearer ${test.office.apiKey}` },
  });
  const note = artifact.status === 200 ? await artifact.text() : '';
  if (note !== '' && note !== `${n}\n`)
    problems.push(`its line was written ${note.split('\n').length - 1} times`);
  return problems.map((problem) => `${point}, ${fault}: ${problem}`);
}

describe('one fault at each boundary', () => {
  it('has at least thirty boundaries', () => {
    expect(points.length).toBeGreaterThanOrEqual(30);
  });

  it.each(['error before', 'error after', 'duplicate', 'outage'] as const)(
    'loses nothing and does nothing twice: %s',
    async (fault) => {
      const wanted = points.filter((point) => fault === 'outage' || isPossible(point, fault));
      const before = armory.fired.length;
      const problems: string[] = [];
      const left = [...wanted];
      await Promise.all(
        Array.from({ length: 6 }, async () => {
          for (let point = left.shift(); point !== undefined; point = left.shift())
            problems.push(...(await survive(point, fault)));
        }),
      );
      expect(problems).toEqual([]);
      // What a process remembers (the tools, for half a minute) is not read again, and can't fail.
      armory.disarm();
      const fired = new Set(armory.fired.slice(before).map(({ point }) => point));
      expect(fired.size).toBeGreaterThanOrEqual(fault === 'duplicate' ? 25 : 30);
    },
    300_000,
  );
});
