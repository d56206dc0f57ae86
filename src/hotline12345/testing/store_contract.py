"""The store contract (存储契约): a store is a store when it passes these clauses.

Each clause has a number (S1 …) that documents and issues may cite; it keeps its number for good, and
new clauses are added at the end.  Which clauses a store skips, it says by its flags, and pytest shows
them as skipped.
"""

from __future__ import annotations

from .store_apart import ApartClauses
from .store_asking import AskingClauses
from .store_feed import FeedClauses
from .store_finding import FindingClauses
from .store_lasting import LastingClauses
from .store_privacy import PrivacyClauses
from .store_sharing import SharingClauses
from .store_trouble import TroubleClauses
from .store_writing import WritingClauses


class StoreContract(
    WritingClauses,
    FeedClauses,
    FindingClauses,
    PrivacyClauses,
    TroubleClauses,
    AskingClauses,
    SharingClauses,
    ApartClauses,
    LastingClauses,
):
    """Subclass it as ``class TestMyStore(StoreContract)``, give ``open(self, path)`` and the flags.

    ``durable = True`` where a store opened again at the same path finds what it wrote;
    ``processes = True`` and ``url(self, path)`` where several processes may write at once;
    ``leases``, ``parks``, ``chains``, ``exports`` where it can do what workers, deliveries, audits and exports need.
    """
