import type { Expression, Pattern } from '../engine/ast.ts';
import type { SyntaxNode } from '../syntax-node.ts';

/** What a pattern needs of the reader around it. */
export interface PatternNames {
  expression(node: SyntaxNode): Expression;
  read(name: string, at: number): Expression;
  write(name: string, at: number): Expression;
}

/** Reads a `case` pattern (PEP 634). A bare name captures, a dotted one is a value. */
export function readPattern(node: SyntaxNode, names: PatternNames, text: string): Pattern {
  const slice = (each: SyntaxNode): string => text.slice(each.start, each.end);
  const inner = node.children;
  switch (node.type) {
    case 'case_pattern': {
      const [first] = inner;
      return first ? readPattern(first, names, text) : { k: 'wildcard' };
    }
    case 'dotted_name': {
      if (inner.length === 1) {
        const name = slice(node);
        return name === '_' ? { k: 'wildcard' } : { k: 'capture', target: names.write(name, node.start) };
      }
      return { k: 'value', value: dotted(node, names, slice) };
    }
    case 'class_pattern': {
      const [type, ...rest] = inner;
      if (!type) return { k: 'wildcard' };
      const positional: Pattern[] = [];
      const named: { name: string; pattern: Pattern }[] = [];
      for (const each of rest) {
        const keyword = each.type === 'keyword_pattern' ? each : each.ofType('keyword_pattern');
        const [name, value] = keyword?.children ?? [];
        if (name && value) named.push({ name: slice(name), pattern: readPattern(value, names, text) });
        else positional.push(readPattern(each, names, text));
      }
      return { k: 'class', type: dotted(type, names, slice), positional, named };
    }
    case 'list_pattern':
    case 'tuple_pattern':
      return { k: 'sequence', items: inner.map((child) => readPattern(child, names, text)) };
    case 'splat_pattern': {
      const name = inner[0] ? slice(inner[0]) : '_';
      return name === '_' ? { k: 'wildcard' } : { k: 'star', target: names.write(name, node.start) };
    }
    case 'dict_pattern': {
      const entries: { key: Expression; pattern: Pattern }[] = [];
      let rest: Expression | null = null;
      let key: Expression | null = null;
      for (const child of inner) {
        if (child.field === 'key') key = names.expression(child);
        else if (child.field === 'value' && key)
          entries.push({ key, pattern: readPattern(child, names, text) });
        else if (child.type === 'splat_pattern' && child.children[0]) {
          rest = names.write(slice(child.children[0]), child.start);
        }
      }
      return { k: 'mapping', entries, rest };
    }
    case 'union_pattern':
      return { k: 'any', options: inner.map((child) => readPattern(child, names, text)) };
    case 'as_pattern': {
      const [pattern, alias] = inner;
      if (!pattern || !alias) return { k: 'wildcard' };
      return {
        k: 'as',
        pattern: readPattern(pattern, names, text),
        target: names.write(slice(alias), alias.start),
      };
    }
    default:
      return { k: 'value', value: names.expression(node) };
  }
}

function dotted(node: SyntaxNode, names: PatternNames, slice: (each: SyntaxNode) => string): Expression {
  const [first, ...rest] = node.children;
  if (!first) return names.read(slice(node), node.start);
  let result = names.read(slice(first), first.start);
  for (const part of rest) result = { k: 'attribute', at: part.start, object: result, name: slice(part) };
  return result;
}
