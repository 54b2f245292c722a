import type { ClassFrame, Expression, ModuleFrame, Statement } from '../engine/ast.ts';
import type { PackageFile } from '../package-reader.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { GoStatementReader } from './read-statements.ts';

/** A declared type, for finding what implements which interface. */
export interface GoType {
  readonly name: string;
  readonly module: string;
  readonly frame: ClassFrame;
  readonly statement: Extract<Statement, { k: 'class' }>;
  readonly methods: readonly string[];
  readonly embedded: readonly string[];
  readonly isInterface: boolean;
}

interface Placed {
  readonly file: PackageFile;
  readonly node: SyntaxNode;
}

/** Reads the files of one Go package together: methods join their types wherever they are declared. */
export class GoReader extends GoStatementReader {
  readonly types: GoType[] = [];
  private readonly module: ModuleFrame;
  private readonly packages: readonly string[];

  constructor(module: ModuleFrame, packages: readonly string[]) {
    super(module);
    this.module = module;
    this.packages = packages;
  }

  readPackage(files: readonly PackageFile[]): Statement[] {
    const methods = new Map<string, Placed[]>();
    const declared: Placed[] = [];
    const others: Placed[] = [];
    for (const file of files) {
      for (const node of file.root.children) {
        const receiver = node.type === 'method_declaration' ? this.receiverType(file, node) : null;
        if (receiver) methods.set(receiver, [...(methods.get(receiver) ?? []), { file, node }]);
        else if (node.type === 'type_declaration') {
          for (const spec of node.children) if (spec.get('name')) declared.push({ file, node: spec });
        } else others.push({ file, node });
      }
    }
    const into: Statement[] = [];
    const visit = ({ file, node }: Placed, read: (node: SyntaxNode) => void): void =>
      this.inFile(file, () => {
        this.imports = this.importsOf(file);
        read(node);
      });
    for (const file of files) {
      this.inFile(file, () => {
        for (const [, path] of this.importsOf(file))
          into.push({ k: 'expression', at: this.base, value: this.outside(path, this.base) });
      });
    }
    for (const each of declared) visit(each, (node) => this.typeSpec(node, methods, visit, into));
    for (const each of others) visit(each, (node) => this.topLevel(node, into));
    return into;
  }

  private receiverType(file: PackageFile, node: SyntaxNode): string | null {
    let type = node.get('receiver')?.children[0]?.get('type');
    while (type && /^(pointer_type|generic_type|parenthesized_type)$/.test(type.type))
      type = type.children[0];
    return type ? file.source.text.slice(type.start, type.end) : null;
  }

  /** Import names of a file with the project's package, or the path of a foreign one. */
  private importsOf(file: PackageFile): Map<string, string> {
    const result = new Map<string, string>();
    for (const node of file.root.children) {
      if (node.type !== 'import_declaration') continue;
      const specs = node.ofType('import_spec_list')?.children ?? node.children;
      for (const spec of specs) {
        const pathNode = spec.get('path');
        if (!pathNode) continue;
        const path = this.slice(pathNode).slice(1, -1);
        const alias = spec.get('name');
        const last =
          path
            .split('/')
            .filter((part) => !/^v\d+$/.test(part))
            .at(-1) ?? path;
        result.set(alias ? this.slice(alias) : last, this.packageOf(path));
      }
    }
    return result;
  }

  /** The project's package an import path ends with, the longest first. */
  private packageOf(path: string): string {
    const dotted = path.replaceAll('/', '.');
    const parts = path.split('/');
    for (let from = 0; from < parts.length; from += 1) {
      const suffix = parts.slice(from).join('.');
      if (this.packages.includes(suffix)) return suffix;
    }
    return dotted.replace(/\.(com|org|net|io|dev|in)\./, '_$1.');
  }

  private typeSpec(
    node: SyntaxNode,
    methods: ReadonlyMap<string, Placed[]>,
    visit: (placed: Placed, read: (node: SyntaxNode) => void) => void,
    into: Statement[],
  ): void {
    const nameNode = node.get('name');
    const type = node.get('type');
    if (!nameNode) return;
    const name = this.slice(nameNode);
    const at = this.at(node);
    const target = this.target(name, at);
    const own = methods.get(name) ?? [];
    const bases: Expression[] = [];
    const embedded: string[] = [];
    const names: string[] = [];
    const isInterface = type?.type === 'interface_type';
    const fields = (type?.type === 'struct_type' ? type.children[0]?.children : type?.children) ?? [];
    const frame = this.readClass(name, at, () => {
      const members: Statement[] = [];
      for (const field of fields) {
        const fieldNames = field.all('name');
        const fieldType = field.get('type') ?? (field.type === 'type_elem' ? field.children[0] : undefined);
        if (field.type === 'method_elem') names.push(...fieldNames.map((each) => this.slice(each)));
        else if (
          fieldNames.length === 0 &&
          fieldType &&
          type &&
          /^(struct|interface)_type$/.test(type.type)
        ) {
          const simple = this.slice(fieldType).replace(/^\*/, '').split('.').at(-1) ?? '';
          embedded.push(simple);
          const base = this.type(fieldType);
          if (base) bases.push(base);
          if (base)
            members.push({
              k: 'annotate',
              at,
              target: this.target(simple, at),
              annotation: base,
              value: null,
            });
        } else {
          const annotation = this.type(fieldType);
          for (const each of fieldNames) {
            members.push({
              k: 'annotate',
              at,
              target: this.target(this.slice(each), at),
              annotation: annotation ?? this.unknown(at),
              value: null,
            });
          }
        }
      }
      for (const each of own) {
        visit(each, (method) => {
          const methodName = method.get('name');
          if (!methodName) return;
          names.push(this.slice(methodName));
          const methodFrame = this.goFunction(method, this.slice(methodName), false);
          const place = this.at(method);
          members.push({
            k: 'function',
            at: place,
            frame: methodFrame,
            target: this.target(this.slice(methodName), place),
            decorators: [],
          });
        });
      }
      return members;
    });
    const statement = { k: 'class' as const, at, frame, target, bases, keywords: [], decorators: [] };
    into.push(statement);
    this.types.push({
      name,
      module: this.module.qualified,
      frame,
      statement,
      methods: names,
      embedded,
      isInterface,
    });
  }

  private topLevel(node: SyntaxNode, into: Statement[]): void {
    if (node.type === 'function_declaration') {
      const name = node.get('name');
      if (!name) return;
      const at = this.at(node);
      const frame = this.goFunction(node, this.slice(name), false);
      into.push({ k: 'function', at, frame, target: this.target(this.slice(name), at), decorators: [] });
      if (this.slice(name) === 'init') {
        const call: Expression = {
          k: 'call',
          at,
          callee: this.nameAt('init', at),
          positional: [],
          keywords: [],
          evaluated: null,
        };
        into.push({ k: 'expression', at, value: call });
      }
    } else if (node.type !== 'package_clause' && node.type !== 'import_declaration') {
      this.statement(node, into);
    }
  }
}
