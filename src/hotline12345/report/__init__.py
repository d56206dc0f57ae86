"""From results to something a person reads (报表): tables as text, CSV or JSON."""

from .tables import Column, Table, guard_csv, render

__all__ = ["Column", "Table", "guard_csv", "render"]
