/** Most nodes are leaves, which share their lack of children. */
const NONE: readonly SyntaxNode[] = [];

/** Types of nodes whose children, if any, say nothing of interest. */
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

/** Whether nodes of this type are copied without their children. */
export function isLeafType(type: string): boolean {
  return LEAVES.has(type);
}

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
