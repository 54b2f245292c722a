"""Prints the revenue report. It all ends in process_data(), but not from here directly."""

import sys

from orders.settings import Settings
from reports.builder import ReportBuilder


def main() -> int:
    settings = Settings.from_arguments(sys.argv[1:])
    builder = ReportBuilder(settings)
    report = builder.build()
    print(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
