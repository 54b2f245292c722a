// Lets Node run this repository's TypeScript as it is: node --import ./scripts/typescript.mjs PROGRAM.ts
// All its types can be erased (`erasableSyntaxOnly`), which Node does by itself since 22.18; before that, a loader does.
// tsx would, too, but has esbuild keep names: a call for each function that is made, 1,200 of them or 0.6 to 1 ms a task.
import { register } from 'node:module';

if (!process.features.typescript) {
  process.setSourceMapsEnabled(true);
  register('./typescript-loader.mjs', import.meta.url);
}
