import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Bundle, bundleAll, oversized } from '../../infra/bundling/bundle.ts';

describe('bundles', () => {
  let bundles: readonly Bundle[] = [];
  beforeAll(async () => {
    bundles = await bundleAll();
  }, 120_000);
  const bundle = (name: string): Bundle => {
    const found = bundles.find((each) => each.name === name);
    if (found === undefined) throw new Error(`There is no bundle ${name}.`);
    return found;
  };

  it('are below the limits, but for those with a WebAssembly runtime', () => {
    expect(oversized(bundles)).toEqual([]);
  });

  it('ship what their code reads beside itself', () => {
    for (const [name, file] of [
      ['python-exec', 'pyodide/pyodide.asm.wasm'],
      ['python-exec', 'sandbox/runner.mjs'],
      ['code-analyzer', 'wasm/tree-sitter-python.wasm'],
      ['math-calculator', 'sandbox/calculator.mjs'],
      ['broker', 'cedar_wasm_bg.wasm'],
    ] as const) {
      expect(existsSync(join(bundle(name).directory, file))).toBe(true);
    }
  });

  it('hold no adapter of a model in functions that call none', () => {
    for (const name of ['gate', 'finisher', 'morgue', 'notifier', 'dispatcher', 'executor']) {
      expect(bundle(name).parts.map(([part]) => part)).not.toContain('openai');
    }
  });
});
