import { randomUUID } from 'node:crypto';
import type { FunctionHost } from './function-host.ts';

/** Invokes a function with EventBridge's scheduled event, at once and then every so many seconds, never twice at once. */
export function startSchedule(options: {
  functions: FunctionHost;
  functionName: string;
  everySeconds: number;
  onError: (message: string) => void;
}): { stop(): Promise<void> } {
  const { functions, functionName, everySeconds, onError } = options;
  let running: Promise<void> | undefined;

  async function invoke(): Promise<void> {
    const event = {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: new Date().toISOString(),
      region: 'us-east-1',
      resources: [],
      detail: {},
    };
    const answer = await functions.invoke(functionName, JSON.stringify(event));
    if (!answer.ok)
      onError(`The schedule of ${functionName} failed: ${answer.errorType}: ${answer.errorMessage}`);
  }

  const tick = (): void => {
    running ??= invoke().finally(() => {
      running = undefined;
    });
  };
  tick();
  const timer = setInterval(tick, everySeconds * 1000);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
