import { AsyncLocalStorage } from 'node:async_hooks';
import { documentClient, lambdaClient, s3Client, sfnClient, sqsClient } from '../../lambdas/shared/aws.ts';

/**
 * Wraps every crossing of a boundary between parts that fail apart: each invocation of a function (`function planner`)
 * and each request of a function to a service (`dynamodb UpdateItem in planner`). What it does instead of, before or
 * after `run`, and how often it runs it, is what a fault test is about. Without one nothing is wrapped.
 */
export type Around = <T>(point: string, run: () => Promise<T>) => Promise<T>;

const inside = new AsyncLocalStorage<string>();

/** Runs a function so that the requests it makes know whose they are. */
export const within = <T>(name: string, run: () => Promise<T>): Promise<T> => inside.run(name, run);

/** Who makes the request that is under way; `office` outside of any function. */
export const currentFunction = (): string => inside.getStore() ?? 'office';

interface Watchable {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: object) => Promise<unknown>,
        context: { readonly commandName?: string },
      ) => (args: object) => Promise<unknown>,
      options: { step: 'finalizeRequest'; priority: 'low'; name: string; override: boolean },
    ): void;
  };
}

/** Puts `around` inside the retries of a client, where the network would fail. */
export function watchClient(service: string, client: unknown, around: Around): void {
  const { middlewareStack } = client as Watchable;
  middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        around(`${service} ${commandName.replace(/Command$/, '')} in ${currentFunction()}`, () => next(args)),
    { step: 'finalizeRequest', priority: 'low', name: 'boundary', override: true },
  );
}

/** Watches the clients that the functions share. */
export function watchClients(around: Around): void {
  watchClient('dynamodb', documentClient(), around);
  watchClient('s3', s3Client(), around);
  watchClient('sqs', sqsClient(), around);
  watchClient('states', sfnClient(), around);
  watchClient('lambda', lambdaClient(), around);
}
