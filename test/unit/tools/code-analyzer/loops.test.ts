import { describe, expect, it } from '@jest/globals';
import { calleesOf, probed } from './graph-of.ts';

/** What a round of a loop takes over from the rounds before it, and what happens to it after the loop. */
describe('values that go from one round of a loop to the next', () => {
  it.each([
    ['a variable read before it is written', 'f = one\nfor x in y:\n    f()\n    f = two', ['one', 'two']],
    ['through another variable', 'f = g = one\nfor x in y:\n    f()\n    f = g\n    g = two', ['one', 'two']],
    ['in the test of a while', 'f = one\nwhile f():\n    f = two', ['one', 'two']],
    ['written in a branch only', 'f = one\nfor x in y:\n    if x: f = two\n    f()', ['one', 'two']],
    ['written first, then read', 'f = one\nfor x in y:\n    f = two\n    f()', ['two']],
    [
      'written in one branch, read in the other',
      'f = one\nfor x in y:\n    if x: f = two\n    else: f()',
      ['one', 'two'],
    ],
    [
      'after a continue',
      'f = one\nfor x in y:\n    if x:\n        f = two\n        continue\n    f()\n    f = three',
      ['one', 'two', 'three'],
    ],
    [
      'after a break, behind the loop',
      'f = one\nwhile x:\n    if y:\n        f = two\n        break\nf()',
      ['one', 'two'],
    ],
    ['in the else of a loop', 'f = one\nfor x in y:\n    f = two\nelse:\n    f()', ['one', 'two']],
    ['from an inner loop', 'f = one\nfor x in y:\n    for z in x:\n        f()\n    f = two', ['one', 'two']],
    [
      'kept by an except that another round reaches',
      'f = one\nfor x in y:\n    try:\n        x()\n        f = two\n    except E:\n        f()',
      ['one', 'two'],
    ],
    ['in a with', 'f = one\nfor x in y:\n    with x:\n        f()\n    f = two', ['one', 'two']],
    [
      'as a default value',
      'f = one\nfor x in y:\n    def g(h=f): return h\n    g()()\n    f = two',
      ['one', 'two'],
    ],
    [
      'in a class body',
      'f = one\nfor x in y:\n    class C:\n        h = f\n    C.h()\n    f = two',
      ['one', 'two'],
    ],
    ['in a comprehension', 'f = one\nfor x in y:\n    [f() for z in x]\n    f = two', ['one', 'two']],
    ['as an element of a list', 'l = [one]\nfor x in y:\n    l[0]()\n    l = [two]', ['one', 'two']],
    [
      'in a match',
      'f = one\nfor x in y:\n    match x:\n        case C(z=[1, *_]) | {"k": None}: f()\n        case D(g): f = two',
      ['one', 'two'],
    ],
    ['as an augmented list', 'l = []\nfor x in y:\n    for f in l: f()\n    l += [one]', ['one']],
  ])('%s', async (_name, body, expected) => {
    const callees = (await probed(body)).filter((callee) => /^(one|two|three)$/.test(callee));

    expect(callees.sort()).toEqual([...expected].sort());
  });

  it('an attribute of the object around', async () => {
    const source = `def one(): pass
def two(): pass
class C:
    def m(self):
        self.f = one
        for x in y:
            self.f()
            self.f = two
C().m()
`;
    const callees = await calleesOf('main.C.m', { 'main.py': source });

    expect(callees).toEqual(['main.one', 'main.two']);
  });
});
