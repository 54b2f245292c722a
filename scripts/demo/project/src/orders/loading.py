"""Reads order files."""

import csv

from .processing import process_data


def read_rows(source):
    with open(source, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def load_totals(source):
    """Revenue by city, from a file of orders."""
    rows = read_rows(source)
    return process_data(rows)
