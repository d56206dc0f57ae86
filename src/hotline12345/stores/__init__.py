"""Where orders are kept (存储): the port, and the stores that come with the library."""

from .port import SCHEMA, Append, Appended, Desk, Fed, Head, Page, Private, Query, Record, Store

__all__ = ["SCHEMA", "Append", "Appended", "Desk", "Fed", "Head", "Page", "Private", "Query", "Record", "Store"]
