import type { Grammar, Numbering } from './grammars.ts';
import type { SyntaxTreeHandle } from './parser-runtime.ts';
import { isLeafType, SyntaxNode } from './syntax-node.ts';

export interface CopiedTree {
  readonly root: SyntaxNode;
  /** Whether the parser had to recover from errors. */
  readonly hasError: boolean;
}

/** The whole tree of a text. Never executes anything. */
export function parseSyntax(grammar: Grammar, text: string): CopiedTree {
  const tree = grammar.parse(text);
  if (!tree) return { root: new SyntaxNode('ERROR', '', 0), hasError: true };
  const copied = grammar.copy(tree);
  tree.delete();
  return copied;
}

/** Copies a tree node by node through a cursor. */
export function copyTree({ types, fields, named }: Numbering, tree: SyntaxTreeHandle): CopiedTree {
  const { hasError } = tree.rootNode;
  const cursor = tree.walk();
  const describe = (typeId: number, fieldId: number): SyntaxNode => {
    // Ids of error nodes are outside the table.
    const type = types[typeId] ?? 'ERROR';
    const node = new SyntaxNode(type, fieldId ? (fields[fieldId] ?? '') : '', cursor.startIndex);
    node.end = cursor.endIndex;
    return node;
  };
  const root = describe(cursor.nodeTypeId, 0);
  const stack: { node: SyntaxNode; children: SyntaxNode[] }[] = [];
  let parent = { node: root, children: [] as SyntaxNode[] };
  let descend = cursor.gotoFirstChild();
  while (descend) {
    const typeId = cursor.nodeTypeId;
    const isNamed = named[typeId] ?? true;
    const type = types[typeId] ?? 'ERROR';
    const fieldId = type === 'comment' ? 0 : cursor.currentFieldId;
    if (type !== 'comment' && (isNamed || fieldId)) {
      const node = describe(typeId, fieldId);
      parent.children.push(node);
      if (isNamed && !isLeafType(type) && cursor.gotoFirstChild()) {
        stack.push(parent);
        parent = { node, children: [] };
        continue;
      }
    }
    while (!cursor.gotoNextSibling()) {
      if (parent.children.length > 0) parent.node.children = parent.children;
      const up = stack.pop();
      if (!up || !cursor.gotoParent()) {
        descend = false;
        break;
      }
      parent = up;
    }
  }
  cursor.delete();
  return { root, hasError };
}
