import { describe, expect, it } from '@jest/globals';
import { calleesOf } from './graph-of.ts';

const R = 'class R:\n    def use(self): pass\n';

describe('standard functions that call what they are given', () => {
  it.each([
    ['the step of reduce, with elements', 'functools.reduce(lambda done, f: f(R()), [use], 0)'],
    ['a predicate of takewhile', 'list(itertools.takewhile(use, [R()]))'],
    [
      'a starmapped function, with the parts of each element',
      'list(itertools.starmap(use_second, [(1, R())]))',
    ],
    ['elements of a chain', 'for r in itertools.chain([1], [R()]): use(r)'],
    ['elements of a chain of iterables', 'for r in itertools.chain.from_iterable([[R()]]): use(r)'],
    ['the target of a thread', 'threading.Thread(target=use, args=(R(),)).start()'],
    ['the target of a thread with names', "threading.Thread(target=use, kwargs={'r': R()}).start()"],
    ['the function of a timer', 'threading.Timer(1, use, (R(),)).start()'],
  ])('%s', async (_, statement) => {
    const main = `import functools, itertools, threading
${R}
def use(r): r.use()
def use_second(n, r): use(r)
${statement}
`;

    expect(await calleesOf('main.use', { 'main.py': main })).toContain('main.R.use');
  });
});
