import type { Expression } from '../engine/ast.ts';
import type { SyntaxNode } from '../syntax-node.ts';

/** Reads a TypeScript type as the expression that names it; null where it names no class. */
export function readType(
  node: SyntaxNode | undefined,
  text: string,
  name: (name: string, at: number) => Expression,
): Expression | null {
  if (!node) return null;
  const at = node.start;
  const read = (child: SyntaxNode | undefined): Expression | null => readType(child, text, name);
  const known = (children: readonly SyntaxNode[]): Expression[] =>
    children.flatMap((child) => {
      const type = read(child);
      return type ? [type] : [];
    });
  switch (node.type) {
    case 'type_annotation':
    case 'parenthesized_type':
    case 'readonly_type':
    case 'optional_type':
      return read(node.children[0]);
    case 'type_identifier':
    case 'identifier':
      return name(text.slice(node.start, node.end), at);
    case 'nested_type_identifier': {
      const module = node.get('module');
      const inner = node.get('name');
      if (!module || !inner) return null;
      const object = name(text.slice(module.start, module.end), at);
      return { k: 'attribute', at, object, name: text.slice(inner.start, inner.end) };
    }
    case 'generic_type': {
      const object = read(node.get('name'));
      const args = known(node.get('type_arguments')?.children ?? []);
      const [only] = args;
      if (!object || !only) return object;
      const index: Expression = args.length === 1 ? only : { k: 'sequence', at, type: 'tuple', items: args };
      return { k: 'subscript', at, object, index };
    }
    case 'array_type': {
      const element = read(node.children[0]);
      return element ? { k: 'subscript', at, object: name('Array', at), index: element } : null;
    }
    case 'union_type':
    case 'intersection_type': {
      const options = known(node.children);
      return options.length > 0 ? { k: 'either', at, test: null, options } : null;
    }
    default:
      return null;
  }
}
