interface SendOptions {
  readonly abortSignal?: AbortSignal;
}
interface Sender {
  send(command: object, options?: SendOptions, ...rest: unknown[]): Promise<unknown>;
}

/**
 * Answers a client's commands without the SDK's layers between a command and its bytes. `answer` gives null for what the
 * client should do itself: what is unusual, and what is to end in one of the SDK's own exceptions.
 */
export function shortCut(
  client: object,
  answer: (command: object, options?: SendOptions) => Promise<object | null>,
): void {
  const sender = client as Sender;
  const usual = sender.send.bind(client);
  sender.send = async (command, options, ...rest) =>
    (await answer(command, options)) ?? usual(command, options, ...rest);
}
