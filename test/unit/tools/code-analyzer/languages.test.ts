import { describe, expect, it } from '@jest/globals';
import { edgesOf } from './graph-of.ts';

const JAVASCRIPT = {
  'app.js': `import start, { helper as h } from './util.js';
const { parse } = require('./cjs');
class Base { run() { return this.step(); } step() {} }
class Child extends Base {
  constructor(cb) { super(); this.cb = cb; }
  step() { this.cb(); }
  static make() { return new Child(() => h()); }
}
export function main() {
  Child.make().run();
  [1].map((x) => parse(x));
  start();
}
`,
  'util.js': 'export default function begin() {}\nexport const helper = () => deep();\nfunction deep() {}\n',
  'cjs.js': 'function parse() {}\nmodule.exports = { parse };\n',
};

const GO = {
  'main.go': `package main
import "example.com/app/store"
type Shape interface{ Area() float64 }
type Square struct{ cb func() }
func (s *Square) Area() float64 { s.cb(); return 1 }
type Circle struct{}
func (c Circle) Area() float64 { return 3 }
func ping() {}
func total(s Shape) { s.Area() }
func main() {
	total(&Square{cb: ping})
	store.Open().Get().Save()
	go func() { ping() }()
}
`,
  'store/store.go':
    'package store\ntype Store struct{ items []*Item }\ntype Item struct{}\nfunc Open() *Store { return &Store{} }\n',
  'store/item.go':
    'package store\nfunc (s *Store) Get() *Item { return s.items[0] }\nfunc (i *Item) Save() { flush() }\nfunc flush() {}\n',
};

const JAVA = {
  'app/App.java': `package app;
import app.util.Helper;
import java.util.*;
public class App extends Base {
  private final Repo repo;
  private List<Shape> shapes = new ArrayList<>();
  public App(Repo repo) { super(); this.repo = repo; }
  public static void main(String[] args) { new App(new Repo()).run(); }
  void run() {
    repo.find("x").save();
    for (Shape s : shapes) s.area();
    Runnable r = () -> later();
    r.run();
    Helper.help();
  }
  void later() {}
}
class Base { Base() { init(); } void init() {} }
class Repo { Item find(String id) { return null; } }
class Item { void save() {} }
interface Shape { double area(); }
class Square implements Shape { public double area() { return 1; } }
`,
  'app/util/Helper.java':
    'package app.util;\npublic class Helper { public static void help() { new Helper().deep(); } private void deep() {} }\n',
};

describe('other languages', () => {
  it('JavaScript: modules of both kinds, classes, closures and callbacks', async () => {
    const edges = await edgesOf(JAVASCRIPT);

    expect(edges).toEqual(
      [
        'app.Base.run > app.Child.step',
        'app.Child.make > app.Child.constructor',
        'app.Child.make.<lambda1> > util.helper',
        'app.Child.step > app.Child.make.<lambda1>',
        'app.main > app.Base.run',
        'app.main > app.Child.make',
        'app.main > app.main.<lambda1>',
        'app.main > util.begin',
        'app.main.<lambda1> > cjs.parse',
        'util.helper > util.deep',
      ].sort(),
    );
  });

  it('TypeScript: interfaces by class hierarchy and parameter properties', async () => {
    const edges = await edgesOf({
      'shapes.ts': `interface Shape { area(): number }
class Square implements Shape { area() { return 1; } }
class Circle implements Shape { area(): number { return 2; } }
export function total(shapes: Shape[]) { return shapes.map((shape) => shape.area()); }
class Repo { find(id: string): Item { return JSON.parse(id); } }
class Item { save() {} }
export class Service { constructor(private readonly repo: Repo) {} load(id: string) { this.repo.find(id).save(); } }
`,
    });

    expect(edges).toEqual([
      'shapes.Service.load > shapes.Item.save',
      'shapes.Service.load > shapes.Repo.find',
      'shapes.total > shapes.total.<lambda1>',
      'shapes.total.<lambda1> > shapes.Circle.area',
      'shapes.total.<lambda1> > shapes.Square.area',
    ]);
  });

  it('Go: packages of several files, method sets, closures', async () => {
    const edges = await edgesOf(GO);

    expect(edges).toEqual([
      'main.Square.Area > main.ping',
      'main.main > main.main.<lambda1>',
      'main.main > main.total',
      'main.main > store.Item.Save',
      'main.main > store.Open',
      'main.main > store.Store.Get',
      'main.main.<lambda1> > main.ping',
      'main.total > main.Square.Area',
      'store.Item.Save > store.flush',
    ]);
  });

  it('Java: packages, interfaces, overloads, lambdas and declared types', async () => {
    const edges = await edgesOf(JAVA);

    expect(edges).toEqual(
      [
        'app.App.<init> > app.Base.<init>',
        'app.App.main > app.App.<init>',
        'app.App.main > app.App.run',
        'app.App.run > app.App.run.<lambda1>',
        'app.App.run > app.Item.save',
        'app.App.run > app.Repo.find',
        'app.App.run > app.Square.area',
        'app.App.run > app.util.Helper.help',
        'app.App.run.<lambda1> > app.App.later',
        'app.Base.<init> > app.Base.init',
        'app.util.Helper.help > app.util.Helper.deep',
      ].sort(),
    );
  });

  it('analyses a folder of mixed languages, each on its own', async () => {
    const edges = await edgesOf({
      'a.py': 'def f(): g()\ndef g(): pass\n',
      'b.js': 'function f() { h(); }\nfunction h() {}\n',
    });

    expect(edges).toEqual(['a.f > a.g', 'b.f > b.h']);
  });
});
