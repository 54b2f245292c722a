import { duplexPair } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import '../../../infra/local/promise-with-resolvers.ts';
import { openLines, type Topics } from '../../../infra/local/lines.ts';

function connect(near: Topics, far: Topics) {
  const [one, other] = duplexPair();
  return {
    near: openLines(one, near, 'The other side has ended.'),
    far: openLines(other, far, 'The other side has ended.'),
    break: () => {
      one.destroy();
      other.destroy();
    },
  };
}

describe('lines between two processes', () => {
  it('carry questions and answers both ways at once, also while an answer is awaited', async () => {
    const { near, far } = connect(
      { name: async () => 'near' },
      { greet: async (word: string) => `${word}, ${await far.ask<string>('name', null)}` },
    );

    const greetings = Array.from({ length: 50 }, (_, n) => near.ask('greet', `hello ${n}`));

    expect(await Promise.all(greetings)).toEqual(Array.from({ length: 50 }, (_, n) => `hello ${n}, near`));
  });

  it('carry megabytes', async () => {
    const { near } = connect({}, { echo: async (text: string) => text });
    const text = 'ä\n"'.repeat(2_000_000);

    expect((await near.ask('echo', text)) === text).toBe(true);
  });

  it('tell what went wrong at the other end', async () => {
    const fail = async (): Promise<never> => {
      throw new Error('no room');
    };

    await expect(connect({}, { fail }).near.ask('fail', {})).rejects.toThrow('no room');
  });

  it('carry messages that nobody answers', async () => {
    const heard = Promise.withResolvers<unknown>();
    const { near } = connect({}, { note: async (message: unknown) => heard.resolve(message) });

    near.tell('note', { a: 1 });

    expect(await heard.promise).toEqual({ a: 1 });
  });

  it('fail what is under way, and everything after, when they are cut', async () => {
    const { near, break: cut } = connect({}, { wait: () => new Promise(() => undefined) });
    const waiting = near.ask('wait', 1);

    cut();

    const lost = { code: 'ECONNRESET', message: 'The other side has ended.' };
    await expect(waiting).rejects.toMatchObject(lost);
    await expect(near.ask('wait', 2)).rejects.toMatchObject(lost);
  });
});
