import type { GrammarName } from './grammars.ts';

const SCRIPT = `// a comment
import a, { b as c } from './d';
export default class E extends F.g { static #h = 1; get i() { return this.#h ?? \`j\${k}l\`; } }
async function* m({ n, ...o } = {}, [p], q = 2) { for await (const r of s) if (!t) u?.v[w](...x); else y(); }
const z = (a) => ({ a, [b]: c, d() {} });
broken ((
`;

const TYPED = `interface A<B> extends C { d?: E | F[]; g(h: number): void }
enum I { J = 1 }
abstract class K implements L { constructor(private readonly m: N) { super(); } @o p!: Q; }
export type R = typeof s;
`;

/** Code with some of everything in a grammar: names given by the place, fields, comments and errors. */
export const SAMPLES: Readonly<Record<GrammarName, string>> = {
  python: `# a comment
from .a import (b as c, d)
@e.f
async def g(h, /, i: int = 1, *j, k=None, **l) -> "m":
    """n"""
    with o(p) as q, r: yield [s for s in t if s not in u], {**v, 'w': f"{x!r:>{y}}"}
class A(B, metaclass=C): d, (e, *f) = g = h[1:2, ::3]
if a: b()
elif not c < d <= e: pass
else: print(lambda f, *g: f)
try: raise A from b
except (C, D) as e: global f
finally: del g
match h:
    case [I(j=1), *k] | {"l": m, **n} if o: p += 1
broken ((
`,
  javascript: SCRIPT,
  typescript: TYPED + SCRIPT,
  tsx: `${TYPED}${SCRIPT}const a = <B c={d} {...e}>f<g.h /></B>;\n`,
  go: `package a
// a comment
import ( b "c/d"; . "e" )
type F struct { G; h, i int "j" }
type K[L any] interface { M(n int, o ...string) (p error) }
func (q *F) r(s func(int) t) (u, v int) { defer w(); for x, y := range z { if a := b(x); a != nil { go c.d(y) } else { return 1, 2 } }; return }
var e = map[string]F{"f": {h: 1}, "g": func() F { return F{} }()}
broken ((
`,
  java: `package a.b;
import static c.d.*;
// a comment
@E(f = 1) public abstract class G<H extends I> extends J implements K, L { int m = 1, n[]; G(O o) { super(o); this.m = o.p(); }
  <Q> Q r(Q... s) throws T { for (U u : v) w(x -> { return y::z; }); try (A b = new C<>() { }) { } catch (D | E f) { } return null; } }
interface H { default void i() { } } enum J { K { }, L(1); } record M(int n) { }
broken ((
`,
};
