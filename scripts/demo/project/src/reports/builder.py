"""Builds the report."""

from orders.loading import load_totals as totals_of

from .layout import format_table


class ReportBuilder:
    def __init__(self, settings):
        self.settings = settings

    def build(self):
        totals = self.collect()
        return format_table(totals, self.settings.currency)

    def collect(self):
        # main -> build -> process_data() would be shorter, and wrong.
        return totals_of(self.settings.source)
