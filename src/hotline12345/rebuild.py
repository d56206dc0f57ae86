"""Heads counted anew from the log (重建索引): what an order is found by follows from its events and private records.

So a head can always be checked, and one that is lost or wrong can be made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from .audit import follow
from .core.codec import decode
from .core.errors import StoreError
from .core.evolve import fold
from .heads import head_of
from .privacy import of_order
from .stores.port import Head, Keeping, Store

PAGE = 500


@runtime_checkable
class Reindexing(Protocol):
    """A store whose heads can be put in place whole (可重建的存储)."""

    def reindex(self, place: str, heads: Sequence[Head]) -> None:
        """Replace these orders' heads and desks, requester included, and what their words are found by.

        Called without heads when a place is done: what is counted of it may be counted anew.
        """
        ...


class Difference(NamedTuple):
    """A head that is not what the log says (索引差异): ``stored`` is ``None`` where there is none that can be read."""

    place: str
    number: str
    stored: Head | None
    counted: Head

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that differ."""
        if self.stored is None:
            return ("head",)
        pairs = zip(Head._fields, self.stored, self.counted, strict=True)
        return tuple(name for name, stored, counted in pairs if stored != counted)


def differences(store: Store) -> Iterator[Difference]:
    """Yield every head of *store* that is not what events and private records say (核对索引); nothing is written.

    Raises:
        StoreError: ``not-exportable``: the store does not give its private records whole.
    """
    for place, heads in _counted(store):
        for counted in heads:
            stored = _stored(store, place, counted.number)
            if stored != counted:
                yield Difference(place, counted.number, stored, counted)


def rebuild(store: Store) -> Iterator[Difference]:
    """Put every head, desk and word of *store* in place anew (重建); yield those that were wrong, as they are mended.

    Raises:
        StoreError: ``not-rebuildable``, ``not-exportable``.
    """
    if not isinstance(store, Reindexing):
        raise StoreError(
            "此存储不能就地重建索引",
            "this store's heads cannot be put in place anew",
            code="not-rebuildable",
            hint="请用 store export 导出，再 store import 到新的存储",
            hint_en="export it with store export, and import it into a new store",
        )
    for place, heads in _counted(store):
        wrong = [Difference(place, h.number, s, h) for h in heads if (s := _stored(store, place, h.number)) != h]
        store.reindex(place, heads)
        yield from wrong
    for place in store.places():
        store.reindex(place, ())


def _stored(store: Store, place: str, number: str) -> Head | None:
    """Return the head that is there; ``None``, too, for one that cannot be read."""
    try:
        return store.head(place, number)
    except StoreError as error:
        if error.code != "broken-head":
            raise
        return None


def _counted(store: Store) -> Iterator[tuple[str, list[Head]]]:
    if not isinstance(store, Keeping):
        raise StoreError(
            "此存储不给出完整的隐私记录",
            "this store does not give its private records whole",
            code="not-exportable",
            hint="存储插件须实现 kept(place, number)",
            hint_en="its plug-in has to have kept(place, number)",
        )
    numbers: dict[str, dict[str, None]] = {}
    for fed in follow(store):
        numbers.setdefault(fed.record.place, {})[fed.record.number] = None
    for place, wanted in sorted(numbers.items()):
        every = sorted(wanted)
        for start in range(0, len(every), PAGE):
            found = store.streams(place, every[start : start + PAGE])
            heads = []
            for number, records in found.items():
                if [record.version for record in records] != [*range(1, len(records) + 1)]:
                    raise _gap(place, number)
                order = fold([decode(record.kind, record.data, record.schema) for record in records])
                first = next((each for each in store.kept(place, number) if each.id == "1"), None)
                known = first is not None and not order.intake.anonymous and first.person != of_order(number)
                heads.append(head_of(order, first.person if first is not None and known else ""))
            yield place, heads


def _gap(place: str, number: str) -> StoreError:
    return StoreError(
        f"工单 {place}/{number} 的记录不连续，无法重建",
        f"records of {place}/{number} are missing: its head cannot be counted anew",
        code="broken-store",
        hint="请运行 audit verify 查明，并从备份恢复",
        hint_en="audit verify finds them; restore from a backup",
    )
