import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../schemas/json.ts';
import type { FunctionHost } from './function-host.ts';

/**
 * Invokes a function with EventBridge's scheduled event, at once and then every so many seconds, never twice
 * at once. The first event carries `firstDetail`: nothing else is under way then.
 */
export function startSchedule(options: {
  functions: FunctionHost;
  functionName: string;
  everySeconds: number;
  firstDetail: JsonObject;
  onError: (message: string) => void;
}): { stop(): Promise<void> } {
  const { functions, functionName, everySeconds, firstDetail, onError } = options;
  let running: Promise<void> | undefined;

  async function invoke(detail: JsonObject): Promise<void> {
    const event = {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: new Date().toISOString(),
      region: 'us-east-1',
      resources: [],
      detail,
    };
    const answer = await functions.invoke(functionName, JSON.stringify(event));
    if (!answer.ok)
      onError(`The schedule of ${functionName} failed: ${answer.errorType}: ${answer.errorMessage}`);
  }

  const tick = (detail: JsonObject = {}): void => {
    running ??= invoke(detail).finally(() => {
      running = undefined;
    });
  };
  tick(firstDetail);
  const timer = setInterval(() => tick(), everySeconds * 1000);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
