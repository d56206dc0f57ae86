"""A whole store into a file and back (存储的导出与导入): records in the order of the feed, private records, keys.

The file has a row for each order, before its first record, with the head, the private records and the keys that are
there *now* (never what was forgotten), a row for each record with its link, and at the end the counts and a digest of
everything before.  It is checked as a whole before the first row of it is imported, and the new store's feed after.
Cursors and parked deliveries go along (:mod:`.readers`), so that nobody downstream misses or gets twice; leases do not.
"""

from __future__ import annotations

from .into import check, import_rows
from .out import broken, export
from .rows import Row, Summary

__all__ = ["Row", "Summary", "broken", "check", "export", "import_rows"]
