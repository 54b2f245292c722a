import { describe, expect, it } from '@jest/globals';
import { calleesOf, edgesOf, probed } from './graph-of.ts';

describe('values of variables', () => {
  it.each([
    ['the last assignment counts', 'f = one\nf = two\nf()', ['two']],
    ['both branches count', 'if x: f = one\nelse: f = two\nf()', ['one', 'two']],
    ['an element replaced in a dict', 'd = {"a": one}\nd["a"] = two\nd["a"]()', ['two']],
    ['an element by position', 'l = [one, two]\nl[1]()', ['two']],
    ['an element from the end', 'l = [one, two]\nl[-1]()', ['two']],
    ['a slice', 'l = [one, two, three]\nl[1:][0]()', ['two']],
    ['unpacking with a star', 'a, *b = one, two, three\nb[1]()', ['three']],
    ['values of a dict', 'for k, v in {"a": one}.items(): v()', ['one']],
    ['a comprehension', '[f() for f in (one, two)]', ['one', 'two']],
    ['a conditional expression', '(one if x else two)()', ['one', 'two']],
    ['an appended element', 'l = []\nl.append(one)\nl[0]()', ['one']],
    ['a partial', 'import functools\nfunctools.partial(three, 1)()', ['three']],
    ['getattr with a literal', 'import main\ngetattr(main, "two")()', ['two']],
    ['a walrus', '(f := one)()', ['one']],
  ])('follows %s', async (_name, body, expected) => {
    const callees = await probed(body);

    expect(callees).toEqual(expected);
  });
});

describe('classes', () => {
  it('follows inheritance, super, properties and class methods', async () => {
    const callees = await probed(
      'c = Child.make()\nc.run()\nc.value()',
      `class Base:
    def run(self): self.step()
    def step(self): one()
class Child(Base):
    @classmethod
    def make(cls): return cls()
    @property
    def value(self): return two
    def step(self): super().step()
`,
    );

    expect(callees).toEqual(['Base.run', 'Child.make', 'Child.value', 'two']);
  });

  it('finds what operators and statements call', async () => {
    const callees = await probed(
      'v = V()\nv + 1\nv[0]\nlen(v)\n1 in v\nwith v: pass\nfor i in v: pass\nv()',
      `class V:
    def __add__(self, other): pass
    def __getitem__(self, key): pass
    def __len__(self): return 1
    def __contains__(self, key): return True
    def __enter__(self): return self
    def __exit__(self, *args): pass
    def __iter__(self): return self
    def __next__(self): return 1
    def __call__(self): pass
`,
    );

    expect(callees).toEqual(
      ['add', 'call', 'contains', 'enter', 'exit', 'getitem', 'iter', 'len', 'next'].map(
        (name) => `V.__${name}__`,
      ),
    );
  });

  it('lets a receiver of a declared type be any subclass', async () => {
    const edges = await edgesOf({
      'main.py': `class Shape:
    def area(self): raise NotImplementedError
class Square(Shape):
    def area(self): return 1
def total(shapes: list[Shape]):
    for shape in shapes: shape.area()
`,
    });

    expect(edges).toEqual(['main.total > main.Shape.area', 'main.total > main.Square.area']);
  });

  it('fills the fields of a dataclass from its call', async () => {
    const callees = await calleesOf('main.Job.run', {
      'main.py': `from dataclasses import dataclass
def work(): pass
@dataclass
class Job:
    action: object
    def run(self): self.action()
Job(work).run()
`,
    });

    expect(callees).toEqual(['main.work']);
  });
});

describe('dynamic calls', () => {
  it('finds methods by a name that is only known to begin in some way', async () => {
    const callees = await probed(
      'Visitor().visit(1)',
      `class Visitor:
    def visit(self, node): return getattr(self, f"visit_{node}")()
    def visit_a(self): one()
    def visit_b(self): two()
    def other(self): three()
`,
    );
    const dispatched = await calleesOf('main.Visitor.visit', {
      'main.py': `class Visitor:
    def visit(self, node): return getattr(self, "visit_%s" % node)()
    def visit_a(self): pass
    def other(self): pass
`,
    });

    expect(callees).toEqual(['Visitor.visit']);
    expect(dispatched).toEqual(['<builtin>.getattr', 'main.Visitor.visit_a']);
  });

  it('sees what a metaclass does with a new class', async () => {
    const edges = await edgesOf({
      'main.py':
        'class Meta(type):\n    def __init__(cls, *args): note()\ndef note(): pass\nclass A(metaclass=Meta): pass\n',
    });

    expect(edges).toEqual(['main > main.Meta.__init__', 'main.Meta.__init__ > main.note']);
  });

  it('narrows by isinstance', async () => {
    const callees = await probed(
      'for x in (A(), B()):\n    if isinstance(x, A): x.go()',
      'class A:\n    def go(self): pass\nclass B:\n    def go(self): pass\n',
    );

    expect(callees).toEqual(['A.go']);
  });
});

describe('functions', () => {
  it('tells apart the results of a wrapping decorator', async () => {
    const sources = {
      'main.py': `import functools
def wrap(f):
    @functools.wraps(f)
    def inner(*args): return f(*args)
    return inner
class A:
    def go(self): pass
class B:
    def go(self): pass
@wrap
def make_a(): return A()
@wrap
def make_b(): return B()
def use(): make_a().go()
`,
    };

    const callees = await calleesOf('main.use', sources);

    expect(callees).toEqual(['main.A.go', 'main.wrap.inner']);
  });

  it('follows generators, context managers and coroutines', async () => {
    const edges = await calleesOf('main.use', {
      'main.py': `import contextlib
class A:
    def go(self): pass
@contextlib.contextmanager
def manage():
    yield A()
async def load(): return A()
def produce(): yield A()
async def use():
    with manage() as a: a.go()
    (await load()).go()
    for b in produce(): b.go()
`,
    });

    expect(edges).toEqual(['main.A.go', 'main.load', 'main.manage', 'main.produce']);
  });
});

describe('modules', () => {
  it('resolves packages, relative, star, aliased and re-exported names', async () => {
    const edges = await edgesOf({
      'app/__init__.py': 'from .core import run as start\n',
      'app/core.py':
        'from . import helpers as h\nfrom .star import *\ndef run():\n    h.help()\n    starred()\n',
      'app/helpers.py': 'def help(): pass\n',
      'app/star.py': 'def starred(): pass\n',
      'main.py': 'import app\ndef go(): app.start()\n',
    });

    expect(edges).toEqual([
      'app.core.run > app.helpers.help',
      'app.core.run > app.star.starred',
      'main.go > app.core.run',
    ]);
  });

  it('settles on import and call cycles', async () => {
    const edges = await edgesOf({
      'a.py': 'import b\ndef f(g): return b.h(f)\n',
      'b.py': 'import a\ndef h(g): return g(h)\nclass C(C): pass\n',
    });

    expect(edges).toEqual(['a.f > b.h', 'b.h > a.f']);
  });
});
