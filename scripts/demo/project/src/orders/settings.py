"""What the command line says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    source: str = "orders.csv"
    currency: str = "EUR"

    @classmethod
    def from_arguments(cls, arguments):
        if not arguments:
            return cls()
        return cls(source=arguments[0])
