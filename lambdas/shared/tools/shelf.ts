import type { OfferedTool } from '../../../schemas/briefs.ts';
import type { ToolManifest } from '../../../schemas/tool.ts';

/** The tools a tenant has, and those it could have if something were configured. */
export interface ToolShelf {
  readonly manifests: ReadonlyMap<string, ToolManifest>;
  /** Name to the reason and the setting that helps. */
  readonly unavailable: ReadonlyMap<string, string>;
}

export interface ToolRegistry {
  /** What the tenant has. A wanted tool that was registered a moment ago is on it, wherever that happened. */
  shelf(tenantId: string, wanted?: readonly string[]): Promise<ToolShelf>;
}

/** The tools that a plan is made of. */
export const toolsOf = (plan: { readonly steps: readonly { readonly action: string }[] }): string[] =>
  plan.steps.map(({ action }) => action);

const offers = new WeakMap<ToolManifest, OfferedTool>();

/** A tool as briefs show it, made once for each manifest: the same in every brief. */
function offerOf(manifest: ToolManifest): OfferedTool {
  let offer = offers.get(manifest);
  if (offer === undefined) {
    const { name, description, input_schema, example, risk } = manifest;
    offer = { name, description, input_schema, example, risk };
    offers.set(manifest, offer);
  }
  return offer;
}

/** What a task may use: allowed by its constraints and available; and, with reasons, what it may not. */
export function offerTools(
  shelf: ToolShelf,
  allowed: readonly string[] | null,
): { tools: OfferedTool[]; unavailable_tools: { name: string; reason: string }[] } {
  const tools: OfferedTool[] = [];
  const unavailable_tools: { name: string; reason: string }[] = [];
  for (const manifest of shelf.manifests.values()) {
    const reason = shelf.unavailable.get(manifest.name);
    if (allowed !== null && !allowed.includes(manifest.name)) {
      unavailable_tools.push({ name: manifest.name, reason: 'not among the allowed_tools of the task' });
    } else if (reason !== undefined) {
      unavailable_tools.push({ name: manifest.name, reason });
    } else {
      tools.push(offerOf(manifest));
    }
  }
  return { tools, unavailable_tools };
}
