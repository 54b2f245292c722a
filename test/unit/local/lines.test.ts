import { duplexPair } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import '../../../infra/local/promise-with-resolvers.ts';
import { atEndOfTurn } from '../../../infra/local/end-of-turn.ts';
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

  it.each([
    ['few', 1],
    ['more than go out at once', 9],
  ])(
    'leave after what the engine has recorded before them in the same turn, if they are %s',
    async (_, count) => {
      const order: string[] = [];
      const [pipe] = duplexPair();
      const write = pipe.write.bind(pipe) as (chunk: string) => boolean;
      pipe.write = (chunk: string) => {
        order.push(...(chunk.match(/started by \d+/g) ?? []));
        return write(chunk);
      };
      const { tell } = openLines(pipe, {}, 'The other side has ended.');

      // A line that depends on nothing asks for the write first.
      tell('note', 'an answer');
      for (let n = 0; n < count; n++) {
        atEndOfTurn('journals', () => order.push(`recorded ${n}`));
        tell('note', `started by ${n}`);
      }
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

      expect(order).toHaveLength(2 * count);
      for (let n = 0; n < count; n++)
        expect(order.indexOf(`recorded ${n}`)).toBeLessThan(order.indexOf(`started by ${n}`));
    },
  );

  it('fail what is under way, and everything after, when they are cut', async () => {
    const { near, break: cut } = connect({}, { wait: () => new Promise(() => undefined) });
    const waiting = near.ask('wait', 1);

    cut();

    const lost = { code: 'ECONNRESET', message: 'The other side has ended.' };
    await expect(waiting).rejects.toMatchObject(lost);
    await expect(near.ask('wait', 2)).rejects.toMatchObject(lost);
  });
});
