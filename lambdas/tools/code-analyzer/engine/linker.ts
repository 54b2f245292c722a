import { Activation } from './activation.ts';
import { assign } from './assign.ts';
import type { ModuleFrame, Statement } from './ast.ts';
import type { Body } from './body.ts';
import type { ModuleIndex } from './modules.ts';
import type { ModuleThing, ValueSet } from './things.ts';
import { Values } from './values.ts';

/** Finds modules and the names in them, as import statements do. */
export abstract class Linker {
  readonly values = new Values();

  readonly project: ModuleIndex;
  protected readonly activations: Activation[] = [];

  protected readonly moduleActivations = new Map<ModuleFrame, Activation>();

  constructor(project: ModuleIndex) {
    this.project = project;
  }

  /** Interprets a body that has not been yet. */
  abstract runIfNew(activation: Activation): void;

  /** A name of another module, or something outside the project. */
  imported(reader: Activation, { module, name }: { module: string; name: string | null }): ValueSet {
    if (module === '') return name === null ? this.values.empty : this.values.of(this.values.builtin(name));
    if (!this.project.has(module)) {
      return this.values.of(this.values.external(name === null ? module : `${module}.${name}`));
    }
    this.ensure(module);
    const thing = this.moduleThing(module);
    if (name === null) return this.values.of(thing);
    if (!thing.module) return this.values.empty;
    const value = this.moduleName(reader, thing.module, name);
    const submodule = `${module}.${name}`;
    return value.id === 0 && this.project.has(submodule)
      ? this.imported(reader, { module: submodule, name: null })
      : value;
  }

  moduleActivation(module: ModuleFrame): Activation {
    let activation = this.moduleActivations.get(module);
    if (!activation) {
      activation = new Activation(this.activations.length + 1, module, null, null, null, this.values.empty);
      this.activations.push(activation);
      this.moduleActivations.set(module, activation);
    }
    return activation;
  }

  moduleThing(name: string): ModuleThing {
    const module = this.project.get(name) ?? null;
    return this.values.once(`M:${name}`, (id) => ({
      id,
      kind: 'module',
      fields: null,
      name,
      module,
    })) as ModuleThing;
  }

  /** A global of a module as another body sees it, through star imports too. */
  moduleName(
    reader: Activation,
    module: ModuleFrame,
    name: string,
    seen: Set<ModuleFrame> | null = null,
  ): ValueSet {
    const variable = module.globals.get(name);
    const activation = this.moduleActivation(module);
    const own = variable ? activation.cell(variable, this.values.empty).read(reader) : this.values.empty;
    if (own.id !== 0 || seen?.has(module)) return own;
    seen?.add(module);
    return this.starName(reader, module, name, seen);
  }

  /** A name that a module has only through its star imports. */
  starName(
    reader: Activation,
    module: ModuleFrame,
    name: string,
    seen: Set<ModuleFrame> | null = null,
  ): ValueSet {
    const { stars } = this.moduleActivation(module);
    if (stars.length === 0) return this.values.empty;
    const visited = seen ?? new Set([module]);
    let result = this.values.empty;
    for (const star of stars) {
      if (star.kind === 'external' || !star.module) continue;
      const { exported } = star.module;
      const isPublic = exported ? exported.includes(name) : !name.startsWith('_');
      if (isPublic) result = this.values.union(result, this.moduleName(reader, star.module, name, visited));
    }
    return result;
  }

  /** The module of a dotted name as `import` finds it, interpreted first if it is the project's. */
  importModule(importer: Activation, dotted: string): ValueSet {
    const name = this.project.resolve(dotted, importer.frame.module);
    if (name === null) return this.values.of(this.values.external(dotted));
    this.ensure(name);
    return this.values.of(this.moduleThing(name));
  }

  protected ensure(name: string): void {
    const parts = name.split('.');
    for (let length = 1; length <= parts.length; length += 1) {
      const module = this.project.get(parts.slice(0, length).join('.'));
      if (module) this.runIfNew(this.moduleActivation(module));
    }
  }

  importNames(body: Body, statement: Extract<Statement, { k: 'import_from' }>): void {
    const { values } = this;
    const importer = body.frame.module;
    const { level, module: dotted } = statement;
    const name =
      level > 0
        ? this.project.resolveRelative(level, dotted, importer)
        : this.project.resolve(dotted, importer);
    body.expose();
    if (name === null) {
      const prefix = level > 0 ? `${'.'.repeat(level)}${dotted}` : dotted;
      if (statement.star) this.addStar(body, { kind: 'external', path: prefix });
      for (const each of statement.names)
        assign(body, each.target, values.of(values.external(`${prefix}.${each.name}`)));
      return;
    }
    this.ensure(name);
    const source = this.moduleThing(name);
    if (statement.star) this.addStar(body, source);
    for (const each of statement.names) {
      let value = source.module ? this.moduleName(body.activation, source.module, each.name) : values.empty;
      const submodule = name === '' ? each.name : `${name}.${each.name}`;
      if (value.id === 0 && this.project.has(submodule)) {
        this.ensure(submodule);
        value = values.of(this.moduleThing(submodule));
      }
      assign(body, each.target, value);
    }
  }

  protected addStar(body: Body, source: ModuleThing | { kind: 'external'; path: string }): void {
    const { stars } = this.moduleActivation(body.frame.module);
    if (!stars.includes(source as ModuleThing)) stars.push(source);
  }
}
