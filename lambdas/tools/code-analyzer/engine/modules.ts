import type { ModuleFrame } from './ast.ts';

/** The dotted module name of a file: `a/b/__init__.py` is `a.b`. */
export function moduleNameOf(path: string): string {
  const parts = path
    .replace(/\.pyi?$/, '')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  if (parts.at(-1) === '__init__' && parts.length > 1) parts.pop();
  return parts.join('.');
}

/** The modules of a project by name, and how import statements find them. */
export class ModuleIndex {
  private readonly byName = new Map<string, ModuleFrame>();
  /** Folders with Python files below, as dotted names. */
  private readonly packages = new Set<string>();
  private readonly bySuffix = new Map<string, string[]>();
  private readonly above: readonly string[];

  /** `above` are the dotted names that the project's own folder may have in its imports: `shop` for `./shop`. */
  constructor(modules: Iterable<ModuleFrame>, above: readonly string[] = []) {
    this.above = above;
    for (const module of modules) {
      const name = module.qualified;
      if (this.byName.has(name) && !module.isPackage) continue;
      this.byName.set(name, module);
      if (isRoot(module)) this.byName.set('', module);
      // A script's folder is its index file.
      if (module.language !== 'python' && name.endsWith('.index')) {
        const folder = name.slice(0, -'.index'.length);
        if (!this.byName.has(folder)) this.byName.set(folder, module);
      }
      const parts = name.split('.');
      for (let length = 1; length < parts.length; length += 1)
        this.packages.add(parts.slice(0, length).join('.'));
      for (let from = 1; from < parts.length; from += 1) this.addSuffix(parts.slice(from).join('.'), name);
    }
    for (const name of this.packages) {
      const parts = name.split('.');
      for (let from = 1; from < parts.length; from += 1) this.addSuffix(parts.slice(from).join('.'), name);
    }
  }

  private addSuffix(suffix: string, name: string): void {
    const names = this.bySuffix.get(suffix);
    if (!names) this.bySuffix.set(suffix, [name]);
    else if (!names.includes(name)) names.push(name);
  }

  get(name: string): ModuleFrame | undefined {
    return this.byName.get(name);
  }

  has(name: string): boolean {
    return this.byName.has(name) || this.packages.has(name);
  }

  submodule(parent: string, name: string): string | null {
    const full = parent === '' ? name : `${parent}.${name}`;
    return this.has(full) ? full : null;
  }

  /**
   * The project's name of an absolutely imported module: from the root, from the folders above the
   * importing file (scripts and `src` layouts), or the only module whose path ends so.
   */
  resolve(dotted: string, importer: ModuleFrame): string | null {
    const self = importer.qualified;
    if (this.has(dotted) && (dotted !== self || importer.isPackage)) return dotted;
    const folder = self.split('.');
    if (!importer.isPackage) folder.pop();
    for (let length = folder.length; length > 0; length -= 1) {
      const candidate = `${folder.slice(0, length).join('.')}.${dotted}`;
      if (candidate !== self && this.has(candidate)) return candidate;
    }
    const first = dotted.split('.')[0] ?? dotted;
    if (this.has(first)) return null;
    const inside = this.withinOwnFolder(dotted);
    if (inside !== null) return inside;
    const candidates = (this.bySuffix.get(dotted) ?? []).filter((name) =>
      this.isRootedOutsidePackages(name, dotted),
    );
    return candidates.length === 1 ? (candidates[0] ?? null) : null;
  }

  /** `shop.cart` when the project is the folder `shop` itself: its `cart`; '' for the folder. */
  private withinOwnFolder(dotted: string): string | null {
    for (const name of this.above) {
      if (dotted === name) return '';
      if (dotted.startsWith(`${name}.`) && this.has(dotted.slice(name.length + 1)))
        return dotted.slice(name.length + 1);
    }
    return null;
  }

  /** Whether the folder that holds the module's top is a place to import from, not itself a package. */
  private isRootedOutsidePackages(name: string, dotted: string): boolean {
    const root = name.slice(0, -dotted.length - 1);
    return !this.byName.get(root)?.isPackage;
  }

  /** The project's name of a relatively imported module; `level` is the number of dots. */
  resolveRelative(level: number, dotted: string, importer: ModuleFrame): string | null {
    const base = isRoot(importer) ? [] : importer.qualified.split('.');
    const up = importer.isPackage ? level - 1 : level;
    if (up > base.length) return null;
    const parts = base.slice(0, base.length - up);
    if (dotted) parts.push(...dotted.split('.'));
    const name = parts.join('.');
    return name === '' || this.has(name) ? name : null;
  }
}

/** Whether this is the `__init__.py` of the project's own folder. */
const isRoot = (module: ModuleFrame): boolean => module.isPackage && module.qualified === '__init__';
