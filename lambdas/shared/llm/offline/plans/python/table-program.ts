import { TABLE_READING } from './table-reading.ts';

/** The program behind every question about a table; `SPEC` is a TableWork with a place to read and a form to write. */
export const TABLE_PROGRAM = `${TABLE_READING}${String.raw`
NAMES = {"mean": "mean", "median": "median", "sum": "total", "min": "minimum", "max": "maximum", "count": "count", "unique": "number of different values",
         "stdev": "standard deviation (sample)", "pstdev": "standard deviation (population)", "variance": "variance (sample)", "pvariance": "variance (population)",
         "mode": "most common value", "range": "range", "percentile": "percentile", "correlation": "correlation"}
skipped = {}

def plain(column):
    return column.replace("[", "").replace("]", "") if column else column

def label(item):
    if item["measure"] == "percentile":
        return f"p{item['at']:g}_{plain(item['column'])}".replace(" ", "_")
    if item["measure"] == "correlation":
        return f"correlation_{item['column']}_{item['with']}".replace(" ", "_")
    return "count" if item["column"] is None else f"{item['measure']}_{plain(item['column'])}".replace(" ", "_")

def said(item):
    if item["measure"] == "percentile":
        return f"percentile {item['at']:g} of {plain(item['column'])} (linear interpolation)"
    if item["measure"] == "correlation":
        return f"correlation (Pearson) of {item['column']} and {item['with']}"
    return "number of rows" if item["column"] is None else f"{NAMES[item['measure']]} of {plain(item['column'])}"

def show(value):
    return "none" if value is None else str(value)

def as_csv(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", delimiter=marks.get(SPEC.get("path"), ",") if SPEC.get("edits") else ",")
    writer.writerow(header)
    writer.writerows([["" if row[column] is None else row[column] for column in header] for row in rows])
    return out.getvalue()

def typed(row):
    return {key: (clean(number(value)) if number(value) is not None and not re.fullmatch(r"0\d+", str(value)) else value) for key, value in row.items()}

def rendered(value, header, rows):
    form = SPEC.get("form", "text")
    if form == "json":
        return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    if form == "csv":
        return as_csv(header, rows)
    if isinstance(value, dict):
        return "".join(f"{key}: {show(item)}\n" for key, item in value.items())
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return as_csv(header, rows)
        return "".join(f"{show(item)}\n" for item in value)
    return f"{show(value)}\n"

def described(header, rows):
    out = []
    for column in header:
        found = [row[column] for row in rows if str(row[column]).strip() != ""]
        numbers = [value for value in map(number, found) if value is not None]
        entry = {"column": column, "count": len(found), "missing": len(rows) - len(found), "unique": len(set(map(str, found)))}
        if numbers and len(numbers) == len(found):
            entry.update({kind: measure(kind, column, rows, header) for kind in ("mean", "median", "sum", "min", "max", "stdev")})
        out.append(entry)
    return out

def joined(header, rows):
    more_header, more_rows = load(SPEC["join"]["path"])
    on = SPEC["join"]["on"]
    if on is None:
        common = [column for column in header if any(key_of(column) == key_of(other) for other in more_header)]
        if len(common) != 1:
            raise KeyError(f"The tables share {len(common)} columns ({', '.join(common) or 'none'}); say which one to join on.")
        on = common[0]
    left, right = find(on, header), find(on, more_header)
    index = {}
    for row in more_rows:
        index.setdefault(str(row[right]).strip(), []).append(row)
    names = {column: (column if column not in header else column + "_2") for column in more_header if column != right}
    out = [{**row, **{name: other[column] for column, name in names.items()}} for row in rows for other in index.get(str(row[left]).strip(), [])]
    return header + list(names.values()), out

def derived(header, rows):
    name, (terms, signs) = SPEC["derive"]["name"], parsed(SPEC["derive"]["formula"], header)
    if any(key_of(column) == key_of(name) for column in header):
        raise ValueError(f"There is a column {name!r} already.")
    def value(row):
        try:
            return worked_out(terms, signs, row)
        except ZeroDivisionError:
            return None
    return header + [name], [{**row, name: "" if (found := value(row)) is None else clean(found)} for row in rows]

def numbered(rows):
    first, last = SPEC["range"]["from"], SPEC["range"]["to"]
    if first > len(rows):
        raise ValueError(f"There are {len(rows)} rows below the header, so there is no row {first}.")
    return rows[first - 1:last]

def answer():
    path = SPEC.get("path")
    header, rows = load(path)
    place = path or "the document"
    if SPEC.get("join"):
        header, rows = joined(header, rows)
        place = f"{place} joined with {SPEC['join']['path']}"
    if SPEC.get("derive"):
        header, rows = derived(header, rows)
    total = len(rows)
    filters = [[{**test, "column": test["column"] if test["column"] == "*" else find(test["column"], header)} for test in tests] for tests in SPEC["filters"]]
    if any(filters):
        rows = [row for row in rows if any(all(holds(row, test) for test in tests) for tests in filters)]
    if not rows and any(test["column"] == "*" for tests in filters for test in tests):
        raise ValueError(f"No cell of {place} holds {filters[0][0]['value']!r}.")
    if SPEC.get("range") and not SPEC.get("sort"):
        rows = numbered(rows)
    kept = f"{len(rows)} of {total} rows" if any(filters) or SPEC.get("range") else f"{total} rows"
    ask, group, wanted = SPEC["ask"], [find(column, header) for column in SPEC["group"]], SPEC["measures"]
    if ask == "columns":
        return {"value": header, "count": len(header), "summary": f"{place} has {len(header)} columns: {', '.join(header)}.", "text": rendered(header, ["column"], [{"column": name} for name in header])}
    if ask == "shape":
        return {"value": {"rows": total, "columns": len(header)}, "summary": f"{place} has {total} rows and {len(header)} columns.", "text": f"rows: {total}\ncolumns: {len(header)}\n"}
    if ask == "describe" and not group:
        columns = described(header, rows)
        fields = list(dict.fromkeys(key for entry in columns for key in entry))
        lines = ["; ".join(f"{key} {show(value)}" for key, value in entry.items() if key != "column") for entry in columns]
        listed = [f"{entry['column']}: {line}" for entry, line in zip(columns, lines)]
        text = json.dumps(columns, indent=2) + "\n" if SPEC.get("form") == "json" else as_csv(fields, [{field: entry.get(field) for field in fields} for entry in columns]) if SPEC.get("form") == "csv" else f"{place}: {len(rows)} rows, {len(header)} columns\n" + "\n".join(listed) + "\n"
        return {"value": {entry["column"]: {key: value for key, value in entry.items() if key != "column"} for entry in columns}, "rows": len(rows), "columns": header,
                "summary": f"{place} has {kept} and {len(header)} columns. " + ". ".join(listed) + ".", "text": text}
    if ask == "share":
        if total == 0:
            raise ValueError(f"{place} has no rows.")
        part = clean(len(rows) / total * (100 if SPEC["as"] == "percent" else 1))
        unit = " %" if SPEC["as"] == "percent" else ""
        return {"value": part, "rows": len(rows), "of": total, "summary": f"{part}{unit} of the rows of {place} fit ({len(rows)} of {total}).", "text": f"{part}\n"}
    if group:
        if not wanted:
            wanted = [{"measure": "count", "column": None}]
        buckets = {}
        for row in rows:
            buckets.setdefault(tuple(str(row[column]).strip() for column in group), []).append(row)
        header_out = group + [label(item) for item in wanted]
        table = [{**dict(zip(group, names)), **{label(item): measured(item, members, header) for item in wanted}} for names, members in buckets.items()]
        return listed_groups(place, kept, group, wanted, header_out, table)
    if wanted:
        values = [measured(item, rows, header) for item in wanted]
        sentence = "; ".join(f"the {said(item)} is {show(value)}" for item, value in zip(wanted, values))
        note = "".join(f" {count} cells of {column} hold no number." for column, count in skipped.items())
        value = values[0] if len(values) == 1 else {label(item): value for item, value in zip(wanted, values)}
        columns = [label(item) for item in wanted]
        if any(value is None for value in values) and not rows:
            sentence += " (no row fits)"
        return {"value": value, "rows": len(rows), "summary": f"In {place} ({kept}) {sentence}.{note}", "text": rendered(value, columns, [dict(zip(columns, values))])}
    return listed_rows(place, kept, header, rows)

def listed_groups(place, kept, group, wanted, header, table):
    sort = SPEC.get("sort")
    if sort:
        column = sort["column"]
        by = header[-1] if column is None else None
        if by is None:
            by = next((name for name in header if key_of(name) == key_of(column)), None) or next((label(item) for item in wanted if item["column"] and key_of(item["column"]) == key_of(column)), None)
        if by is None and key_of(column) in ("count", "total", "sum", "average", "mean", "result", "value", "frequency"):
            by = header[-1]
        if by is None:
            raise KeyError(f"There is no column {column!r} to sort the groups by; there are: {', '.join(header)}.")
        table = sorted(table, key=lambda row: order(row[by]), reverse=sort["descending"])
    else:
        table = sorted(table, key=lambda row: [order(row[column]) for column in group])
    ranked, limit = table, SPEC.get("limit")
    if limit:
        table = table[:limit["count"]] if limit["end"] == "first" else table[-limit["count"]:]
    if SPEC["ask"] == "which" and table:
        value = table[0][header[-1]]
        best = [row for row in ranked if row[header[-1]] == value] if limit and limit["count"] == 1 else table[:1]
        name = " and ".join(", ".join(str(row[column]) for column in group) for row in best)
        return {"value": name, "rows": [typed(row) for row in best], "summary": f"{name} ({header[-1]} {show(value)}), of {kept} in {place}.", "text": f"{name}\n"}
    names = [", ".join(str(row[column]) for column in group) for row in table]
    keys = header[len(group):]
    value = {name: row[keys[0]] if len(keys) == 1 else {key: row[key] for key in keys} for name, row in zip(names, table)}
    sentence = "; ".join(f"{name}: " + ", ".join(show(row[key]) for key in keys) for name, row in zip(names[:50], table))
    what = " and ".join(said(item) for item in wanted)
    text = rendered(value, header, table) if len(keys) == 1 or SPEC.get("form") else as_csv(header, table)
    return {"value": value, "rows": [typed(row) for row in table][:500], "summary": f"The {what} by {' and '.join(group)} in {place} ({kept}): {sentence}.", "text": text}

def listed_rows(place, kept, header, rows):
    sort, limit, ask = SPEC.get("sort"), SPEC.get("limit"), SPEC["ask"]
    if sort:
        column = find(sort["column"], header) if sort["column"] else header[0]
        if ask == "which":
            rows = [row for row in rows if str(row[column]).strip() != ""]
        for key in reversed([{**sort, "column": column}, *sort.get("next", [])]):
            by = find(key["column"], header)
            rows = sorted(rows, key=lambda row: order(row[by]), reverse=key["descending"])
    if sort and SPEC.get("range"):
        rows = numbered(rows)
    best = rows[0][column] if ask == "which" and rows else None
    select = [find(column, header) for column in SPEC.get("select") or []]
    if ask == "which" and rows:
        same = [row for row in rows if row[column] == best]
        named = [column for column in header if key_of(column) in ("name", "fullname", "title") or key_of(column).endswith("name")]
        select = select or named[:1]
        shown = select or header
        value = typed(same[0]) if not select else [str(row[select[0]]) for row in same] if len(same) > 1 else str(same[0][select[0]])
        name = ", ".join(str(row[shown[0]]) for row in same)
        return {"value": value, "rows": [typed(row) for row in same], "summary": f"{shown[0]} {name} has the {'highest' if sort['descending'] else 'lowest'} {column} ({best}) of {kept} in {place}.", "text": f"{name}\n"}
    if select:
        header, rows = select, [{column: row[column] for column in select} for row in rows]
    if SPEC.get("distinct"):
        seen, unique = set(), []
        for row in rows:
            mark = tuple(str(row[column]).strip() for column in header)
            if mark not in seen:
                seen.add(mark)
                unique.append(row)
        rows = unique
    if limit:
        rows = rows[:limit["count"]] if limit["end"] == "first" else rows[-limit["count"]:]
    records = [typed(row) for row in rows]
    if ask in ("values", "rows") and len(header) == 1:
        value = [row[header[0]] for row in records]
        shown = ", ".join(map(show, value[:50]))
        different = " different" if SPEC.get("distinct") else ""
        return {"value": value[:1000], "count": len(value), "summary": f"{len(value)}{different} values of {header[0]} in {place}: {shown}.", "text": rendered(value, header, rows)}
    form = SPEC.get("form")
    text = json.dumps(records, ensure_ascii=False, indent=2) + "\n" if form == "json" or (ask == "to_json" and form != "csv") else as_csv(header, rows)
    shown = "; ".join(", ".join(f"{key} {show(row[key])}" for key in header) for row in records[:10])
    return {"value": records[:500], "row_count": len(records), "summary": f"{len(records)} rows of {place} ({kept}): {shown}{' …' if len(records) > 10 else ''}.", "text": text}

answer()
`}`;
