/** Makes a process of Node's read this repository's sources as they are. */
export const readingSources: readonly string[] = [
  '--import',
  new URL('../../scripts/typescript.mjs', import.meta.url).href,
];
