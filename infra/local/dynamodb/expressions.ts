import { createRequire } from 'node:module';

/** What dynalite's parsers are given besides an expression: names and values in its JSON protocol's form. */
interface Context {
  readonly attrNames?: Readonly<Record<string, string>> | undefined;
  readonly attrVals?: Readonly<Record<string, object>> | undefined;
  /** Whatever an expression uses is taken out. */
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
}
type Parse = (expression: string, options: { readonly context: Context }) => unknown;
interface Parser {
  parse: Parse;
}

/** The place of a value in an expression that is remembered. */
class Place {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}
interface Remembered {
  readonly tree: unknown;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** Besides types, these look at the values. */
const DEPENDS_ON_VALUES = /between|attribute_type/i;
/** The office has about a hundred expressions; a client of its own may have more. */
const REMEMBERED = 1_000;

/**
 * Lets dynalite's parsers remember the expressions that they have read: a handler sends the same few again and again,
 * with other values, and to read one takes as long as the rest of a request. What an expression says depends on its
 * text, the names, and the values' types, except where it compares two values. Errors are not remembered: they come as
 * text, or are thrown.
 */
export function rememberExpressions(): void {
  const require = createRequire(import.meta.url);
  for (const file of ['updateParser', 'conditionParser', 'projectionParser']) {
    const parser = require(`dynalite/db/${file}`) as Parser;
    parser.parse = remembering(parser.parse);
  }
}

export function remembering(parse: Parse): Parse {
  const known = new Map<string, Remembered>();
  return (expression, options) => {
    const { context } = options;
    if (DEPENDS_ON_VALUES.test(expression)) return parse(expression, options);
    const key = keyOf(expression, context);
    let remembered = known.get(key);
    if (remembered === undefined) {
      const { attrNames = {}, attrVals = {} } = context;
      // Whole lists, because another expression of this request may have taken names out.
      const unusedAttrNames = marked(attrNames);
      const unusedAttrVals = marked(attrVals);
      const tree = parse(expression, {
        ...options,
        context: { ...context, unusedAttrNames, unusedAttrVals },
      });
      if (typeof tree === 'string') return tree;
      const places = new Map(Object.entries(attrVals).map(([name, value]) => [value, new Place(name)]));
      remembered = {
        tree: mapped(tree, (node) => places.get(node)),
        names: Object.keys(attrNames).filter((name) => !(name in unusedAttrNames)),
        values: Object.keys(attrVals).filter((name) => !(name in unusedAttrVals)),
      };
      if (known.size === REMEMBERED) known.clear();
      known.set(key, remembered);
    }
    for (const name of remembered.names) delete context.unusedAttrNames[name];
    for (const name of remembered.values) delete context.unusedAttrVals[name];
    return mapped(remembered.tree, (node) =>
      node instanceof Place ? context.attrVals?.[node.name] : undefined,
    );
  };
}

function keyOf(expression: string, { attrNames, attrVals }: Context): string {
  let key = `${expression}\n${JSON.stringify(attrNames)}`;
  for (const name in attrVals) key += `\n${name}${Object.keys(attrVals[name] ?? {})}`;
  return key;
}

const marked = (members: object): Record<string, true> =>
  Object.fromEntries(Object.keys(members).map((name) => [name, true]));

/** A copy, as dynalite changes the tree that it works with; `other` says what to put in the place of an object. */
function mapped(node: unknown, other: (node: object) => object | undefined): unknown {
  if (node === null || typeof node !== 'object') return node;
  const instead = other(node);
  if (instead !== undefined) return instead;
  if (Array.isArray(node)) return node.map((item) => mapped(item, other));
  const copy: Record<string, unknown> = Object.create(null);
  for (const name in node) copy[name] = mapped((node as Record<string, unknown>)[name], other);
  return copy;
}
