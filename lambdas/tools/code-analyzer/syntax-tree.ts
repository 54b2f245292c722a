import type { Grammar } from './grammars.ts';

/** Most nodes are leaves, which share their lack of children. */
const NONE: readonly SyntaxNode[] = [];

/** Types of nodes that never have children: each question to the cursor crosses into WebAssembly. */
const LEAVES = new Set([
  'identifier',
  'integer',
  'float',
  'comment',
  'none',
  'true',
  'false',
  'string_content',
]);

/**
 * A syntax node copied out of WebAssembly memory. `start` and `end` are UTF-16 offsets into the text;
 * `field` is the node's role in its parent (empty when it has none). Anonymous tokens are kept only
 * when they have a role, such as an operator.
 */
export class SyntaxNode {
  readonly type: string;
  readonly field: string;
  readonly start: number;
  end: number;
  children: readonly SyntaxNode[] = NONE;

  /** Adds a child while the tree is copied. */
  add(child: SyntaxNode): void {
    if (this.children === NONE) this.children = [child];
    else (this.children as SyntaxNode[]).push(child);
  }

  constructor(type: string, field: string, start: number) {
    this.type = type;
    this.field = field;
    this.start = start;
    this.end = start;
  }

  /** The first child in this role. */
  get(field: string): SyntaxNode | undefined {
    for (const child of this.children) if (child.field === field) return child;
    return undefined;
  }

  all(field: string): SyntaxNode[] {
    return this.children.filter((child) => child.field === field);
  }

  ofType(type: string): SyntaxNode | undefined {
    for (const child of this.children) if (child.type === type) return child;
    return undefined;
  }
}

/** The whole tree of a text and whether the parser had to recover from errors. Never executes anything. */
export function parseSyntax(grammar: Grammar, text: string): { root: SyntaxNode; hasError: boolean } {
  const tree = grammar.parse(text);
  if (!tree) return { root: new SyntaxNode('ERROR', '', 0), hasError: true };
  const hasError = tree.rootNode.hasError;
  const cursor = tree.walk();
  const { types, fields, named } = grammar;
  const describe = (typeId: number, fieldId: number): SyntaxNode => {
    // Ids of error nodes are outside the table.
    const type = types[typeId] ?? 'ERROR';
    const node = new SyntaxNode(type, fieldId ? (fields[fieldId] ?? '') : '', cursor.startIndex);
    node.end = cursor.endIndex;
    return node;
  };
  const root = describe(cursor.nodeTypeId, 0);
  const stack: SyntaxNode[] = [];
  let parent: SyntaxNode = root;
  let descend = cursor.gotoFirstChild();
  while (descend) {
    const typeId = cursor.nodeTypeId;
    const isNamed = named[typeId] ?? true;
    const type = types[typeId] ?? 'ERROR';
    const fieldId = type === 'comment' ? 0 : cursor.currentFieldId;
    if (type !== 'comment' && (isNamed || fieldId)) {
      const node = describe(typeId, fieldId);
      parent.add(node);
      if (isNamed && !LEAVES.has(type) && cursor.gotoFirstChild()) {
        stack.push(parent);
        parent = node;
        continue;
      }
    }
    while (!cursor.gotoNextSibling()) {
      const up = stack.pop();
      if (!up || !cursor.gotoParent()) {
        descend = false;
        break;
      }
      parent = up;
    }
  }
  cursor.delete();
  tree.delete();
  return { root, hasError };
}

/** Maps offsets to 1-based line numbers. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.starts.push(at + 1);
  }

  lineOf(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  get count(): number {
    return this.starts.length;
  }
}
