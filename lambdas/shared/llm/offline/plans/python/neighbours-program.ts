/** Callers or callees of one function out of the edges of a call graph, which come on standard input. */
export const NEIGHBOURS_PROGRAM = String.raw`
import sys

edges = json.loads(sys.stdin.read())
name, callers = SPEC["name"], SPEC["kind"] == "callers"
near, far = ("callee", "caller") if callers else ("caller", "callee")

def fits(full):
    return full == name or full.endswith("." + name) or name.endswith("." + full)

found = [edge for edge in edges if fits(edge[near]) and edge.get("file") == SPEC.get("file", edge.get("file"))]
exact = [edge for edge in found if edge[near] == name]
found = exact or found
names = list(dict.fromkeys(edge[far] for edge in found))
places = [{"name": edge[far], "file": edge.get("file"), "line": edge.get("line")} for edge in found]
verb = f"call {name}" if callers else f"are called by {name}"
said = ", ".join(f"{place['name']} ({place['file']}:{place['line']})" for place in places) if names else "none"
{"value": names, "locations": places, "summary": f"{len(names)} functions {verb}: {said}.", "text": "".join(item + "\n" for item in names)}
`;
