"""Heads counted anew from the log (重建索引): what an order is found by follows from its events and private records.

So a head can always be checked, and one that is lost or wrong can be made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple, Protocol, runtime_checkable

from . import whole
from .core.codec import decode
from .core.errors import RequestError, StoreError
from .core.evolve import fold
from .heads import head_of
from .privacy import of_order
from .stores._rules import several
from .stores.port import UNREADABLE, Head, Keeping, Record, Store

PAGE = 500

LOOKS = 5
"""How often an order that goes on is looked at before it is left to who writes it."""


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
    for _, heads in _counted(store, broken):
        for counted in heads:
            found = _difference(store, counted, broken)
            if found is not None:
                yield found
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
        wrong = [found for head in heads if (found := _difference(store, head, broken)) is not None]
        store.reindex(place, heads)
        yield from wrong
    for place in store.places():
        store.reindex(place, ())
    _refuse(broken)


def _difference(store: Store, counted: Head, broken: list[StoreError]) -> Difference | None:
    """Return how the head of an order is not what was counted, unless the order went on between the two looks."""
    place, number = counted[:2]
    for _ in range(LOOKS):
        stored = _stored(store, place, number)
        if stored == counted:
            return None
        found = Difference(place, number, stored, counted)
        # A head never goes back; at the same version nothing of it changes but whose it was, by who is forgotten.
        further = stored is not None and isinstance(stored.version, int) and stored.version > counted.version
        if not further and found.fields != ("requester",):
            return found
        [(_, records)] = _streams(store, place, [number])
        again = _head_of(store, place, number, records)
        if isinstance(again, StoreError):
            broken.append(again)
            return None
        if again == counted:
            return found
        counted = again
    return None  # it goes on all the time: its head is as new as its records


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
    waiting, there, counted = whole.held(store), whole.stored(store), 0
    for place, wanted in sorted(_numbers(store, broken, waiting).items()):
        every = sorted(wanted)
        for start in range(0, len(every), PAGE):
            # A head without any record is none of ours: there is nothing to make it of.
            streams = [each for each in _streams(store, place, every[start : start + PAGE]) if each[1] != []]
            counted += sum(len(records) for _, records in streams if not isinstance(records, StoreError))
            heads = [_head_of(store, place, number, records) for number, records in streams]
            broken += [each for each in heads if isinstance(each, StoreError)]
            yield place, [each for each in heads if isinstance(each, Head)]
    if waiting and not broken and counted < (there or 0):
        broken.append(_held_back((there or 0) - counted))


def _numbers(store: Store, broken: list[StoreError], waiting: int) -> dict[str, set[str]]:
    """Return the numbers of all orders by place; *waiting*: records are held back, and those of some orders all are."""
    numbers: dict[str, set[str]] = {}
    orders: list[Iterator[tuple[object, object]]] = [
        (fed.facts["order"] if isinstance(fed, StoreError) else fed.record[:2] for fed in whole.given(store))
    ]
    if waiting:  # their histories can be read, held back or not, and they have heads
        orders += [
            (head.facts["order"] if isinstance(head, StoreError) else head[:2] for head in whole.heads(store, place))
            for place in store.places()
        ]
    for place, number in chain.from_iterable(orders):
        if isinstance(place, str) and isinstance(number, str):
            numbers.setdefault(place, set()).add(number)
        else:
            broken.append(_broken((place, number), "地方或编号不是文本", "its place or number is no text"))
    return numbers


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


def _held_back(records: int) -> StoreError:
    """Return the refusal to call everything rebuilt while orders without a head cannot be seen."""
    return StoreError(
        f"还有 {records} 条记录暂时读不到，它们的工单没有索引：服务器上有未结束的事务占着",
        f"{records} more records cannot be read yet, and their orders have no head: a transaction under way on the "
        "server holds them",
        code="held-back",
        hint="用 doctor --store 看是哪个事务，它结束后再执行一次",
        hint_en="doctor --store shows which transaction it is; run it again once it has ended",
        order=("*", "*"),
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
