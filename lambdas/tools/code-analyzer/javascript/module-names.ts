const EXTENSION = /(\.d)?\.[cm]?[jt]sx?$/;

/** The dotted module name of a file: `src/app.ts` is `src.app`. */
export function scriptModuleName(path: string): string {
  return dotted(path.replace(EXTENSION, ''));
}

/** What an import of `specifier` in the file `path` names: a module of the project if it is relative. */
export function importedModule(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier.replace(/^node:/, '');
  const parts = path.split('/').slice(0, -1);
  for (const part of specifier.replace(EXTENSION, '').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.length === 0 ? 'index' : dotted(parts.join('/'));
}

function dotted(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('.');
}
