import type { Numbering } from './grammars.ts';
import type { ParserMemory } from './parser-runtime.ts';
import { isLeafType, SyntaxNode } from './syntax-node.ts';
import type { CopiedTree } from './syntax-tree.ts';

/**
 * Where tree-sitter 0.25 keeps what the walk reads, in bytes of 32-bit WebAssembly memory. Reading it in
 * place costs a fifth of asking a cursor, which crosses into WebAssembly several times a node. A grammar
 * whose sample reads differently from what its cursor says is read through the cursor.
 */
const SUBTREE = { padding: 4, size: 16, errorCost: 32, childCount: 36, symbol: 40, bits: 44, production: 66 };
const LANGUAGE = {
  productionCount: 28,
  fieldCount: 32,
  maxAliases: 36,
  fieldSlices: 64,
  fieldEntries: 68,
  publicSymbols: 76,
  aliasSequences: 84,
};
const BYTES_PER_CHILD = 8;
/** Bits of the first word of a subtree that is stored in its parent, and of the flags of one that is not. */
const INLINE = { isInline: 1, visible: 2, extra: 8 };
const HEAP = { visible: 1, extra: 4 };
/** Symbols from here on are errors, which no table has. */
const FIRST_ERROR = 0xfffe;
/** Their numbers have 16 bits. */
const MAX_PRODUCTIONS = 0x10000;

/** What a grammar says of the children of its productions. */
export class ProductionTable {
  /** By production: of each structural child, the symbol it is renamed to (0: none) and its field. */
  private readonly aliases: (Uint16Array | null)[] = [];
  private readonly fields: (Uint16Array | null)[] = [];
  readonly publicSymbols: Uint16Array;

  constructor(memory: ParserMemory, language: number, symbols: number) {
    const { HEAPU8, HEAPU16, HEAPU32 } = memory;
    const at = (offset: number): number => HEAPU32[(language + offset) >> 2] as number;
    const longest = HEAPU16[(language + LANGUAGE.maxAliases) >> 1] as number;
    const hasFields = at(LANGUAGE.fieldCount) > 0;
    const productions = at(LANGUAGE.productionCount);
    if (productions > MAX_PRODUCTIONS) throw new RangeError(`A grammar of ${productions} productions.`);
    for (let production = 0; production < productions; production += 1) {
      const sequence = (at(LANGUAGE.aliasSequences) >> 1) + production * longest;
      const own = production === 0 ? null : HEAPU16.slice(sequence, sequence + longest);
      this.aliases.push(own?.some((symbol) => symbol !== 0) ? own : null);
      const slice = (at(LANGUAGE.fieldSlices) >> 1) + production * 2;
      const count = hasFields ? (HEAPU16[slice + 1] as number) : 0;
      const first = at(LANGUAGE.fieldEntries) + (HEAPU16[slice] as number) * 4;
      const fields = new Uint16Array(longest);
      for (let entry = first + (count - 1) * 4; entry >= first; entry -= 4) {
        const inherited = HEAPU8[entry + 3] !== 0;
        if (!inherited) fields[HEAPU8[entry + 2] as number] = HEAPU16[entry >> 1] as number;
      }
      this.fields.push(count > 0 ? fields : null);
    }
    const map = at(LANGUAGE.publicSymbols) >> 1;
    this.publicSymbols = HEAPU16.slice(map, map + symbols);
  }

  aliasesOf(production: number): Uint16Array | null {
    return this.aliases[production] ?? null;
  }

  fieldsOf(production: number): Uint16Array | null {
    return this.fields[production] ?? null;
  }
}

/** Where the walk stands among the children of one subtree, to go on after a child's own children. */
interface Level {
  readonly child: number;
  readonly end: number;
  readonly position: number;
  readonly structural: number;
  readonly aliases: Uint16Array | null;
  readonly fields: Uint16Array | null;
  readonly inherited: number;
  /** The node whose children these are, and where they begin among those collected. */
  readonly node: SyntaxNode;
  readonly mark: number;
}

/** Copies the tree at an address, as `copyTree` does through a cursor. Offsets are UTF-16 units. */
export function readTree(
  memory: ParserMemory,
  { types, fields: fieldNames, named }: Numbering,
  table: ProductionTable,
  tree: number,
): CopiedTree {
  const { HEAPU16, HEAPU32 } = memory;
  const top = HEAPU32[tree >> 2] as number;
  if (top & INLINE.isInline) return { root: new SyntaxNode('ERROR', '', 0), hasError: true };
  const rootSymbol = HEAPU16[(top + SUBTREE.symbol) >> 1] as number;
  const start = HEAPU32[(top + SUBTREE.padding) >> 2] as number;
  const root = new SyntaxNode(typeOf(rootSymbol, table, types), '', start / 2);
  root.end = (start + (HEAPU32[(top + SUBTREE.size) >> 2] as number)) / 2;
  const hasError = HEAPU32[(top + SUBTREE.errorCost) >> 2] !== 0;

  const levels: Level[] = [];
  const collected: SyntaxNode[] = [];
  let count = HEAPU32[(top + SUBTREE.childCount) >> 2] as number;
  let end = top;
  let child = top - count * BYTES_PER_CHILD;
  let first = true;
  let position = start;
  let structural = 0;
  let production = HEAPU16[(top + SUBTREE.production) >> 1] as number;
  let aliases = count > 0 ? table.aliasesOf(production) : null;
  let fields = count > 0 ? table.fieldsOf(production) : null;
  let inherited = 0;
  let node = root;
  let mark = 0;
  for (;;) {
    if (child === end) {
      const up = levels.pop();
      if (up === undefined || up.node !== node) {
        if (collected.length > mark) node.children = collected.splice(mark);
        if (up === undefined) return { root, hasError };
        collected.push(node);
      }
      ({ child, end, position, structural, aliases, fields, inherited, node, mark } = up);
      continue;
    }
    const word = HEAPU32[child >> 2] as number;
    let padding: number;
    let size: number;
    let symbol: number;
    let isVisible: boolean;
    let isExtra: boolean;
    if (word & INLINE.isInline) {
      const lengths = HEAPU32[(child >> 2) + 1] as number;
      padding = (lengths >>> 16) & 0xff;
      size = lengths >>> 24;
      symbol = (word >>> 8) & 0xff;
      isVisible = (word & INLINE.visible) !== 0;
      isExtra = (word & INLINE.extra) !== 0;
      count = 0;
    } else {
      padding = HEAPU32[(word + SUBTREE.padding) >> 2] as number;
      size = HEAPU32[(word + SUBTREE.size) >> 2] as number;
      symbol = HEAPU16[(word + SUBTREE.symbol) >> 1] as number;
      const bits = HEAPU16[(word + SUBTREE.bits) >> 1] as number;
      isVisible = (bits & HEAP.visible) !== 0;
      isExtra = (bits & HEAP.extra) !== 0;
      count = HEAPU32[(word + SUBTREE.childCount) >> 2] as number;
    }
    const from = first ? position : position + padding;
    first = false;
    position = from + size;
    child += BYTES_PER_CHILD;
    let field = 0;
    if (!isExtra) {
      const alias = aliases === null ? 0 : (aliases[structural] as number);
      field = (fields === null ? 0 : (fields[structural] as number)) || inherited;
      structural += 1;
      if (alias !== 0) {
        isVisible = true;
        symbol = alias;
      }
    }
    let inner = node;
    let innerMark = mark;
    if (isVisible) {
      const id = symbol >= FIRST_ERROR ? symbol : (table.publicSymbols[symbol] as number);
      const type = types[id] ?? 'ERROR';
      const isNamed = named[id] ?? true;
      if (type === 'comment' || !(isNamed || field)) continue;
      inner = new SyntaxNode(type, field ? (fieldNames[field] ?? '') : '', from / 2);
      inner.end = position / 2;
      if (count === 0 || !isNamed || isLeafType(type)) {
        collected.push(inner);
        continue;
      }
      innerMark = collected.length;
      field = 0;
    } else if (count === 0) continue;
    levels.push({ child, end, position, structural, aliases, fields, inherited, node, mark });
    node = inner;
    mark = innerMark;
    inherited = field;
    end = word;
    child = word - count * BYTES_PER_CHILD;
    first = true;
    position = from;
    structural = 0;
    production = HEAPU16[(word + SUBTREE.production) >> 1] as number;
    aliases = table.aliasesOf(production);
    fields = table.fieldsOf(production);
  }
}

function typeOf(symbol: number, table: ProductionTable, types: readonly string[]): string {
  return types[symbol >= FIRST_ERROR ? symbol : (table.publicSymbols[symbol] as number)] ?? 'ERROR';
}
