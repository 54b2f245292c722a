import { describe, expect, it } from '@jest/globals';
import { edgesOf, probed } from './graph-of.ts';

describe('special methods', () => {
  it('asks the right operand of a comparison when the left has no answer', async () => {
    const callees = await probed(
      'm = M()\nm < M()\n3 >= m\nm != 1',
      `class M:
    def __gt__(self, other): pass
    def __le__(self, other): pass
    def __eq__(self, other): pass
`,
    );

    expect(callees).toEqual(['M.__eq__', 'M.__gt__', 'M.__le__']);
  });

  it('falls back from __bool__ to __len__ and from __format__ to __str__ and __repr__', async () => {
    const callees = await probed(
      "if L(): pass\nf'{F()} {S()} {R()}'",
      `class L:
    def __len__(self): return 1
class F:
    def __format__(self, spec): return ''
    def __str__(self): return ''
class S:
    def __str__(self): return ''
    def __repr__(self): return ''
class R:
    def __repr__(self): return ''
`,
    );

    expect(callees).toEqual(['F.__format__', 'L.__len__', 'R.__repr__', 'S.__str__']);
  });

  it('gives what is sent into a generator to its yields', async () => {
    const edges = await edgesOf({
      'm.py': `class R:
    def use(self): pass
def echo():
    got = yield
    got.use()
g = echo()
next(g)
g.send(R())
`,
    });

    expect(edges).toContain('m.echo > m.R.use');
  });

  it('calls __missing__ where a dictionary has no such key', async () => {
    const callees = await probed(
      "D()['k'].use()",
      `class R:
    def use(self): pass
class D(dict):
    def __missing__(self, key): return R()
`,
    );

    expect(callees).toEqual(['D.__missing__', 'R.use']);
  });

  it('leaves it to the __call__ of a metaclass whether an instance is initialized', async () => {
    const edges = await edgesOf({
      'm.py': `class Meta(type):
    def __call__(cls, *args):
        return super().__call__(*args)
class Other(type):
    def __call__(cls):
        return type.__call__(cls)
class A(metaclass=Meta):
    def __init__(self): pass
    def use(self): pass
class B(metaclass=Other):
    def __init__(self): pass
A().use()
B()
`,
    });

    expect(edges).toEqual([
      'm > m.A.use',
      'm > m.Meta.__call__',
      'm > m.Other.__call__',
      'm.Meta.__call__ > m.A.__init__',
      'm.Other.__call__ > m.B.__init__',
    ]);
  });

  it('goes on after a with statement whose body raises', async () => {
    const callees = await probed(
      'with C():\n    one()\n    raise ValueError\ntwo()',
      `class C:
    def __enter__(self): return self
    def __exit__(self, *args): return True
`,
    );

    expect(callees).toEqual(['C.__enter__', 'C.__exit__', 'one', 'two']);
  });

  it('reads special methods and properties of a class from its metaclass', async () => {
    const callees = await probed(
      "for r in K: r.use()\nK['a'].use()\nK.kind.other()\nlen(K)",
      `class R:
    def use(self): pass
    def other(self): pass
class Meta(type):
    def __iter__(cls): yield R()
    def __getitem__(cls, key): return R()
    def __len__(cls): return 1
    @property
    def kind(cls): return R()
class K(metaclass=Meta): pass
`,
    );

    expect(callees).toEqual([
      'Meta.__getitem__',
      'Meta.__iter__',
      'Meta.__len__',
      'Meta.kind',
      'R.other',
      'R.use',
    ]);
  });
});
