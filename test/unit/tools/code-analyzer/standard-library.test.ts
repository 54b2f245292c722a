import { describe, expect, it } from '@jest/globals';
import { edgesOf, probed } from './graph-of.ts';

describe('classes that the standard library fills or makes', () => {
  it('makes the fields of a dataclass that have a factory and calls __post_init__', async () => {
    const edges = await edgesOf({
      'm.py': `from dataclasses import dataclass, field
class Engine:
    def start(self): pass
def build(): return Engine()
@dataclass
class Car:
    engine: Engine = field(default_factory=build)
    def __post_init__(self): self.engine.start()
Car()
`,
    });

    expect(edges).toEqual(['m > m.Car.__post_init__', 'm > m.build', 'm.Car.__post_init__ > m.Engine.start']);
  });

  it('knows the fields of named tuples, however they are made', async () => {
    const callees = await probed(
      'P(one, two).f()\nx, y = Q(one, two)\ny()\nR(three, 1)[0]()',
      `from collections import namedtuple
from typing import NamedTuple
P = namedtuple('P', 'f g')
Q = namedtuple('Q', ['f', 'g'])
class R(NamedTuple):
    f: object
    n: int
`,
    );

    expect(callees).toEqual(['one', 'three', 'two']);
  });

  it('makes a class from a name, bases and a namespace', async () => {
    const callees = await probed(
      "T = type('T', (A,), {'x': lambda self: one()})\nT().go()\nT().x()",
      'class A:\n    def go(self): pass\n',
    );

    expect(callees).toEqual(['A.go', 'probe.<lambda1>']);
  });

  it('gives an object made by object.__new__ the methods of its class', async () => {
    const edges = await edgesOf({
      'm.py': `class A:
    def __new__(cls):
        made = super().__new__(cls)
        made.prepare()
        return made
    def prepare(self): pass
class Meta(type):
    known = []
    def __new__(mcs, name, bases, namespace):
        cls = super().__new__(mcs, name, bases, namespace)
        mcs.known.append(cls)
        return cls
class B(metaclass=Meta):
    def go(self): pass
A()
for each in Meta.known: each().go()
`,
    });

    expect(edges).toEqual(expect.arrayContaining(['m.A.__new__ > m.A.prepare', 'm > m.B.go']));
  });

  it('takes the members of an enumeration for instances of it', async () => {
    const callees = await probed(
      "Op.ADD.hot\nOp['ADD'].run()\nOp.ADD(1)",
      `from enum import Enum
class Op(Enum):
    ADD = '+'
    def __call__(self, x): pass
    def run(self): pass
    @property
    def hot(self): pass
`,
    );

    expect(callees).toEqual(['Op.__call__', 'Op.hot', 'Op.run']);
  });

  it('tells __init_subclass__ the keywords of the class statement', async () => {
    const callees = await probed(
      "Base.known['a']().go()",
      `class Base:
    known = {}
    def __init_subclass__(cls, key=None): Base.known[key] = cls
class A(Base, key='a'):
    def go(self): pass
class B(Base, key='b'):
    def go(self): pass
`,
    );

    expect(callees).toEqual(['A.go']);
  });
});

describe('functions of the standard library that call others', () => {
  it('dispatches on the type of the first argument', async () => {
    const callees = await probed(
      "show(1)\nshow('a')",
      `from functools import singledispatch
@singledispatch
def show(x): pass
@show.register
def of_int(x: int): pass
@show.register(str)
def of_str(x): pass
@show.register(list)
def of_list(x): pass
`,
    );

    expect(callees).toEqual(['of_int', 'of_str']);
  });

  it('applies the functions of the module operator', async () => {
    const callees = await probed(
      "operator.add(V(), 1)\noperator.itemgetter(0)([one])()\noperator.attrgetter('f')(V())()\noperator.methodcaller('m')(V())",
      `import operator
class V:
    f = two
    def __add__(self, other): pass
    def m(self): pass
`,
    );

    expect(callees).toEqual(['V.__add__', 'V.m', 'one', 'two']);
  });

  it('enters what an exit stack is given and closes what is to be closed', async () => {
    const callees = await probed(
      'with ExitStack() as stack:\n    stack.enter_context(F()).read()\n    stack.callback(one)\nwith closing(F()) as f: f.read()',
      `from contextlib import ExitStack, closing
class F:
    def __enter__(self): return self
    def __exit__(self, *a): pass
    def read(self): pass
    def close(self): pass
`,
    );

    expect(callees).toEqual(['F.__enter__', 'F.__exit__', 'F.close', 'F.read', 'one']);
  });

  it('follows executors, threads of a class of their own and event loops', async () => {
    const callees = await probed(
      `with ThreadPoolExecutor() as pool:
    pool.submit(make, 1).result().use()
    for each in pool.map(make, [1]): each.use()
W().start()
asyncio.get_running_loop().run_in_executor(None, one)`,
      `import asyncio
from threading import Thread
from concurrent.futures import ThreadPoolExecutor
class R:
    def use(self): pass
def make(x): return R()
class W(Thread):
    def run(self): pass
`,
    );

    expect(callees).toEqual(['R.use', 'W.run', 'make', 'one']);
  });

  it('follows groups, products, heaps and comparisons', async () => {
    const edges = await edgesOf({
      'm.py': `import heapq
from functools import cmp_to_key
from itertools import groupby, product
class P:
    def go(self): pass
    def key(self): pass
    def __lt__(self, other): pass
def compare(a, b): a.go()
heap = []
heapq.heappush(heap, P())
heapq.heappop(heap)
def grouped():
    for key, group in groupby([P()], key=P.key):
        for each in group: each.go()
def multiplied():
    for a, b in product([P()], [P()]): b.go()
sorted([1, P()], key=cmp_to_key(compare))
`,
    });

    expect(edges).toEqual(
      expect.arrayContaining([
        'm > m.P.__lt__',
        'm.grouped > m.P.key',
        'm.grouped > m.P.go',
        'm.multiplied > m.P.go',
        'm.compare > m.P.go',
      ]),
    );
  });

  it('puts the object before the arguments of a partial method', async () => {
    const edges = await edgesOf({
      'm.py': `from functools import partialmethod
def one(): pass
class B:
    def set(self, f): f()
    on = partialmethod(set, one)
B().on()
`,
    });

    expect(edges).toEqual(['m > m.B.set', 'm.B.set > m.one']);
  });
});

describe('what tests, casts and texts say', () => {
  it('takes a value nothing is known of for what it is tested or cast to be', async () => {
    const edges = await edgesOf({
      'm.py': `from typing import Any, TypeVar, cast
class A:
    def a(self): pass
class B(A):
    def b(self): pass
T = TypeVar('T', bound=A)
def tested(x):
    if not isinstance(x, B) or not x: return
    x.b()
def left(x):
    if not isinstance(x, B): return
    x.b()
def asserted(x):
    assert isinstance(x, B)
    x.b()
def both(x, y):
    if y and isinstance(x, B): x.b()
def casted(x: Any): cast(B, x).b()
def bounded(x: T): x.a()
`,
    });

    expect(edges).toEqual(
      ['left', 'asserted', 'both', 'casted']
        .map((name) => `m.${name} > m.B.b`)
        .concat('m.bounded > m.A.a')
        .sort(),
    );
  });

  it('joins texts that are known, also in a loop', async () => {
    const callees = await probed(
      "for n in ['a', 'b']:\n    importlib.import_module('plugins.' + n).run()",
      'import importlib\n',
    );
    const edges = await edgesOf({
      'm.py': "import importlib\nfor n in ['a', 'b']:\n    importlib.import_module('plugins.' + n).run()\n",
      'plugins/a.py': 'def run(): pass\n',
      'plugins/b.py': 'def run(): pass\n',
      'plugins/c.py': 'def run(): pass\n',
    });

    expect(callees).toEqual([]);
    expect(edges).toEqual(['m > plugins.a.run', 'm > plugins.b.run']);
  });

  it('sets the attributes that a mapping of the namespace is updated with', async () => {
    const callees = await probed(
      'O(f=one).f()\nSimpleNamespace(g=two).g()',
      'from types import SimpleNamespace\nclass O:\n    def __init__(self, **kw): self.__dict__.update(kw)\n',
    );

    expect(callees).toEqual(['O.__init__', 'one', 'two']);
  });

  it('spreads what an object iterates over', async () => {
    const callees = await probed(
      'take(*It())',
      'class It:\n    def __iter__(self): yield one\ndef take(f): f()\n',
    );

    expect(callees).toEqual(['It.__iter__', 'take']);
  });
});
