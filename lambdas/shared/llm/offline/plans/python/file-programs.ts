/** Paths of listed files, from the entries that come on standard input. */
export const NAMES_PROGRAM = String.raw`
import sys

entries = json.loads(sys.stdin.read())
names = [entry["path"] for entry in entries]
count = len(names)
shown = ": " + ", ".join(names[:100]) if names else ""
{"value": count if SPEC["count"] else names, "files": names, "count": count, "summary": f"{count} {SPEC['noun']}{shown}.", "text": f"{count}\n" if SPEC["count"] else "".join(name + "\n" for name in names)}
`;

/** Lines of several files that hold a text. */
export const GREP_PROGRAM = String.raw`
matches = []
for path in SPEC["paths"]:
    with open(path, encoding="utf-8", errors="replace") as file:
        matches += [{"path": path, "line": at, "text": line.rstrip("\n")} for at, line in enumerate(file, 1) if SPEC["needle"] in line]
files = list(dict.fromkeys(match["path"] for match in matches))
said = ", ".join(files) if SPEC["want"] == "files" else "; ".join(f"{match['path']}:{match['line']}: {match['text'].strip()}" for match in matches[:50])
text = "".join(path + "\n" for path in files) if SPEC["want"] == "files" else "".join(f"{match['path']}:{match['line']}: {match['text']}\n" for match in matches)
{"value": files if SPEC["want"] == "files" else matches, "matches": matches, "files": files, "count": len(matches), "summary": f"{len(matches)} lines in {len(files)} files hold {SPEC['needle']!r}" + (f": {said}." if matches else "."), "text": text}
`;
