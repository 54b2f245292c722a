"""The report of last year, kept for its numbers; nothing imports it."""

from orders.processing import process_data


def legacy_main(rows):
    return process_data(rows)
