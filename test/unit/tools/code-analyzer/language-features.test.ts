import { describe, expect, it } from '@jest/globals';
import { edgesOf } from './graph-of.ts';

describe('JavaScript and TypeScript', () => {
  it('finds properties of objects that are named as the methods of maps are', async () => {
    const edges = await edgesOf({
      'm.js': `const api = { get() { return this.set(); }, set() {} };
api.get();
function stored() {}
const map = new Map();
map.set('a', stored);
map.get('a')();
`,
    });

    expect(edges).toEqual(['m > m.api.get', 'm > m.stored', 'm.api.get > m.api.set']);
  });

  it('follows call, apply and bind, also of constructors of the old style', async () => {
    const edges = await edgesOf({
      'm.js': `function use(f) { f(); }
function one() {}
function two() {}
function three() {}
use.call(null, one);
use.apply(null, [two]);
use.bind(null, three)();
function Base(f) { this.f = f; }
function Child(f) { Base.call(this, f); this.f(); }
new Child(one);
`,
    });

    expect(edges).toEqual([
      'm > m.Child',
      'm > m.use',
      'm.Child > m.Base',
      'm.Child > m.one',
      'm.use > m.one',
      'm.use > m.three',
      'm.use > m.two',
    ]);
  });

  it('follows the values of objects through the functions of Object', async () => {
    const edges = await edgesOf({
      'm.js': `class V { go() {} }
const all = Object.assign({}, { v: new V() });
function listed() { Object.values(all).forEach((v) => v.go()); }
function paired() { for (const [name, v] of Object.entries(all)) v.go(); }
`,
    });

    expect(edges).toEqual([
      'm.listed > m.listed.<lambda1>',
      'm.listed.<lambda1> > m.V.go',
      'm.paired > m.V.go',
    ]);
  });

  it('names what a namespace declares with it and finds it there', async () => {
    const edges = await edgesOf({
      'm.ts': `namespace N {
  export function a() { b(); }
  function b() {}
  export class K { go() {} }
}
N.a();
new N.K().go();
`,
    });

    expect(edges).toEqual(['m > m.N.K.go', 'm > m.N.a', 'm.N.a > m.N.b']);
  });

  it('takes a value for what it is asserted to be and a type parameter for its bound', async () => {
    const edges = await edgesOf({
      'm.ts': `class U { hi() {} }
declare function load(): any;
function asserted() { (load() as U).hi(); }
function kept() { (new U() as unknown as any).hi(); }
function bounded<T extends U>(x: T) { x.hi(); }
function free<T>(x: T) { (x as any).hi(); }
`,
    });

    expect(edges).toEqual(['m.asserted > m.U.hi', 'm.bounded > m.U.hi', 'm.kept > m.U.hi']);
  });
});

describe('Go', () => {
  it('calls functions that were converted to a type with methods, and fills structs in order', async () => {
    const edges = await edgesOf({
      'main.go': `package main
type Handler func()
func (h Handler) Serve() { h() }
func root() {}
type Pair struct { left func(); right func() }
func main() { Handler(root).Serve(); p := Pair{nil, root}; p.right() }
`,
    });

    expect(edges).toEqual([
      'main.Handler.Serve > main.root',
      'main.main > main.Handler.Serve',
      'main.main > main.root',
    ]);
  });

  it('does not take an embedded value that is known for the struct around it', async () => {
    const edges = await edgesOf({
      'main.go': `package main
type Base struct{}
func (b *Base) Hook() {}
type Kid struct{ *Base }
func (k *Kid) Hook() { k.Base.Hook() }
func main() { k := &Kid{Base: &Base{}}; k.Hook() }
`,
    });

    expect(edges).toEqual(['main.Kid.Hook > main.Base.Hook', 'main.main > main.Kid.Hook']);
  });
});

describe('Java', () => {
  it('finds classes and outer methods by simple names where a base is outside the project', async () => {
    const edges = await edgesOf({
      'a/A.java': `package a;
class A {
  void out() {}
  class Inner extends Thread { void hit() { out(); new B().go(); } }
}
class B { void go() {} }
`,
    });

    expect(edges).toEqual(['a.A.Inner.hit > a.A.out', 'a.A.Inner.hit > a.B.go']);
  });

  it('closes resources and takes casts and bounds of type parameters for what they say', async () => {
    const edges = await edgesOf({
      'a/A.java': `package a;
class R implements AutoCloseable { public void close() {} void use() {} }
class A {
  Object o;
  void opened() { try (R r = new R()) { r.use(); } }
  void cast() { ((R) o).use(); }
  <T extends R> void bounded(T t) { t.use(); }
}
`,
    });

    expect(edges).toEqual([
      'a.A.bounded > a.R.use',
      'a.A.cast > a.R.use',
      'a.A.opened > a.R.close',
      'a.A.opened > a.R.use',
    ]);
  });
});
