"""Heads counted anew from the log (重建索引): what an order is found by follows from its events and private records.

So a head can always be checked, and one that is lost or wrong can be made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from .core.codec import decode
from .core.errors import RequestError, StoreError
from .core.evolve import fold
from .heads import head_of
from .privacy import of_order
from .stores._rules import several
from .stores.port import UNREADABLE, Head, Keeping, Record, Store
from .whole import readable

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
        StoreError: ``not-exportable``: the store does not give its private records whole; ``orders-unreadable`` at the
            end, naming every order that cannot be read (``facts["broken"]``): all others were compared.
    """
    broken: list[StoreError] = []
    for place, heads in _counted(store, broken):
        for counted in heads:
            stored = _stored(store, place, counted.number)
            if stored != counted:
                yield Difference(place, counted.number, stored, counted)
    _refuse(broken)


def rebuild(store: Store) -> Iterator[Difference]:
    """Put every head, desk and word of *store* in place anew (重建); yield those that were wrong, as they are mended.

    Raises:
        StoreError: ``not-rebuildable``, ``not-exportable``; ``orders-unreadable`` at the end, naming every order that
            cannot be read: those have the heads they had, and all others were mended.
    """
    if not isinstance(store, Reindexing):
        raise StoreError(
            "此存储不能就地重建索引",
            "this store's heads cannot be put in place anew",
            code="not-rebuildable",
            hint="请用 store export 导出，再 store import 到新的存储",
            hint_en="export it with store export, and import it into a new store",
        )
    broken: list[StoreError] = []
    for place, heads in _counted(store, broken):
        wrong = [Difference(place, h.number, s, h) for h in heads if (s := _stored(store, place, h.number)) != h]
        store.reindex(place, heads)
        yield from wrong
    for place in store.places():
        store.reindex(place, ())
    _refuse(broken)


def _stored(store: Store, place: str, number: str) -> Head | None:
    """Return the head that is there; ``None``, too, for one that cannot be read."""
    try:
        return store.head(place, number)
    except StoreError as error:
        if error.code != "broken-head":
            raise
        return None


def _counted(store: Store, broken: list[StoreError]) -> Iterator[tuple[str, list[Head]]]:
    if not isinstance(store, Keeping):
        raise StoreError(
            "此存储不给出完整的隐私记录",
            "this store does not give its private records whole",
            code="not-exportable",
            hint="存储插件须实现 kept(place, number)",
            hint_en="its plug-in has to have kept(place, number)",
        )
    numbers: dict[str, dict[str, None]] = {}
    for fed in readable(store):
        place, number = fed.facts["order"] if isinstance(fed, StoreError) else fed.record[:2]
        if isinstance(place, str) and isinstance(number, str):
            numbers.setdefault(place, {})[number] = None
        else:
            broken.append(_broken((place, number), "地方或编号不是文本", "its place or number is no text"))
    for place, wanted in sorted(numbers.items()):
        every = sorted(wanted)
        for start in range(0, len(every), PAGE):
            some = every[start : start + PAGE]
            heads = [_head_of(store, place, number, records) for number, records in _streams(store, place, some)]
            broken += [each for each in heads if isinstance(each, StoreError)]
            yield place, [each for each in heads if isinstance(each, Head)]


def _streams(store: Store, place: str, numbers: list[str]) -> Iterator[tuple[str, list[Record] | StoreError]]:
    """Yield the records of each order, or why they cannot be read."""
    try:
        found = store.streams(place, numbers)
    except StoreError as error:
        if error.code not in UNREADABLE:
            raise
        if len(numbers) == 1:
            yield numbers[0], error
        else:  # one by one
            for number in numbers:
                yield from _streams(store, place, [number])
        return
    yield from ((number, found.get(number, [])) for number in numbers)


def _head_of(store: Any, place: str, number: str, records: list[Record] | StoreError) -> Head | StoreError:
    """Count one head anew, or return why it cannot be."""
    if isinstance(records, StoreError):
        return records
    where = (place, number)
    if not records or [record.version for record in records] != [*range(1, len(records) + 1)]:
        return _broken(where, "记录不连续", "records of it are missing")
    try:
        order = fold([decode(record.kind, record.data, record.schema) for record in records])
        first = next((each for each in store.kept(place, number) if each.id == "1"), None)
        known = first is not None and not order.intake.anonymous and first.person != of_order(number)
        head = head_of(order, first.person if first is not None and known else "")
    except StoreError as error:
        if error.code not in UNREADABLE:
            raise
        error.facts.setdefault("order", where)
        return error
    except (RequestError, LookupError, TypeError, ValueError, AttributeError) as error:
        # Each record is an event, and together they are none that could have happened.
        return _broken(where, f"记录前后矛盾：{error}", f"its records contradict one another: {error}")
    if head[:3] != (*where, len(records)):
        return _broken(where, "收件记录说的是另一张工单", "it was received as another order")
    return head


def _broken(order: tuple[object, object], zh: str, en: str) -> StoreError:
    return StoreError(
        zh,
        en,
        code="broken-store",
        hint="请运行 audit verify 查明，并从备份恢复",
        hint_en="audit verify finds what was altered; restore from a backup",
        order=order,
    )


def _refuse(broken: list[StoreError]) -> None:
    if broken:
        raise several(
            broken,
            f"有 {len(broken)} 处读不了，所在工单的索引没有动，其余工单已照常处理：",
            f"{len(broken)} cannot be read; their heads were left as they are, and all other orders were seen to:",
            "orders-unreadable",
            "逐一处理上面各单后再执行一次",
            "see to each of them, then run it again",
        )
