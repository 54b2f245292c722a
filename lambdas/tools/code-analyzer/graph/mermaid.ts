/** One hop of a diagram. */
export interface Hop {
  readonly caller: string;
  readonly callee: string;
  readonly label: string;
}

/** A Mermaid flowchart of calls; names and places are escaped, so any identifier is safe. */
export function mermaidOf(hops: readonly Hop[], names: readonly string[]): string {
  const ids = new Map<string, string>();
  const lines = ['graph TD'];
  const idOf = (name: string): string => {
    let id = ids.get(name);
    if (!id) {
      id = `n${ids.size}`;
      ids.set(name, id);
      lines.push(`    ${id}["${escapeLabel(name)}"]`);
    }
    return id;
  };
  for (const name of names) idOf(name);
  for (const { caller, callee, label } of hops) {
    lines.push(`    ${idOf(caller)} -->|"${escapeLabel(label)}"| ${idOf(callee)}`);
  }
  return lines.join('\n');
}

/** Mermaid reads `#…;` as an entity, so the characters with a meaning become entities. */
function escapeLabel(text: string): string {
  return text.replace(/[#"<>&\n]/g, (character) => `#${character.charCodeAt(0)};`);
}
