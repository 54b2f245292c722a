"""Turns rows of orders into totals."""

from collections import defaultdict
from decimal import Decimal


def parse_amount(text):
    return Decimal(text.strip())


def process_data(rows):
    totals = defaultdict(Decimal)
    for row in rows:
        totals[row["city"]] += parse_amount(row["amount"])
    return dict(totals)
