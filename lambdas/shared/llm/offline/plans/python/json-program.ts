/** Takes a field out of a JSON document; `SPEC` names the file (or null for standard input) and the question. */
export const JSON_PROGRAM = String.raw`
import re, sys

def load():
    if SPEC["path"] is None:
        text = sys.stdin.read()
    else:
        with open(SPEC["path"], encoding="utf-8-sig") as file:
            text = file.read()
    return json.loads(text)

def look(document, path):
    if isinstance(document, dict) and path in document:
        return document[path]
    value = document
    for part in re.findall(r"[^.\[\]]+", re.sub(r"^\$\.?", "", path)):
        part = part.strip("'\"")
        if isinstance(value, list) and re.fullmatch(r"-?\d+", part) and -len(value) <= int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, dict) and [key for key in value if key.lower() == part.lower()]:
            value = value[[key for key in value if key.lower() == part.lower()][0]]
        elif isinstance(value, list) and value and all(isinstance(item, dict) and part in item for item in value):
            value = [item[part] for item in value]
        else:
            raise KeyError(f"There is no field {path!r}; there are: {', '.join(map(str, value)) if isinstance(value, dict) else type(value).__name__}.")
    return value

def search(document, name):
    found = []
    def visit(value, place):
        if isinstance(value, dict):
            for key, item in value.items():
                if key == name:
                    found.append((place + [key], item))
                visit(item, place + [key])
        elif isinstance(value, list):
            for at, item in enumerate(value):
                visit(item, place + [str(at)])
    visit(document, [])
    return found

def norm(name):
    return re.sub(r"[\s_\-]+", "", str(name)).lower()

def in_words(document, path):
    # "database port" may be {"database": {"port": …}} or {"db": {"database_port": …}}: keys that end in these words.
    wanted, found = norm(path.replace(".", "")), []
    def visit(value, names):
        for key, item in value.items() if isinstance(value, dict) else ():
            inner = names + [key]
            if any(norm("".join(inner[at:])) == wanted for at in range(len(inner))):
                found.append((inner, item))
            visit(item, inner)
    visit(document, [])
    return found

def answer():
    document, query, place = load(), SPEC["query"], SPEC["place"]
    if query["ask"] == "count":
        inner = [item for item in document.values() if isinstance(item, list)] if isinstance(document, dict) else []
        value = len(inner[0]) if len(inner) == 1 else len(document)
        return {"value": value, "summary": f"{place} has {value} entries.", "text": f"{value}\n"}
    if query["ask"] == "keys":
        value = list(document if isinstance(document, dict) else document[0])
        return {"value": value, "summary": f"The keys of {place}: {', '.join(value)}.", "text": "".join(key + "\n" for key in value)}
    if query["ask"] == "pretty":
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        return {"value": document, "summary": text[:2000], "text": text}
    path = query["path"]
    try:
        value = look(document, path)
    except KeyError:
        found = search(document, path) or in_words(document, path)
        if len(found) != 1:
            raise
        path, value = ".".join(found[0][0]), found[0][1]
    if query["ask"] == "length":
        if not isinstance(value, (list, dict)):
            raise ValueError(f"{path} of {place} is no list, so it has no number of entries.")
        return {"value": len(value), "field": path, "summary": f"{path} of {place} has {len(value)} entries.", "text": f"{len(value)}\n"}
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {"value": value, "field": path, "summary": f"{path} of {place} is {shown[:2000]}.", "text": shown + "\n"}

answer()
`;
