import type { Expression, Statement } from '../engine/ast.ts';
import type { Scope } from '../engine/scope.ts';
import type { SyntaxNode } from '../syntax-node.ts';
import { importedModule } from './module-names.ts';
import { ScriptExpressionReader } from './read-expressions.ts';

/** Reads imports, exports and classes. */
export abstract class ScriptExportReader extends ScriptExpressionReader {
  protected abstract statement(node: SyntaxNode, into: Statement[]): void;

  protected exportTarget(name: string, at: number): Expression {
    return { k: 'name', at, name, variable: this.moduleScope().bind(name), frame: this.scope.frame };
  }

  protected moduleScope(): Scope {
    let scope = this.scope;
    while (scope.parent) scope = scope.parent;
    return scope;
  }

  /** `module.exports = …`: the module itself, and each key of a literal by its name. */
  protected exportWhole(right: SyntaxNode, into: Statement[]): void {
    const at = right.start;
    const whole = this.exportTarget('default', at);
    into.push({ k: 'assign', at, targets: [whole], value: this.expression(right, 'exports') });
    if (right.type !== 'object') return;
    for (const child of right.children) {
      const key = child.get('key') ?? child.get('name');
      if (!key) continue;
      const name = this.slice(key).replace(/['"]/g, '');
      const value: Expression = { k: 'attribute', at: child.start, object: this.nameAt('default', at), name };
      into.push({ k: 'assign', at: child.start, targets: [this.exportTarget(name, at)], value });
    }
  }

  protected importStatement(node: SyntaxNode, into: Statement[]): void {
    const at = node.start;
    const source = node.get('source');
    if (!source) return;
    const module = importedModule(this.path, this.slice(source).slice(1, -1));
    const bind = (local: SyntaxNode, name: string | null): void => {
      const value: Expression = { k: 'imported', at, module, name };
      into.push({ k: 'assign', at, targets: [this.target(this.slice(local), at)], value });
    };
    into.push({ k: 'expression', at, value: { k: 'imported', at, module, name: null } });
    for (const child of node.ofType('import_clause')?.children ?? []) {
      if (child.type === 'identifier') bind(child, 'default');
      else if (child.type === 'namespace_import' && child.children[0]) bind(child.children[0], null);
      for (const specifier of child.type === 'named_imports' ? child.children : []) {
        const name = specifier.get('name');
        if (name) bind(specifier.get('alias') ?? name, this.slice(name));
      }
    }
  }

  protected exportStatement(node: SyntaxNode, into: Statement[]): void {
    const at = node.start;
    const declaration = node.get('declaration');
    const value = node.get('value');
    const source = node.get('source');
    const isDefault = /^export\s+default\b/.test(this.slice(node).slice(0, 40));
    if (declaration) {
      this.statement(declaration, into);
      const name = declaration.get('name');
      if (isDefault && name) {
        const current = this.nameAt(this.slice(name), at);
        into.push({ k: 'assign', at, targets: [this.exportTarget('default', at)], value: current });
      }
    } else if (value) {
      into.push({
        k: 'assign',
        at,
        targets: [this.exportTarget('default', at)],
        value: this.expression(value, 'default'),
      });
    }
    const clause = node.ofType('export_clause');
    const module = source ? importedModule(this.path, this.slice(source).slice(1, -1)) : null;
    for (const specifier of clause?.children ?? []) {
      const name = specifier.get('name');
      if (!name) continue;
      const local = this.slice(name);
      const outer = this.slice(specifier.get('alias') ?? name);
      if (!module && outer === local) continue;
      const read: Expression = module ? { k: 'imported', at, module, name: local } : this.nameAt(local, at);
      into.push({ k: 'assign', at, targets: [this.exportTarget(outer, at)], value: read });
    }
    if (module && !clause) {
      const alias = node.ofType('namespace_export')?.children[0];
      const whole: Expression = { k: 'imported', at, module, name: null };
      if (alias)
        into.push({ k: 'assign', at, targets: [this.exportTarget(this.slice(alias), at)], value: whole });
      else into.push({ k: 'import_from', at, module, level: 0, names: [], star: true });
    }
  }

  protected override classStatement(node: SyntaxNode, name: string): Statement {
    const at = node.start;
    const target = this.target(name, at);
    const heritage = node.ofType('class_heritage') ?? node.ofType('extends_type_clause');
    const bases: Expression[] = [];
    for (const child of heritage?.children ?? []) {
      if (child.type === 'extends_clause') bases.push(this.expression(child.get('value')));
      else if (child.type === 'implements_clause') {
        for (const type of child.children) bases.push(this.baseType(type) ?? this.unknown(at));
      } else bases.push(this.baseType(child) ?? this.expression(child));
    }
    this.noteBounds(node);
    const frame = this.readClass(this.spaced(name), at, () => this.members(node.get('body')?.children ?? []));
    return { k: 'class', at, frame, target, bases, keywords: [], decorators: [] };
  }

  protected baseType(node: SyntaxNode): Expression | null {
    const type = this.type(node);
    return type?.k === 'subscript' ? type.object : type;
  }

  protected members(nodes: readonly SyntaxNode[]): Statement[] {
    const into: Statement[] = [];
    const fields: (() => Statement)[] = [];
    let made = false;
    for (const node of nodes) {
      if (/field_definition$|property_signature/.test(node.type)) this.field(node, into, fields);
    }
    for (const node of nodes) {
      const name = node.get('name');
      if (node.type !== 'method_definition' || !name) continue;
      const written = this.slice(name).replace(/['"]/g, '');
      const start = this.text.slice(node.start, name.start);
      const isConstructor = written === 'constructor';
      made ||= isConstructor;
      const target = this.target(isConstructor ? '__init__' : written, name.start);
      const frame = this.functionFrame(node, written, true, () =>
        isConstructor ? fields.map((field) => field()) : [],
      );
      const wrapper = /\bstatic\b/.test(start)
        ? 'classmethod'
        : /\b(get|set)\s+$/.test(start)
          ? 'property'
          : null;
      const decorators = wrapper ? [this.intrinsic(wrapper, node.start)] : [];
      into.push({ k: 'function', at: node.start, frame, target, decorators });
    }
    if (!made) into.push(...fields.map((field) => this.classField(field())));
    return into;
  }

  /** A field without a constructor to set it in is a default of the class. */
  protected classField(field: Statement): Statement {
    if (field.k !== 'assign') return field;
    const [target] = field.targets;
    const name = target?.k === 'attribute' ? target.name : '';
    return { k: 'assign', at: field.at, targets: [this.target(name, field.at)], value: field.value };
  }

  protected field(node: SyntaxNode, into: Statement[], fields: (() => Statement)[]): void {
    const nameNode = node.get('property') ?? node.get('name');
    if (!nameNode) return;
    const name = this.slice(nameNode);
    const value = node.get('value');
    const type = this.type(node.get('type'));
    const isStatic = /\bstatic\b/.test(this.text.slice(node.start, nameNode.start));
    if (type)
      into.push({
        k: 'annotate',
        at: node.start,
        target: this.target(name, node.start),
        annotation: type,
        value: null,
      });
    if (!value) return;
    if (isStatic) {
      into.push({
        k: 'assign',
        at: node.start,
        targets: [this.target(name, node.start)],
        value: this.expression(value, name),
      });
      return;
    }
    // An arrow in a field sees the instance; as a method of the same name it is called alike.
    if (value.type === 'arrow_function') {
      const target = this.target(name, node.start);
      const frame = this.functionFrame(value, name, true);
      into.push({ k: 'function', at: node.start, frame, target, decorators: [] });
      return;
    }
    fields.push(() => {
      const target: Expression = {
        k: 'attribute',
        at: node.start,
        object: this.nameAt('this', node.start),
        name,
      };
      return { k: 'assign', at: node.start, targets: [target], value: this.expression(value, name) };
    });
  }
}
