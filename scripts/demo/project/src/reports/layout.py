"""Lays text out in columns."""


def format_line(name, amount, currency):
    return f"{name:<12}{amount:>10.2f} {currency}"


def format_table(totals, currency):
    lines = [format_line(name, totals[name], currency) for name in sorted(totals)]
    return "\n".join(lines)
