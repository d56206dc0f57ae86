"""Private things are apart: nothing of a person in events, and nothing of them anywhere once they are forgotten."""

from __future__ import annotations

import errno
import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISDIR
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core.actor import Actor, Role
from hotline12345.core.codec import encode
from hotline12345.core.errors import RequestError, StoreError
from hotline12345.core.evolve import fold
from hotline12345.core.order import Status
from hotline12345.core.policy import ClearanceRule, ConductStep, LinkageRule, Pack, RepeatRule, SuspensionRule
from hotline12345.core.refs import Ref
from hotline12345.core.request import Attachment, Kind, Request, Requester
from hotline12345.core.scoring import facts, measure
from hotline12345.core.sla import TimeLimit
from hotline12345.hotline import Hotline
from hotline12345.privacy import KEY_BYTES, Secrets, canonical, intact, key_beside, key_of, seal
from hotline12345.stores import open_store
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.port import Query, Store
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.orders import AGENT, AT, CALLER, DISPATCHER, HANDLER, HOUR, REVIEWER, SUPERVISOR, small_policy
from hotline12345.view import view

KEY = bytes(range(32))
PHONE, NAME, IDENTITY = "13987654321", "欧阳翠花", "210102197001011234"
CITIZEN = Actor(PHONE, "", frozenset({Role.REQUESTER}))


def private(word: str) -> str:
    """Return a text that occurs nowhere else."""
    return f"私密{word}zq9"


REQUEST = Request(
    AT,
    private("标题"),
    private("正文"),
    Requester(NAME, PHONE),
    Kind.COMPLAINT,
    "城乡建设",
    "210102",
    private("地址"),
    attachments=(Attachment(private("附件"), "image/png", "00ff", private("位置")),),
    confidential=True,
)
LIFE: tuple[c.Command, ...] = (
    c.Supplement(CITIZEN, private("补充")),
    c.Consult(DISPATCHER, ("u1", "u2"), note=private("会商")),
    c.Conclude(DISPATCHER, "undecided", note=private("会商结论")),
    c.Divide(DISPATCHER, category="公安", title=private("拆单标题"), text=private("拆单内容")),
    c.Dispatch(DISPATCHER, unit="u1"),
    c.Sign(HANDLER),
    c.Extend(HANDLER, TimeLimit.parse("1wd"), "complex", private("延期")),
    c.GrantExtension(DISPATCHER),
    c.SendBack(HANDLER, "not-our-duty", private("退单")),
    c.Adjudicate(DISPATCHER, "designate", "u1", note=private("裁定")),
    c.Suspend(DISPATCHER, "awaiting-requester", note=private("中止")),
    c.Defer(DISPATCHER, AT.replace(month=12), "no-budget", private("挂账")),
    c.Contact(HANDLER, note=private("先行联系")),
    c.Tell(HANDLER, "deferred", note=private("告知")),
    c.Supervise(SUPERVISOR, note=private("督办")),
    c.Flag(SUPERVISOR, "negative-impact", note=private("情形")),
    c.Report(HANDLER, private("阶段报告")),
    c.AskTermination(HANDLER, "uncooperative", note=private("提请终止")),
    c.DecideTermination(REVIEWER, False, "not-so", note=private("不予终止")),
    c.Reply(
        HANDLER,
        private("内部答复"),
        private("公开答复"),
        True,
        fact_note=private("事实"),
        claim_note=private("诉求认定"),
        attachments=private("办理附件"),
    ),
    c.Review(REVIEWER, False, "incomplete", private("审核退回")),
    c.Reply(HANDLER, private("再答复"), private("再公开"), True),
    c.Clear(REVIEWER, note=private("公开审查")),
    c.Review(REVIEWER, note=private("审核")),
    c.FollowUp(CALLER, solved=False, satisfied="dissatisfied", note=private("回访")),
    c.Judge(SUPERVISOR, note=private("认定合理")),
    c.Rate(CITIZEN, "dissatisfied", note=private("差评")),
    c.Reopen(SUPERVISOR, note=private("重办")),
    c.Terminate(REVIEWER, "no-such-place", note=private("终止")),
)
CLOSED = "000003"
"""The first of OTHERS; LIFE is the first order, and what is divided off it the second."""
OTHERS: tuple[tuple[c.Command, ...], ...] = (
    (
        c.Accept(DISPATCHER),
        c.Dispatch(DISPATCHER, unit="u1"),
        c.Reply(HANDLER, solved=True),
        c.Review(REVIEWER),
        c.FollowUp(CALLER, solved=True, satisfied="satisfied"),
    ),
    (c.Accept(DISPATCHER), c.Cease(DISPATCHER, CLOSED, private("停止办理"))),
    (c.Offer(AGENT, note=private("移交协商")),),
    (c.Curb(AGENT, note=private("扰线")),),
    (c.Answer(AGENT, private("直接答复")),),
    (c.Connect(AGENT, answered=True, text=private("转接")),),
    (c.Refer(AGENT, "legal", note=private("转出")),),
    (c.Decline(AGENT, "out-of-scope", note=private("不受理")),),
    (c.Withdraw(CITIZEN, note=private("撤诉")),),
)


def said(command: c.Command) -> list[str]:
    return [getattr(command, name) for name in c.PRIVATE_FIELDS[type(command)] if getattr(command, name)]


SECRETS = [PHONE, NAME, private("标题"), private("正文"), private("地址"), private("附件"), private("位置")]
SECRETS += [text for command in (*LIFE, *(one for some in OTHERS for one in some)) for text in said(command)]


def open_line(store: Store, secrets: bytes | None = KEY) -> Hotline:
    numbers = iter(range(1, 1000))
    policy = small_policy(
        suspension=SuspensionRule(("awaiting-requester",)),
        conduct=(ConductStep("warn", "警示", "test"),),
        repeat=RepeatRule(unreasonable=True),
        clearance=ClearanceRule(True),
        linkage=LinkageRule("first-receiver"),
    )
    pack = Pack("test", "210100", "test", (policy,))
    return Hotline(pack, store, clock=lambda: AT, secrets=secrets, number=lambda at, n: f"{next(numbers):06d}")


def live(line: Hotline) -> list[str]:
    """Take REQUEST through a full life and through every other end; return the numbers."""
    numbers = [line.receive(REQUEST, by=CITIZEN, through="accept").number]
    for i, command in enumerate(LIFE, start=1):
        line.handle(numbers[0], command, at=AT + i * HOUR)
    for commands in OTHERS:
        numbers.append(line.receive(REQUEST, by=AGENT, through="receive").number)
        for command in commands:
            line.handle(numbers[-1], command, at=AT + HOUR)
    return [*numbers, *line.order(numbers[0]).counts.handovers.divided]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = open_store("memory:" if request.param == "memory" else f"sqlite:///{tmp_path}/orders.db")
    yield opened
    opened.close()


def found_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text or json.dumps(secret)[1:-1] in text]


def test_every_private_field_of_every_command_is_used_in_these_tests():
    used = {(type(x), name) for some in (LIFE, *OTHERS) for x in some for name in c.PRIVATE_FIELDS[type(x)]}
    there = {(cls, name) for cls, names in c.PRIVATE_FIELDS.items() for name in names}
    assert used == there
    assert len(set(SECRETS)) == len(SECRETS)


def test_no_event_holds_a_word_of_the_citizen_or_about_them(store: Store) -> None:
    line = open_line(store)
    for number in live(line):
        for event in line.history(number):
            text = json.dumps(encode(event), ensure_ascii=False) + repr(event)
            assert found_in(text) == [], type(event).__name__
        assert found_in(repr(store.head("210100", number)) + repr(line.order(number))) == []


def test_every_private_text_is_kept_where_the_event_says_and_unaltered(store: Store) -> None:
    line = open_line(store)
    kept: list[Any] = []
    for number in live(line):
        records = store.private("210100", number)
        refs = [ref for event in line.history(number) if (ref := getattr(event, "private", None)) is not None]
        assert sorted(ref.id for ref in refs) == sorted(records)
        for ref in refs:
            assert intact(ref, records[ref.id])
            spoilt = {**records[ref.id], "words": {**records[ref.id]["words"], "text": "falsified"}}
            assert not intact(ref, spoilt)
            kept.append(records[ref.id]["words"])
    text = json.dumps(kept, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret not in text] == []
    assert line.words("000001")["requester"]["phone"] == PHONE


def test_after_forget_nothing_of_the_person_is_left_in_memory_or_file(tmp_path: Path) -> None:
    code = f"""
import gc, sys
sys.path[:0] = {[str(Path(__file__).parent), *sys.path]!r}
from test_privacy import *
store = open_store("sqlite:///{tmp_path}/orders.db")
line = open_line(store, None)
live(line)
print(line.forget(sys.stdin.readline().strip()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input=PHONE + "\n", capture_output=True, text=True, check=True, timeout=120
    )
    assert int(done.stdout) > 20
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [path.name for path in files if path.suffix == ".db"] == ["orders.db"]
    for path in files:
        data = path.read_bytes()
        for secret in SECRETS:
            for form in (secret.encode(), secret.encode("utf-16-le"), json.dumps(secret)[1:-1].encode()):
                assert form not in data, (path.name, secret)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_after_forget_nothing_of_the_person_is_left_among_the_objects(kind: str, tmp_path: Path) -> None:
    """Every object the collector knows, and what it holds, is looked through for the words."""
    url = "memory:" if kind == "memory" else f"sqlite:///{tmp_path}/orders.db"
    with open_store(url) as store:
        line = open_line(store)
        text = "".join(["只此", "一处", "的话"])  # made at run time, so that no constant of this module holds it
        asked = Request(AT, text * 3, text * 5, Requester(phone="1" + "3" * 3 + "7" * 7))
        number = line.receive(asked, by=AGENT, through="accept").number
        line.handle(number, c.Supplement(AGENT, text * 7))
        needles = {text * 3, text * 5, text * 7, asked.requester.phone}
        del asked
        line.words(number)
        # In memory the search finds what is there; a file keeps it out of memory from the beginning.
        assert bool(held(needles)) == (kind == "memory")
        line.forget("1" + "3" * 3 + "7" * 7)
        assert held(needles) == []


def held(needles: set[str]) -> list[str]:
    """Return the needles that some container other than *needles* itself holds."""
    gc.collect()
    found = []
    for thing in gc.get_objects():
        if thing is needles or isinstance(thing, type(sys)):
            continue
        inside: Any = ()
        if isinstance(thing, dict):
            inside = list(thing.values())
        elif isinstance(thing, (list, tuple, set, frozenset)):
            inside = list(thing)
        found += [x for x in inside if isinstance(x, str) and any(needle in x for needle in needles)]
    return found


def test_after_forget_history_and_order_are_as_before(store: Store) -> None:
    line = open_line(store)
    numbers = live(line)
    before = [(line.order(n), line.history(n)) for n in numbers]
    gone = line.forget(PHONE)
    assert gone == len([1 for _, log in before for event in log if getattr(event, "private", None)])
    after = [(line.order(n), line.history(n)) for n in numbers]
    assert after == before
    assert all(fold(log) == order for order, log in after)
    for number in numbers:
        assert line.words(number) == {}
        assert store.private("210100", number) == {}
        head = store.head("210100", number)
        assert head is not None
        assert head.requester == ""
    assert line.forget(PHONE) == 0


def test_after_forget_scores_are_as_before_and_nothing_handed_out_names_the_person(store: Store) -> None:
    line = open_line(store)
    live(line)
    levels = line.pack.newest.satisfied_levels

    def scored() -> Any:
        return measure([facts(order, until=AT + 40 * HOUR, levels=levels) for order in line.orders()])

    def handed_out() -> str:
        views = [view(order, line.words(order.number), AGENT, "contact") for order in line.orders()]
        return json.dumps([views, [fed.record.data for fed in store.feed()]], ensure_ascii=False)

    before = scored()
    assert before[""].rate("feedback").denominator > 0
    assert PHONE in handed_out()
    line.forget(PHONE)
    assert scored() == before
    assert found_in(handed_out()) == []


def test_whoever_is_forgotten_is_not_found_again_when_their_order_goes_on(store: Store) -> None:
    line = open_line(store)
    number = line.receive(REQUEST, by=AGENT, through="accept").number
    assert [head.number for head in line.by_requester(PHONE).heads] == [number]
    line.forget(PHONE)
    line.handle(number, c.Dispatch(DISPATCHER, unit="u1"))
    assert line.by_requester(PHONE).heads == ()
    # Nothing says any more whose order it is; what is written afterwards is forgotten by the order.
    line.handle(number, c.Reply(HANDLER, private("后来")))
    assert line.forget(PHONE) == 0
    assert line.forget_order(number) == 1
    assert store.private("210100", number) == {}
    # And they may come again.
    again = line.receive(REQUEST, by=AGENT, through="accept")
    assert [head.number for head in line.by_requester(PHONE).heads] == [again.number]


def test_an_anonymous_callers_words_can_be_forgotten_too(store: Store) -> None:
    line = open_line(store)
    asked = Request(AT, private("标题"), "x", Requester(phone=PHONE), anonymous=True)
    number = line.receive(asked, by=AGENT, through="accept").number
    assert line.by_requester(PHONE).heads == ()
    assert line.forget(PHONE) == 1
    assert store.private("210100", number) == {}


def test_nobody_elses_words_go_when_one_is_forgotten(store: Store) -> None:
    line = open_line(store)
    mine = line.receive(REQUEST, by=AGENT, through="accept").number
    nobody = line.receive(Request(AT, "无名"), by=AGENT, through="accept").number
    theirs = line.receive(Request(AT, "别人", requester=Requester(phone="13000000000")), by=AGENT).number
    line.forget(PHONE)
    assert (line.words(mine), line.words(theirs)["title"], line.words(nobody)["title"]) == ({}, "别人", "无名")
    assert line.forget("") == 0
    assert line.words(nobody)["title"] == "无名"
    assert line.forget_order(theirs) == 0
    assert line.forget_order(nobody) == 1
    assert (line.words(theirs)["title"], line.words(nobody)) == ("别人", {})


def test_after_forget_not_even_the_key_tells_whose_order_it_was(store: Store) -> None:
    line = open_line(store)
    numbers = live(line)
    index = line._secrets.blind(PHONE)
    assert store.find("210100", Query(requester=index)).heads
    line.forget(PHONE)
    left = [store.stream("210100", n) for n in numbers], [store.head("210100", n) for n in numbers]
    assert index not in repr(left)
    assert index not in repr([line.order(n) for n in numbers])


def test_a_requester_acts_by_the_role_alone_and_staff_by_their_id(store: Store) -> None:
    line = open_line(store)
    order = line.receive(REQUEST, by=CITIZEN, through="accept")
    line.handle(order.number, c.Supplement(CITIZEN, "x"))
    line.handle(order.number, c.Urge(Actor("", "", frozenset({Role.REQUESTER}))))
    line.handle(order.number, c.Urge(AGENT))
    people = [event.by.person for event in line.history(order.number)]
    assert people == ["", "", "", "", "agent"]


def test_refusals_do_not_repeat_what_was_said(store: Store) -> None:
    line = open_line(store)
    number = line.receive(REQUEST, by=AGENT, through="accept").number
    with pytest.raises(Exception, match="not-possible-now") as refused:
        line.handle(number, c.Reply(HANDLER, private("答复")))
    assert found_in(str(refused.value) + refused.value.hint_zh + refused.value.hint_en) == []  # type: ignore[attr-defined]
    assert line.order(number).status is Status.ACCEPTED


# ── digests and keys ──


def test_a_digest_is_salted_so_that_nothing_short_can_be_guessed():
    one, kept = seal("1", {"phone": PHONE})
    two, _ = seal("1", {"phone": PHONE})
    assert one.digest != two.digest
    assert one.id == two.id == "1"
    assert len(bytes.fromhex(kept["salt"])) == 16
    assert intact(one, kept)
    assert not intact(Ref("1", two.digest), kept)
    assert not intact(one, {"salt": kept["salt"], "words": {"phone": PHONE[:-1]}})


@given(st.dictionaries(st.text(), st.recursive(st.text() | st.none() | st.integers(), st.lists), max_size=4))
def test_the_digest_of_what_was_read_back_is_that_of_what_was_written(words: dict[str, Any]) -> None:
    ref, kept = seal("1", words)
    assert intact(ref, json.loads(json.dumps(kept)))
    assert canonical(words) == canonical(dict(reversed(words.items())))


def test_the_blind_index_differs_by_place_and_by_key():
    here, there = Secrets(KEY, "210100"), Secrets(KEY, "210200")
    other = Secrets(KEY[::-1], "210100")
    marks = {secrets.blind(PHONE) for secrets in (here, there, other)}
    assert len(marks) == 3
    assert all(len(mark) == 32 and PHONE not in mark for mark in marks)
    assert here.blind(PHONE) == Secrets(KEY, "210100").blind(PHONE)
    prints = {secrets.fingerprint([PHONE]) for secrets in (here, there, other)}
    assert len(prints) == 3
    assert not prints & marks


@pytest.mark.parametrize("written", ["139 8765 4321", "139-8765-4321", "１３９８７６５４３２１", " 13987654321\n"])
def test_a_number_is_the_same_number_however_it_is_written(written: str) -> None:
    secrets = Secrets(KEY, "p")
    assert secrets.blind(written) == secrets.blind(PHONE)


def test_nobody_has_no_index():
    assert Secrets(KEY, "p").blind("") == Secrets(KEY, "p").blind(" -\t") == ""


def test_a_lone_surrogate_is_indexed_like_any_text():
    assert Secrets(KEY, "p").blind("\ud800x") != ""


def test_a_key_that_keeps_nothing_is_refused_and_a_long_one_serves():
    with pytest.raises(RequestError) as refused:
        Secrets(b"secret", "p")
    assert refused.value.code == "bad-secret"
    assert Secrets(b"a" * 100, "p").blind("x") != Secrets(b"a" * 99 + b"b", "p").blind("x")


@pytest.mark.skipif(os.name == "nt", reason="links take privileges there")
def test_a_store_has_one_key_whatever_links_lead_to_it(tmp_path: Path) -> None:
    store, link = tmp_path / "orders.db", tmp_path / "links" / "orders.db"
    link.parent.mkdir()
    link.symlink_to(store)
    key = key_beside(str(link))
    assert key_beside(str(store)) == key
    assert [path.name for path in link.parent.iterdir()] == ["orders.db"]


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = str(tmp_path / "orders.db")
    key = key_beside(path)
    assert len(key) == KEY_BYTES
    assert key_beside(path) == key
    assert key_beside(str(tmp_path / "other.db")) != key
    assert sorted(p.name for p in tmp_path.iterdir()) == ["orders.db.key", "other.db.key"]
    if os.name == "posix":
        assert (tmp_path / "orders.db.key").stat().st_mode & 0o777 == 0o600


def test_of_two_that_make_a_key_at_once_both_use_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "orders.db"
    link = os.link
    theirs: list[bytes] = []

    def slow(source: Any, target: Any) -> None:
        monkeypatch.setattr(os, "link", link)
        theirs.append(key_beside(str(path)))
        link(source, target)

    monkeypatch.setattr(os, "link", slow)
    assert key_beside(str(path)) == theirs[0]
    assert [p.name for p in tmp_path.iterdir()] == ["orders.db.key"]


@pytest.mark.skipif(os.name == "nt", reason="folders are not synced there")
@pytest.mark.parametrize("why", [errno.EACCES, errno.EINVAL])
def test_a_key_is_made_where_the_folder_itself_cannot_be_synced(
    why: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One may write to it and not read it, or it lies on a file system that syncs no folder."""
    fsync = os.fsync

    def only_files(handle: int) -> None:
        if S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(why, os.strerror(why))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", only_files)
    path = str(tmp_path / "orders.db")
    assert key_beside(path) == key_beside(path)


@pytest.mark.parametrize("content", [b"", b"00", b"zz" * 32, b"\xff" * 64, b"00" * 31, b"00" * 33, b"0x" * 32])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "o.db.key").write_bytes(content)
    with pytest.raises(StoreError) as refused:
        key_beside(str(tmp_path / "o.db"))
    assert refused.value.code == "bad-key"


def test_where_no_key_can_be_made_the_host_is_told_to_give_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        key_beside(str(tmp_path / "nowhere" / "o.db"))
    assert refused.value.code == "read-only"
    assert "secrets=" in refused.value.hint("en")


def test_the_memory_store_hides_nothing_from_these_tests():
    line = open_line(MemoryStore())
    line.receive(REQUEST, by=AGENT)
    assert found_in(repr(line.store.private("210100", "000001")))


TITLED = Request(AT, "三好街路灯不亮 LED", "正文", Requester(NAME, PHONE), Kind.COMPLAINT, "城乡建设", "210102")


@pytest.mark.parametrize("url", ["memory:", "sqlite"])
def test_an_order_is_found_by_words_of_its_title_until_it_is_forgotten(url: str, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/a.db" if url == "sqlite" else url
    hotline = Hotline(Pack("test", "210100", "test", (small_policy(),)), store, secrets=KEY)
    number = hotline.receive(TITLED, by=AGENT, at=AT).number
    untitled = hotline.receive(Request(AT, text="小区供暖不热" + "再三反映" * 10 + "路灯"), by=AGENT, at=AT).number

    def found(words: str) -> list[str]:
        page = hotline.find(words=words)
        assert hotline.count(words=words) == {"": len(page.heads)}
        return [head.number for head in page.heads]

    for words in ("路灯", "三好街路灯", "路灯 led", "ＬＥＤ，不亮", "三好街。灯不亮"):
        assert found(words) == [number]
    assert (found("灯路"), found("好街灯"), found("正文")) == ([], [], [])
    assert found("供暖不热") == [untitled]  # without a title, how the text begins
    assert [head.number for head in hotline.find(Query(status="closed"), words="路灯").heads] == []
    assert [order.number for order in hotline.orders()] == sorted([number, untitled])
    for words in ("路", " 路 灯 ", "，。"):
        with pytest.raises(RequestError) as caught:
            hotline.find(words=words)
        assert caught.value.code == "bad-words"
    assert hotline.forget(PHONE) == 1
    assert found("路灯") == []
    hotline.store.close()


def test_the_hashes_of_a_title_are_a_places_own_and_tell_nothing_without_the_key() -> None:
    here, there, other = Secrets(KEY, "210100"), Secrets(KEY, "220400"), Secrets(KEY[::-1], "210100")
    assert here.words("路灯不亮") == here.words("路灯不亮，路灯") == Secrets(KEY, "210100").words("路灯不亮")
    assert len(here.words("路灯不亮")) == 3
    assert not {*here.words("路灯不亮")} & {*there.words("路灯不亮"), *other.words("路灯不亮")}


def test_a_store_that_is_no_file_takes_its_key_from_the_file_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    assert key_of(store) != key_of(store)
    monkeypatch.setenv("HOTLINE12345_KEY_FILE", str(tmp_path / "city.key"))
    assert key_of(store) == key_of(store)
    assert (tmp_path / "city.key").read_text("ascii") == key_of(store).hex()
    assert key_of(SqliteStore(tmp_path / "a.db")) == bytes.fromhex((tmp_path / "a.db.key").read_text("ascii"))
