import { describe, expect, it } from '@jest/globals';
import { builtInManifests, createToolRegistry } from '../../../../lambdas/shared/tools/registry.ts';
import type { ToolManifest } from '../../../../schemas/tool.ts';

const [first, second] = builtInManifests;
if (first === undefined || second === undefined) throw new Error('There are no built-in tools.');
const named = (name: string): ToolManifest => ({ ...second, name });

function registry() {
  const registered: ToolManifest[] = [];
  const state = { time: 0, reads: 0 };
  const tools = createToolRegistry({
    builtIn: [first as ToolManifest],
    unavailable: async () => new Map(),
    now: () => state.time,
    registered: {
      list: async () => {
        state.reads += 1;
        return [...registered];
      },
    },
  });
  const names = async (wanted?: string[]) => [...(await tools.shelf('acme', wanted)).manifests.keys()];
  return { tools, registered, state, names };
}

describe('the registry of tools', () => {
  it('is read again after half a minute', async () => {
    const { registered, state, names } = registry();
    expect(await names()).toEqual([first.name]);
    registered.push(named('mine'));
    state.time = 29_999;
    expect(await names()).toEqual([first.name]);
    state.time = 30_000;
    expect(await names()).toEqual(['mine', first.name]);
    expect(state.reads).toBe(2);
  });

  it('is read again for a tool that was registered a moment ago by another process', async () => {
    const { registered, state, names } = registry();
    await names();
    registered.push(named('mine'));
    expect(await names(['mine', first.name])).toContain('mine');
    expect(await names(['mine'])).toContain('mine');
    expect(state.reads).toBe(2);
  });

  it('never lets a registration take the place of a built-in tool', async () => {
    const { tools, registered } = registry();
    registered.push({ ...named(first.name), description: 'Not the real one.' });
    expect((await tools.shelf('acme')).manifests.get(first.name)).toBe(first);
  });
});
