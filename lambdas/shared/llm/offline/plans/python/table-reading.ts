/** Reading a table, finding columns, testing rows and measuring: the first half of the program for tables. */
export const TABLE_READING = String.raw`
import csv, io, math, os, re, statistics, sys

marks = {}

def load(path):
    if path is None:
        text, name = sys.stdin.read(), ""
    else:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            text, name = file.read(), path.lower()
    stripped = text.lstrip()
    if name.endswith((".jsonl", ".ndjson")):
        data = [json.loads(line) for line in text.splitlines() if line.strip()]
    elif name.endswith(".json") or (not name and stripped[:1] in "[{"):
        data = json.loads(text)
        if isinstance(data, dict):
            lists = [value for value in data.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
            if len(lists) != 1:
                raise ValueError("The JSON document holds no list of records.")
            data = lists[0]
    else:
        first = text.split("\n", 1)[0]
        counts = {mark: first.count(mark) for mark in (",", ";", "\t", "|")}
        best = "\t" if name.endswith(".tsv") else max(counts, key=counts.get)
        marks[path] = best
        table = [row for row in csv.reader(io.StringIO(text), delimiter=best) if any(cell.strip() for cell in row)]
        if not table:
            raise ValueError("The table is empty.")
        header = [cell.strip() for cell in table[0]]
        return header, [dict(zip(header, [cell.strip() for cell in row] + [""] * (len(header) - len(row)))) for row in table[1:]]
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise ValueError("The JSON document is no list of records.")
    header = []
    for row in data:
        header.extend(key for key in row if key not in header)
    return header, [{key: row.get(key, "") for key in header} for row in data]

def key_of(name):
    return re.sub(r"[\s_\-]+", "", str(name)).lower()

def find(name, header):
    if name in header:
        return name
    wanted = key_of(name)
    forms = [wanted, wanted + "s", re.sub(r"s$", "", wanted), re.sub(r"es$", "", wanted), re.sub(r"ies$", "y", wanted)]
    for form in forms:
        found = [column for column in header if key_of(column) == form]
        if len(found) == 1:
            return found[0]
    raise KeyError(f"There is no column {name!r}; the columns are: {', '.join(header)}.")

def number(value):
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else None
    text = str(value).strip().replace("\u2212", "-")
    text = re.sub(r"^(-?)[$\u20ac\u00a3]\s*", r"\1", text)
    text = re.sub(r"(?<=\d)\s*(%|\u20ac|\$|\u00a3)$", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    if re.fullmatch(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?", text):
        return float(text)
    return None

def clean(value):
    if isinstance(value, float):
        if SPEC.get("decimals") is not None:
            value = round(value, SPEC["decimals"])
        value = float(f"{value:.15g}")
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value

def order(value):
    parsed = number(value)
    return (0, parsed, "") if parsed is not None else (1, 0, str(value).lower())

def holds(row, test):
    if test["column"] == "*":
        return any(holds(row, {**test, "column": column}) for column in row)
    cell, wanted = row[test["column"]], test["value"]
    op = test["op"]
    text, other = str(cell).strip().lower(), str(wanted).strip().lower()
    if op == "empty":
        return text == ""
    if op == "not_empty":
        return text != ""
    if op == "contains":
        return other in text
    if op == "not_contains":
        return other not in text
    if op == "starts":
        return text.startswith(other)
    if op == "ends":
        return text.endswith(other)
    left, right = number(cell), number(wanted)
    both = left is not None and right is not None
    if op == "==":
        return left == right if both else text == other
    if op == "!=":
        return left != right if both else text != other
    if not both:
        if text == "" or (left is None) != (right is None):
            return False
        left, right = text, other
    return {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[op]

def parsed(formula, header):
    tokens = re.findall(r"\[[^\]]*\]|\d+(?:\.\d+)?|[-+*/]", formula)
    return [find(part[1:-1], header) if part.startswith("[") else number(part) for part in tokens[0::2]], tokens[1::2]

def worked_out(terms, signs, row):
    operands = [number(row[term]) if isinstance(term, str) else term for term in terms]
    return None if any(operand is None for operand in operands) else arithmetic(operands, signs)

def cells(rows, column, header):
    if column is not None and "[" in column:
        terms, signs = parsed(column, header)
        return [value for value in (worked_out(terms, signs, row) for row in rows) if value is not None]
    return [row[find(column, header)] for row in rows]

def arithmetic(operands, signs):
    values, rest = [operands[0]], []
    for sign, operand in zip(signs, operands[1:]):
        if sign == "*":
            values[-1] *= operand
        elif sign == "/":
            values[-1] /= operand
        else:
            rest.append(sign)
            values.append(operand)
    total = values[0]
    for sign, value in zip(rest, values[1:]):
        total = total + value if sign == "+" else total - value
    return total

def percentile(numbers, at):
    ranked = sorted(numbers)
    place = (len(ranked) - 1) * at / 100
    low = math.floor(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)

def correlation(left, right, rows, header):
    pairs = [(number(row[find(left, header)]), number(row[find(right, header)])) for row in rows]
    whole = [pair for pair in pairs if None not in pair]
    if len(whole) < 2:
        raise ValueError(f"Fewer than two rows have numbers in both {left} and {right}.")
    try:
        return clean(float(statistics.correlation([a for a, _ in whole], [b for _, b in whole])))
    except statistics.StatisticsError:
        raise ValueError(f"All values of {left} or of {right} are the same, so they have no correlation.") from None

def measured(item, rows, header):
    if item["measure"] == "correlation":
        return correlation(item["column"], item["with"], rows, header)
    return measure(item["measure"], item["column"], rows, header, item.get("at"))

def measure(kind, column, rows, header, at=None):
    if kind == "count" and column is None:
        return len(rows)
    found = [cell for cell in cells(rows, column, header) if str(cell).strip() != ""]
    if kind == "count":
        return len(found)
    if kind == "unique":
        return len(set(str(cell).strip() for cell in found))
    if kind == "mode":
        if not found:
            return None
        modes = statistics.multimode([str(cell) for cell in found])
        answer = modes[0] if len(modes) == 1 else modes
        return number(answer) if isinstance(answer, str) and number(answer) is not None else answer
    numbers = [value for value in map(number, found) if value is not None]
    if not numbers:
        if found and kind in ("min", "max"):
            return (min if kind == "min" else max)(found, key=lambda cell: str(cell))
        if found:
            raise ValueError(f"The column {column!r} holds no numbers.")
        return 0 if kind == "sum" else None
    if len(numbers) < len(found):
        skipped[column] = len(found) - len(numbers)
    if kind == "sum":
        return clean(math.fsum(numbers) if any(isinstance(value, float) for value in numbers) else sum(numbers))
    if kind == "mean":
        return clean(float(math.fsum(numbers) / len(numbers)))
    if kind == "percentile":
        return clean(percentile(numbers, at))
    if kind == "range":
        return clean(max(numbers) - min(numbers))
    if kind in ("stdev", "variance") and len(numbers) < 2:
        return None
    return clean({"median": statistics.median, "min": min, "max": max, "stdev": statistics.stdev, "pstdev": statistics.pstdev,
                  "variance": statistics.variance, "pvariance": statistics.pvariance}[kind](numbers))
`;
