"""A store goes into a file and back, across any two stores, and loses nothing but what was forgotten (导出与导入)."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hotline12345 import whole
from hotline12345.core.errors import HotlineError, RequestError, StoreError
from hotline12345.stores import Append, Desk, Parked, Private, Query
from hotline12345.stores._text import FIRST, digest, link
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, Q, head, numbers, write
from hotline12345.testing.store_feed import HALF, RARE
from hotline12345.transfer import Row, check, export, import_rows, out
from hotline12345.transfer.files import read
from hotline12345.transfer.files import write as write_file
from hotline12345.transfer.rows import Tally, encode_row

Make = Callable[[str], Any]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a store of a kind."""
    made = iter(range(100))

    def make(kind: str) -> Any:
        return MemoryStore() if kind == "memory" else SqliteStore(tmp_path / f"{next(made)}.db", durability="relaxed")

    return make


def fill(store: Any) -> None:
    """Put into *store* what is hard to carry: rare characters, keys on any version, two places, a forgotten person."""
    random = Random(4)
    versions: dict[tuple[str, str], int] = {}
    for turn in range(120):
        order = (random.choice((P, Q)), str(random.randrange(25)))
        version = versions.get(order, 0)
        records = random.choice((1, 1, 2, 5))
        versions[order] = version + records
        person = random.choice("xyz")
        kept = (Private(f"p{version}", person, {"text": f"虚构{turn}"}, (f"w{turn % 7}", "w")),)
        store.append(
            [
                write(
                    order[1], version, records, place=order[0], key=random.choice(("", f"k{turn}")), fingerprint="f",
                    private=kept[: turn % 3], requester=person, holder=f"u{turn % 5}", due=f"2026-11-{turn % 20 + 10}",
                    desks=(Desk("a1", f"u{turn % 5}", "lead", "2026", "2027"),)[: turn % 2],
                )
            ]
        )  # fmt: skip
    store.append([write(RARE, key=RARE, data={"text": HALF, RARE: RARE}, private=(Private("p", RARE, {RARE: HALF}),))])
    order = next(iter(versions))
    at = versions[order]
    for key in ("more", "again"):
        store.append([Append(*order, at, (), head(order[1], at, order[0]), (), key, "f")])
    store.forget(P, "y")


def everything(store: Any) -> Any:
    """Return all that a store can be asked, but for positions."""
    heads = {place: [store.head(place, number) for number in numbers(store, place=place)] for place in store.places()}
    orders = [(place, each.number) for place, found in heads.items() for each in found]
    return (
        heads,
        [fed.record for fed in store.feed(0, 10_000)],
        {
            order: ([(*each[:3], set(each.words)) for each in store.kept(*order)], store.receipts(*order))
            for order in orders
        },  # words are a set
        {word: numbers(store, Query(words=(word, "w"))) for word in ("w1", "w2", "w6")},
        numbers(store, Query(unit="u1")),
    )


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.gz", "a.parquet"])
@pytest.mark.parametrize(("here", "there"), [("memory", "sqlite"), ("sqlite", "memory"), ("sqlite", "sqlite")])
def test_a_store_comes_back_whole_from_a_file(make: Make, tmp_path: Path, here: str, there: str, name: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    with make(here) as old, make(there) as new:
        fill(old)
        path = tmp_path / name
        write_file(path, export(old))
        found = import_rows(new, lambda: read(path))
        assert everything(new) == everything(old)
        assert (found.orders, found.places) == (sum(len(numbers(old, place=p)) for p in old.places()), 2)
        assert found.records == len(old.feed(0, 10_000))
        assert new.check() == []
        if here == there == "sqlite":
            assert [fed.link for fed in new.feed(0, 10_000)] == [fed.link for fed in old.feed(0, 10_000)]
        assert path.stat().st_mode & 0o077 == 0


def test_every_format_carries_the_same_rows(make: Make, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    old = make("memory")
    fill(old)
    rows = list(export(old))
    for name in ("a.ndjson", "a.ndjson.gz", "a.parquet"):
        write_file(tmp_path / name, iter(rows))
        assert list(read(tmp_path / name)) == rows


def test_nothing_of_a_forgotten_person_is_exported(make: Make, tmp_path: Path) -> None:
    with make("sqlite") as old:
        kept = tuple(Private(i, person, {"text": f"虚构的话{person}"}, (f"word-{person}",))
                     for i, person in (("1", "person-x"), ("2", "person-y")))  # fmt: skip
        old.append([write("1", requester="person-x", private=kept)])
        old.forget(P, "person-x")
        write_file(tmp_path / "a.ndjson", export(old))
        text = (tmp_path / "a.ndjson").read_text("utf-8")
        assert "person-x" not in text
        assert text.count("虚构的话person-y") == text.count("word-person-y") == 1
        write_file(tmp_path / "b.ndjson", export(old, private=False))
        assert "person-" not in (tmp_path / "b.ndjson").read_text("utf-8")


def test_an_export_that_was_touched_is_refused_before_anything_is_written(make: Make, tmp_path: Path) -> None:
    old = make("memory")
    fill(old)
    path = tmp_path / "a.ndjson"
    write_file(path, export(old))
    lines = path.read_text("utf-8").splitlines(keepends=True)
    record = next(i for i, line in enumerate(lines) if '"t":"record"' in line)
    order = next(i for i, line in enumerate(lines) if '"t":"order"' in line)
    told = json.loads(lines[order])
    told["more"]["head"]["holder"] = "somebody else"
    for altered in (
        lines[:-1],
        lines[:-2],
        lines[1:],
        [*lines, lines[-1]],
        lines[:record] + lines[record + 1 :],
        [line.replace('"step":2', '"step":3') for line in lines],
        [*lines[:order], json.dumps(told, ensure_ascii=False) + "\n", *lines[order + 1 :]],
        ["{}\n", *lines[1:]],
        ["not json\n"],
        [],
    ):
        path.write_text("".join(altered), "utf-8")
        new = make("memory")
        with pytest.raises(StoreError) as caught:
            import_rows(new, lambda: read(path))
        assert caught.value.code == "bad-export"
        assert new.places() == []


@pytest.mark.parametrize(("why", "code"), [(errno.ENOSPC, "full"), (errno.EIO, "io")])
@pytest.mark.parametrize("kind", ["ndjson", "ndjson.gz"])
def test_an_export_that_the_disk_does_not_take_leaves_nothing_and_is_told(
    kind: str, why: int, code: str, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(handle: int) -> None:
        raise OSError(why, os.strerror(why))

    monkeypatch.setattr(os, "fsync", failing)
    source, folder = make("memory"), tmp_path / "out"
    fill(source)
    folder.mkdir()
    with pytest.raises(StoreError) as caught:
        write_file(folder / f"all.{kind}", export(source))
    assert caught.value.code == code
    assert os.strerror(why) in str(caught.value)
    assert caught.value.hint_zh != caught.value.hint_en
    assert list(folder.iterdir()) == []


def test_a_newer_export_and_a_store_that_is_not_empty_are_refused(make: Make, tmp_path: Path) -> None:
    old = make("memory")
    old.append([write("1")])
    rows = list(export(old))
    newer = [rows[0]._replace(more=rows[0].more.replace('"format":2', '"format":3')), *rows[1:]]
    for told, code in ((newer, "newer-schema"), (rows, "not-empty")):
        new = make("memory")
        if code == "not-empty":
            new.append([write("2")])
        with pytest.raises(StoreError) as caught:
            import_rows(new, lambda told=told: told)
        assert caught.value.code == code


def test_an_order_that_goes_on_while_it_is_exported_is_exported_as_it_became(make: Make) -> None:
    old, new = make("memory"), make("memory")
    old.append([write(str(i)) for i in range(1500)])
    rows = []
    for i, row in enumerate(export(old)):
        rows.append(row)
        if i == 100:
            kept = (Private("late", "x", {"text": "late"}),)
            old.append([write("5", 1, key="k1", fingerprint="f"), write("new")])
            old.append([write("5", 2, holder="new", key="k2", fingerprint="f", private=kept)])
    assert [row.version for row in rows if row.t == "order" and row.number == "5"] == [1, 3]
    import_rows(new, lambda: rows)
    assert everything(new) == everything(old)


class Behind(MemoryStore):
    """A store whose feed a transaction holds back, and whose first order goes on once it is let go."""

    def __init__(self, number: str, *given: float) -> None:
        super().__init__()
        self.number, self.upto, self.given = number, 0.0, iter(given)

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Any]:
        return [fed for fed in super().feed(after, limit, place) if fed.position <= self.upto]

    def info(self) -> dict[str, Any]:
        """Tell how many records are held back, and then let some more of them go."""
        told = super().info()
        self.upto, upto = next(self.given, self.upto), self.upto
        return {**told, "held_back": {"records": int(max(told["records"] - max(upto, self.upto), 0))}}

    def head(self, place: str, number: str) -> Any:
        if number == self.number:
            self.number = ""
            self.append([write(number, 3), write("9")])
        return super().head(place, number)


@pytest.mark.parametrize("number", ["1", "3"])
@pytest.mark.parametrize("given", [(0, 99), (0, 8, 99), (0, 8, 8, 99), (0, 5, 8, 9, 99)])
def test_an_order_that_goes_on_after_it_was_held_back_is_exported_as_it_became(
    number: str, given: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told at a later version than it was found missing at: the records between were passed over, or not waited for."""
    monkeypatch.setattr(whole, "PAUSE", 0)
    old, new = Behind(number, *given), MemoryStore()
    old.append([write("1", 0, 3), write("2", 0, 2)])
    old.append([write("3", 0, 3)])
    rows = list(export(old))
    assert [(row.number, row.version) for row in rows if row.t == "order"] == [
        (each, 4 if each == number else versions) for each, versions in (("1", 3), ("2", 2), ("3", 3))
    ]
    import_rows(new, lambda: rows)
    assert {each: new.head(P, each).version for each in "123"} == {each: old.head(P, each).version for each in "123"}


def test_an_order_that_is_held_back_is_not_left_out_for_one_that_came_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As many orders were given as there had been when the export began, but not all of those."""
    monkeypatch.setattr(whole, "PAUSE", 0)
    old = Behind("", 2, 2, 2, 99)
    old.append([write("2"), write("3")])
    feed = old.feed

    def newer_first(after: int = 0, limit: int = 1000, place: str | None = None) -> list[Any]:
        """The order that came last stands first: its transaction began before, and ended after."""
        if len(old._feed) < 3:
            old.append([write("1")])
            old._feed.insert(0, old._feed.pop())
        return feed(after, limit, place)

    monkeypatch.setattr(old, "feed", newer_first)
    assert {row.number for row in export(old) if row.t == "order"} == {"1", "2", "3"}


def test_an_order_that_is_held_back_and_whose_head_is_broken_is_told_by_its_head(
    make: Make, plain: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with make("sqlite") as old:
        old.append([write("1"), write("2", 0, 2)])
        plain(old.path)
        old._file.submit(lambda conn: conn.execute("UPDATE head SET desks = '[[' WHERE number = '2'"))
        feed = old.feed
        monkeypatch.setattr(old, "feed", lambda after, limit: [f for f in feed(after, limit) if f.record.number < "2"])
        with pytest.raises(StoreError) as caught:
            list(export(old))
        assert [(e.code, e.facts["order"]) for e in caught.value.facts["broken"]] == [("broken-head", (P, "2"))]


def test_patience_with_what_is_held_back_begins_anew_when_some_of_it_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading on may take longer than patience lasts, and what is held back only then was not waited for."""
    old, clock = Behind("1", 0, 3, 3, 99), [0.0]
    old.append([write("1", 0, 3), write("2")])
    monkeypatch.setattr(out, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=lambda _: None))
    feed = old.feed

    def slow(*asked: Any) -> list[Any]:
        clock[0] += whole.PATIENCE * 2 * (old.upto == 3 and clock[0] == 0)
        return feed(*asked)

    monkeypatch.setattr(old, "feed", slow)
    assert [(row.number, row.version) for row in export(old) if row.t == "order"] == [("1", 4), ("2", 1)]


def test_an_import_gone_on_with_is_not_decided_by_what_is_let_go_once_patience_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was held back was asked after the records had been read, and then wanted to be written again."""

    class LetGo(MemoryStore):
        unfinished, reads = True, 0

        def importing(self, under_way: bool) -> None:
            self.unfinished = under_way

        def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Any]:
            self.reads += 1
            return super().feed(after, limit, place) if self.reads > 1 else []

        def info(self) -> dict[str, Any]:
            told = super().info()
            return {**told, "held_back": {"records": told["records"] * (self.reads < 1)}}

    monkeypatch.setattr(whole, "PATIENCE", 0)
    old, new = MemoryStore(), LetGo()
    old.append([write("1"), write("2")])
    rows = list(export(old))
    new.append([write("1")])
    with pytest.raises(StoreError) as caught:
        import_rows(new, lambda: rows)
    assert caught.value.code == "import-held-back"
    import_rows(new, lambda: rows)
    assert (new.unfinished, list(export(new))) == (False, rows)


def test_an_order_whose_head_is_gone_is_not_left_out_of_an_export_where_it_came_last(
    make: Make, plain: Callable[[Path], None]
) -> None:
    """Records were counted by heads, so that the feed was read no further than the others'."""
    with make("sqlite") as old:
        old.append([write("1", 0, 3), write("2", 0, 2)])
        old.append([write("3", 0, 4)])
        plain(old.path)
        old._file.submit(lambda conn: conn.execute("DELETE FROM head WHERE number = '3'"))
        with pytest.raises(StoreError) as caught:
            list(export(old))
    assert [each.facts["order"] for each in caught.value.facts["broken"]] == [(P, "3")]


def test_an_order_whose_last_records_are_missing_is_not_exported_and_no_sound_export(
    make: Make, plain: Callable[[Path], None]
) -> None:
    """Its head would tell of records that no import brings."""
    with make("sqlite") as old:
        old.append([write("1", 0, 3), write("2")])
        plain(old.path)
        rows = list(export(old))
        old._file.submit(lambda conn: conn.execute("DELETE FROM record WHERE version = 3"))
        with pytest.raises(StoreError) as caught:
            list(export(old))
        assert [(each.code, each.facts["order"]) for each in caught.value.facts["broken"]] == [
            ("broken-store", (P, "1"))
        ]
    cut = [row for row in rows if not (row.t == "record" and row.version == 3)]
    more = json.loads(cut[-1].more)
    with pytest.raises(StoreError, match=f"{P}/1"):
        check(_again([*cut[:-1], cut[-1]._replace(more=json.dumps({**more, "records": 3}))]))


def test_an_order_whose_records_are_all_gone_is_not_left_out_silently(
    make: Make, plain: Callable[[Path], None]
) -> None:
    with make("sqlite") as old:
        old.append([write(number) for number in "123"])
        plain(old.path)
        old._file.submit(lambda conn: conn.execute("DELETE FROM record WHERE number = '2'"))
        with pytest.raises(StoreError) as caught:
            list(export(old))
        assert [(each.code, each.facts["order"]) for each in caught.value.facts["broken"]] == [
            ("broken-store", (P, "2"))
        ]
        rows = list(export(old, without={(P, "2")}))
        assert [row.number for row in rows if row.t == "order"] == ["1", "3"]


def test_a_tampered_store_is_not_exported(make: Make, plain: Callable[[Path], None]) -> None:
    with make("sqlite") as old:
        old.append([write("1", 0, 2)])
        plain(old.path)
        old._file.submit(lambda conn: conn.execute("UPDATE record SET kind = 'Closed' WHERE version = 2"))
        with pytest.raises(StoreError) as caught:
            list(export(old))
        assert caught.value.code == "not-whole"
        assert [each.code for each in caught.value.facts["broken"]] == ["broken-chain"]


def test_rows_that_are_json_and_no_export_are_refused(make: Make) -> None:
    old = make("memory")
    old.append([write("1")])
    start, *others = export(old)
    for more in ("{}", "[]", "7", "{", '{"format":"x","schema":1}'):
        with pytest.raises(StoreError) as caught:
            check([start._replace(more=more), *others])
        assert caught.value.code == "bad-export"


def _sealed(rows: list[Row]) -> list[Row]:
    """Return hand-made *rows* with counts and digest that fit them, as somebody would who knows the format."""
    tally, orders = Tally(), set()
    for row in rows:
        tally.add(
            row, len(json.loads(row.more)["private"]) if row.t == "order" else 0, (row.place, row.number) in orders
        )
        orders.add((row.place, row.number))
    return [*rows, Row("end", more=json.dumps(tally.summary()._asdict()))]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("head", {"status": 5}),
        ("head", {"open": "yes"}),
        ("head", {"colour": "red"}),
        ("head", {"desks": [["a"]]}),
        ("head", {"desks": [["a", 1, "lead", ""]]}),
        ("private", [["p", "x", [], []]]),
        ("private", [["p", "x"]]),
        ("private", [["p", "x", {}, [7]]]),
        ("keys", [["k", "one", "f"]]),
        ("keys", [[1, 1, "f"]]),
    ],
)
def test_a_hand_made_export_is_refused_before_anything_is_imported(make: Make, field: str, value: Any) -> None:
    old = make("memory")
    old.append([write("1"), write("2")])
    rows = list(export(old))[:-1]
    assert check(_sealed(rows)).records == 2
    told = json.loads(rows[3].more)
    told[field] = told[field] | value if isinstance(value, dict) else value
    made = _sealed([*rows[:3], rows[3]._replace(more=json.dumps(told)), rows[4]])
    new = make("sqlite")
    with pytest.raises(StoreError) as caught:
        import_rows(new, lambda: made)
    assert caught.value.code == "bad-export"
    assert new.places() == []


def test_records_that_stand_where_they_do_not_belong_are_no_export(make: Make) -> None:
    old = make("memory")
    old.append([write("1", 0, 2)])
    start, order, one, two, _ = export(old)
    for rows in ([start, one, two, order], [start, order, one, two, two], [start, order, one._replace(version=2)]):
        with pytest.raises(StoreError) as caught:
            check(_sealed(rows))
        assert caught.value.code == "bad-export"
    no_record = one._replace(data="7")
    last = link(FIRST, digest(*no_record[1:7])).hex()
    with pytest.raises(StoreError, match="holds no record"):
        check(_sealed([start, order, no_record._replace(link=last)]))


def test_files_that_are_not_there_or_there_already_are_refused(make: Make, tmp_path: Path) -> None:
    old = make("memory")
    path = tmp_path / "a.ndjson"
    asks: list[tuple[Callable[[], Any], str]] = [
        (lambda: list(read(path)), "no-such-file"),
        (lambda: write_file(tmp_path / "none" / "a.ndjson", export(old)), "no-such-file"),
        (lambda: [write_file(path, export(old)), write_file(path, export(old))], "file-exists"),
    ]
    for ask, code in asks:
        with pytest.raises(RequestError) as caught:
            ask()
        assert caught.value.code == code
    assert check(read(path)).orders == 0
    assert [each.name for each in tmp_path.iterdir()] == ["a.ndjson"]


def test_parquet_without_pyarrow_names_the_extra(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(HotlineError) as caught:
        write_file(tmp_path / "a.parquet", export(make("memory")))
    assert caught.value.code == "missing-extra"
    assert "hotline12345[parquet]" in caught.value.hint("zh")
    assert list(tmp_path.iterdir()) == []


# -- who follows the feed --------------------------------------------------------------------------


def _readers(store: Any) -> None:
    """Let three readers get on: one with all, one with some and what is parked, one just begun."""
    feed = store.feed(0, 10_000)
    store.advance("all", feed[-1].position)
    parked = [
        Parked("some", P, "0", feed[3].position, 2, "2026-11-03T00:00:00Z", "超时 timeout"),
        Parked("some", "*", "*", 0, 1, "2026-11-03T00:00:00Z"),
        Parked("some", Q, RARE, feed[7].position, 9, "", RARE),
    ]
    store.park("some", feed[40].position, parked)
    store.advance("begun", 0)


def _left(store: Any, reader: str) -> Any:
    """Return what *reader* is still to be given, and what waits for it, by record and not by position."""
    at = {fed.position: fed.record for fed in store.feed(0, 10_000)}
    waiting = [(*each[:3], at.get(each.position), *each[4:]) for each in store.parked(reader)]
    return [fed.record for fed in store.feed(store.cursor(reader), 10_000)], waiting


@pytest.mark.parametrize("there", ["memory", "sqlite"])
@pytest.mark.parametrize("here", ["memory", "sqlite"])
def test_readers_go_on_behind_a_move_where_they_were(make: Make, here: str, there: str) -> None:
    old, new = make(here), make(there)
    fill(old)
    _readers(old)
    rows = list(export(old))
    assert import_rows(new, lambda: rows).readers == 3
    assert new.readers() == old.readers() == ["all", "begun", "some"]
    assert [_left(new, reader) for reader in old.readers()] == [_left(old, reader) for reader in old.readers()]
    assert len(_left(new, "some")[0]) == len(old.feed(0, 10_000)) - 41
    assert list(export(new)) == rows


def test_a_store_that_cannot_park_takes_no_export_with_parked_deliveries(make: Make) -> None:
    class Simple(MemoryStore):
        park = None  # type: ignore[assignment]

    old, new = make("memory"), Simple()
    fill(old)
    _readers(old)
    rows = list(export(old))
    with pytest.raises(StoreError) as caught:
        import_rows(new, lambda: rows)
    assert caught.value.code == "no-parking"
    assert new.places() == []


def _again(rows: list[Any]) -> list[Any]:
    """Return *rows* with their digest counted anew."""
    digest = sha256(b"".join(encode_row(row) for row in rows[:-1])).hexdigest()
    return [*rows[:-1], rows[-1]._replace(more=json.dumps({**json.loads(rows[-1].more), "digest": digest}))]


def test_a_reader_beyond_the_records_is_no_sound_export(make: Make) -> None:
    old = make("memory")
    old.append([write("1")])
    old.advance("r", 1)
    rows = list(export(old))
    check(rows)
    for wrong in (rows[-2]._replace(version=2), rows[-2]._replace(t="other")):
        with pytest.raises(StoreError) as caught:
            check(_again([*rows[:-2], wrong, rows[-1]]))
        assert caught.value.code == "bad-export"


def test_an_export_of_the_first_format_has_no_readers_and_is_imported(make: Make) -> None:
    old, new = make("memory"), make("memory")
    old.append([write("1")])
    start, *rows, end = export(old)
    end = end._replace(more=json.dumps({k: v for k, v in json.loads(end.more).items() if k != "readers"}))
    first = _again([start._replace(more=start.more.replace('"format":2', '"format":1')), *rows, end])
    assert import_rows(new, lambda: first).orders == 1
    assert new.readers() == []


# -- Parquet ---------------------------------------------------------------------------------------

_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), _TEXT, _TEXT), max_size=6),
    st.sampled_from((".parquet", ".ndjson", ".ndjson.gz")),
)
@example([("a", "\ud83d", "\ud83d"), ("b", "", "\0"), ("b", "\udfff", "中")], ".parquet")
@example([], ".parquet")
@example([("a", "大" * 300_000, "x")], ".parquet")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_store_goes_through_any_file_and_is_equal(
    tmp_path_factory: pytest.TempPathFactory, orders: list[tuple[str, str, str]], suffix: str
) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    old, new = MemoryStore(), MemoryStore()
    for version, (number, text, other) in enumerate(orders):
        sound, part = (each.encode("utf-8", "ignore").decode() for each in (other, text))
        name = sound[:50] + number
        now = old.head(P, name)
        kept = (Private(f"p{version}{part[:9]}", sound[:9], {"text": text, other: text}, (sound[:9],)),)
        old.append([write(name, now.version if now else 0, data={"t": text, other: [text]}, private=kept)])
    if orders:
        old.advance(orders[0][1][:50], old.feed(0, 10)[-1].position)
    path = tmp_path_factory.mktemp("export") / f"all{suffix}"
    rows = list(export(old))
    write_file(path, rows)
    assert list(read(path)) == rows
    import_rows(new, lambda: read(path))
    assert everything(new) == everything(old)
    assert list(export(new)) == rows
