/** The program behind every question about a text; `SPEC` is a TextWork with a place to read. */
export const TEXT_PROGRAM = String.raw`
import collections, html, math, re, statistics, sys

def load():
    if "text" in SPEC:
        return SPEC["text"]
    if not SPEC["paths"]:
        return sys.stdin.read()
    parts = []
    for path in SPEC["paths"]:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            parts.append(file.read().replace("\r\n", "\n"))
    return "\n".join(part.rstrip("\n") for part in parts) + ("\n" if parts[-1].endswith("\n") else "") if len(parts) > 1 else parts[0]

STOP = set("a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it its may me more most my no not of on one or our out over she should so some such than that the their them then there these they this those to too up us was we were what when where which who will with would you your".split())

def words_of(text):
    return re.findall(r"[^\W_]+(?:['\u2019-][^\W_]+)*", text)

def without_tags(text):
    if not re.search(r"<(?:html|body|p|div|head|!doctype)\b", text, re.I):
        return text
    text = re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", text)
    text = re.sub(r"(?i)</(?:p|div|h\d|li|tr|title)>|<br\s*/?>", "\n", text)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))

def sentences_of(text):
    paragraphs = [re.sub(r"\s+", " ", part).strip() for part in re.split(r"\n\s*\n|\n(?=#|[-*] )", text)]
    paragraphs = [part for part in paragraphs if part and not re.fullmatch(r"#+ .*|[=\-*_ ]+", part)]
    found = []
    for part in paragraphs:
        found.extend(piece.strip() for piece in re.split(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+(?=[\"'\u201c\u2018(]*[A-Z0-9\u00c0-\u00dd])", part))
    return [piece for piece in found if re.search(r"\w", piece)]

def summary(text, limit):
    sentences = sentences_of(without_tags(text))
    if len(sentences) <= limit:
        return sentences
    counts = collections.Counter(word.lower() for sentence in sentences for word in words_of(sentence) if word.lower() not in STOP and len(word) > 2)
    most = max(counts.values(), default=1)
    def score(at):
        words = [word.lower() for word in words_of(sentences[at])]
        weight = sum(counts[word] / most for word in set(words) if word in counts)
        return weight / math.sqrt(len(words) + 4) * (1.25 if at == 0 else 1.0)
    best = sorted(range(len(sentences)), key=lambda at: (-score(at), at))[:limit]
    return [sentences[at] for at in sorted(best)]

def counted(text, what):
    lines = text.splitlines()
    return {
        "lines": lambda: len(lines),
        "unique_lines": lambda: len(set(lines)),
        "nonempty_lines": lambda: sum(1 for line in lines if line.strip()),
        "blank_lines": lambda: sum(1 for line in lines if not line.strip()),
        "words": lambda: len(text.split()),
        "characters": lambda: len(text),
        "bytes": lambda: len(text.encode("utf-8")),
        "sentences": lambda: len(sentences_of(text)),
        "paragraphs": lambda: len([part for part in re.split(r"\n\s*\n", text) if part.strip()]),
        "unique_words": lambda: len(set(word.lower() for word in words_of(text))),
    }[what]()

def clean(value):
    if isinstance(value, float):
        value = float(f"{value:.15g}")
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value

def numbers_in(text):
    return [float(part) if re.search(r"[.eE]", part) else int(part) for part in re.findall(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w])", re.sub(r"(?<=\d),(?=\d{3}\b)", "", text))]

def measured(kind, numbers):
    if kind == "count":
        return len(numbers)
    if not numbers:
        raise ValueError("There are no numbers in it.")
    if kind == "sum":
        return clean(math.fsum(numbers) if any(isinstance(item, float) for item in numbers) else sum(numbers))
    if kind == "mean":
        return clean(math.fsum(numbers) / len(numbers))
    return clean({"median": statistics.median, "min": min, "max": max, "stdev": statistics.stdev}[kind](numbers))

def lines_text(lines):
    return "".join(line + "\n" for line in lines)

def fits(line, test, fold):
    needle = test["needle"]
    if fold:
        line, needle = line.lower(), needle.lower()
    found = needle in line if test["at"] == "in" else line.lstrip().startswith(needle) if test["at"] == "start" else line.rstrip().endswith(needle)
    return found != test["invert"]

LEVEL = r"\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL)\b"

def by_mark(text, needles):
    lines = text.splitlines()
    if needles:
        return {needle: sum(needle in line for line in lines) for needle in needles}
    levels = [match.group(1) for line in lines if (match := re.search(LEVEL, line))]
    if not levels:
        raise ValueError("No line names a log level in capitals.")
    return dict(collections.Counter(levels))

def find_all(text, needle, whole, fold):
    pattern = re.escape(needle)
    if whole:
        pattern = r"(?<!\w)" + pattern + r"(?!\w)"
    return len(re.findall(pattern, text, re.I if fold else 0))

def respond(query, text, place):
    op = query["op"]
    if op == "count":
        values = {what: counted(text, what) for what in query["what"]}
        said = ", ".join(f"{value} {what.replace('_', ' ').replace('nonempty', 'non-empty')}" for what, value in values.items())
        if len(values) == 1:
            value = next(iter(values.values()))
            return value, f"{place} has {said}.", f"{value}\n"
        return values, f"{place} has {said}.", "".join(f"{what}: {value}\n" for what, value in values.items())
    if op == "occurrences":
        fold = query.get("fold", query["whole_word"])
        count = find_all(text, query["needle"], query["whole_word"], fold)
        note = ""
        if not query["whole_word"] and not fold:
            folded = len(re.findall(re.escape(query["needle"]), text, re.I))
            note = f" ({folded} when upper and lower case are the same)" if folded != count else ""
        return count, f"{query['needle']!r} appears {count} times in {place}{note}.", f"{count}\n"
    if op == "top_words":
        everything = collections.Counter(word.lower() for word in words_of(without_tags(text)))
        best = sorted(everything.items(), key=lambda item: (-item[1], item[0]))[:query["limit"]]
        content = sorted(((word, count) for word, count in everything.items() if word not in STOP), key=lambda item: (-item[1], item[0]))[:query["limit"]]
        value = [{"word": word, "count": count} for word, count in best]
        also = "" if content == best else " Without function words: " + ", ".join(f"{word} ({count})" for word, count in content) + "."
        return value, f"The most common words of {place}: " + ", ".join(f"{word} ({count})" for word, count in best) + "." + also, "".join(f"{word}: {count}\n" for word, count in best)
    if op in ("longest", "shortest"):
        pieces = [line for line in text.splitlines() if line.strip()] if query["what"] == "line" else words_of(text)
        if not pieces:
            raise ValueError(f"{place} is empty.")
        if "limit" in query:
            ranked = sorted(dict.fromkeys(piece.lower() for piece in pieces), key=len, reverse=op == "longest")[:query["limit"]]
            return ranked, f"The {len(ranked)} {op} {query['what']}s of {place}: " + ", ".join(f"{piece} ({len(piece)})" for piece in ranked) + ".", lines_text(ranked)
        best = (max if op == "longest" else min)(pieces, key=len)
        if query.get("length"):
            return len(best), f"The {op} {query['what']} of {place} has {len(best)} characters: {best!r}.", f"{len(best)}\n"
        return best, f"The {op} {query['what']} of {place} is {best!r} ({len(best)} characters).", best + "\n"
    if op == "summary":
        chosen = summary(text, query["sentences"])
        if not chosen:
            raise ValueError(f"{place} has no sentences to summarise.")
        joined = " ".join(chosen)
        return joined, joined, joined + "\n"
    if op == "lines":
        lines = text.splitlines()
        limit, which = query["limit"], query["which"]
        chosen = {"first": lines[:limit], "last": lines[-limit:], "ends": lines[:limit] + lines[-limit:], "after": lines[limit:], "before": lines[:-limit]}[which]
        value = chosen[0] if limit == 1 and chosen and which in ("first", "last") else chosen
        told = {"ends": f"The first and last {limit}", "after": f"All but the first {limit}", "before": f"All but the last {limit}"}.get(which, f"The {which} {len(chosen)}")
        return value, f"{told} of {len(lines)} lines of {place}: " + " | ".join(chosen), lines_text(chosen)
    if op == "line":
        lines = text.splitlines()
        if not 1 <= query["number"] <= len(lines):
            raise ValueError(f"{place} has {len(lines)} lines, so there is no line {query['number']}.")
        line = lines[query["number"] - 1]
        return line, f"Line {query['number']} of {place}: {line}", line + "\n"
    if op == "line_range":
        lines, first, last = text.splitlines(), query["from"], query["to"]
        if first > len(lines):
            raise ValueError(f"{place} has {len(lines)} lines, so there is no line {first}.")
        chosen = lines[first - 1:last]
        return chosen, f"Lines {first} to {first + len(chosen) - 1} of {len(lines)} lines of {place}: " + " | ".join(chosen), lines_text(chosen)
    if op == "matching_lines":
        needle = query["needle"]
        lines = [(at, line) for at, line in enumerate(text.splitlines(), 1) if (needle in line) != query["invert"]]
        if query.get("level") and not lines and needle.lower() in text.lower():
            raise ValueError(f"No line of {place} says {needle} in capitals, but some hold it otherwise; say which lines are meant.")
        without = "without" if query["invert"] else "with"
        if query["count"]:
            return len(lines), f"{place} has {len(lines)} lines {without} {needle!r}.", f"{len(lines)}\n"
        return [line for _, line in lines], f"{place} has {len(lines)} lines {without} {needle!r}: " + " | ".join(f"{at}: {line}" for at, line in lines[:20]), lines_text(line for _, line in lines)
    if op == "lines_where":
        chosen = [(at, line) for at, line in enumerate(text.splitlines(), 1) if any(all(fits(line, test, query["fold"]) for test in tests) for tests in query["any"])]
        if query["count"]:
            return len(chosen), f"{len(chosen)} lines of {place} fit.", f"{len(chosen)}\n"
        return [line for _, line in chosen], f"{len(chosen)} lines of {place} fit: " + " | ".join(f"{at}: {line}" for at, line in chosen[:20]), lines_text(line for _, line in chosen)
    if op == "count_each":
        counts = by_mark(text, query["needles"])
        return counts, f"Lines of {place}: " + ", ".join(f"{count} {mark}" for mark, count in counts.items()) + ".", "".join(f"{mark}: {count}\n" for mark, count in counts.items())
    if op == "numbers":
        numbers = numbers_in(text)
        value = measured(query["measure"], numbers)
        return value, f"The {query['measure']} of the {len(numbers)} numbers in {place} is {value}.", f"{value}\n"
    if op == "title":
        match = re.search(r"(?is)<title[^>]*>(.*?)</title>", text) or re.search(r"(?m)^#\s+(.+)$", text)
        if not match:
            raise ValueError(f"{place} has no title.")
        title = re.sub(r"\s+", " ", html.unescape(match.group(1))).strip()
        return title, f"The title of {place} is {title!r}.", title + "\n"
    if op == "extract":
        pattern = {"emails": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "urls": r"https?://[^\s<>\"')\]]+", "dates": r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"}
        found = [str(clean(item)) for item in numbers_in(text)] if query["what"] == "numbers" else list(dict.fromkeys(item.rstrip(".,;:") for item in re.findall(pattern[query["what"]], text)))
        value = [clean(item) for item in numbers_in(text)] if query["what"] == "numbers" else found
        return value, f"{len(found)} {query['what']} in {place}: " + ", ".join(found[:100]), lines_text(found)
    changed = reshaped(query, text)
    return changed, f"{place} {query['op'].replace('_', ' ')}: " + re.sub(r"\s*\n\s*", " | ", changed.strip())[:1000], changed

def reshaped(query, text):
    op, lines = query["op"], text.splitlines()
    if op == "sort_lines":
        lines = [line for line in lines if line.strip()]
        numeric = query["numeric"] or all(re.fullmatch(r"\s*[-+]?\d+(\.\d+)?\s*", line) for line in lines)
        lines.sort(key=(lambda line: float(re.search(r"[-+]?\d+(?:\.\d+)?", line).group())) if numeric else (lambda line: (line.lower(), line)), reverse=query["descending"])
        return lines_text(lines)
    if op == "unique_lines":
        return lines_text(dict.fromkeys(lines))
    if op == "reverse":
        if query["what"] == "lines":
            return lines_text(reversed(lines))
        return " ".join(reversed(text.split())) if query["what"] == "words" else text.rstrip("\n")[::-1] + ("\n" if text.endswith("\n") else "")
    if op == "case":
        return {"upper": text.upper, "lower": text.lower, "title": text.title}[query["to"]]()
    if op == "replace":
        if query["old"] not in text:
            raise ValueError(f"The text {query['old']!r} is not in it.")
        return text.replace(query["old"], query["new"])
    return without_tags(text)

text, place = load(), SPEC["place"]
answers = [respond(query, text, place) for query in SPEC["queries"]]
{"value": answers[0][0], "summary": answers[0][1], "text": answers[0][2]}
`;
