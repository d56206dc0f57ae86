"""Requests, errors and orders as they are told (诉求、错误、工单的说法): every name, every line a fault can be.

What they came to stands in ``test_request_errors_whole.txt``; how to write it anew says ``conftest.py``.
"""

from __future__ import annotations

from datetime import datetime
from itertools import product
from typing import Any

from hotline12345.core import commands as c
from hotline12345.core.calendar import CST
from hotline12345.core.commands import COMMAND_ZH, COMMANDS, PRIVATE_FIELDS, command_name
from hotline12345.core.errors import Conflict, Fault, HotlineError, PolicyError, RequestError
from hotline12345.core.policy.timing import SuspensionRule
from hotline12345.core.request import Attachment, Kind, Request, Requester, Urgency, parse_level
from hotline12345.core.sla import Stage
from hotline12345.core.status import Status
from hotline12345.testing.orders import AT, DISPATCHER, HANDLER, LIMITS, Life, limit, of_unit, small_policy


def test_kinds_levels_and_stages(expect: Any) -> None:
    names = (*(kind.value for kind in Kind), *(kind.zh for kind in Kind), "感谢", "意见建议", "意见", " Help ")
    levels = ("", "nation", "省级", "市", "县", "乡级", " town ")
    expect(
        *(f"{name!r} {Kind.parse(name).name} {Kind.parse(name).zh}" for name in names),
        *(f"{urgency.value} {urgency.zh}" for urgency in Urgency),
        *(f"{level!r} {parse_level(level)!r}" for level in levels),
        *(f"{stage.value} {stage.zh}" for stage in Stage),
        *(f"{status.value} {status.zh}" for status in Status),
    )


def test_the_private_part(expect: Any) -> None:
    person = Requester("张三", "13800000000", "id-1")
    paper = Attachment("照片.jpg", "image/jpeg", "d1", "s3://x")
    whole = Request(
        AT, "题", "文", person, address="某路1号", attachments=(paper, Attachment("a")),
        happened=datetime(2026, 9, 1, 8, tzinfo=CST),
    )  # fmt: skip
    expect(
        *(f"{name}: {value}" for name, value in whole.private().items()),
        *(f"{name}: {value}" for name, value in Request(AT).private().items()),
        *(repr(one.key) for one in (person, Requester("张三", "138"), Requester("张三"), Requester())),
    )


def test_faults_and_errors(expect: Any) -> None:
    faults = [
        Fault("code", "错", "wrong", file, table, key, line, hint=hint)
        for (file, line), (table, key), hint in product(
            (("", 0), ("a.toml", 0), ("a.toml", 3)),
            (("", ""), ("limit[1]", ""), ("", "kind"), ("limit[1]", "kind")),
            ("", "改 / mend", "only"),
        )
    ]
    bare = HotlineError("错", "wrong")
    told = RequestError("错", "wrong", code="c", hint="改", hint_en="mend", more=1)
    policy = PolicyError("包有误", "the pack is wrong", faults=tuple(faults[:1]), hint="看", hint_en="look")
    expect(
        *(f"{fault.text()} | {fault.text('en')} | {fault.severity}" for fault in faults),
        *(
            f"{one} {one.message('en')} {one.hint()!r} {one.hint('en')!r}"
            for one in (bare, told, policy, Conflict("先", "first"))
        ),
        *(f"{one.as_dict()} {one.as_dict('en')} {one.args} {one.facts}" for one in (bare, told, policy)),
        f"{HotlineError('错', 'wrong', hint='改').hint('en')} {policy.faults}",
    )


def test_commands(expect: Any) -> None:
    expect(
        *(
            f"{name} {kind.__name__} {COMMAND_ZH[name]} {sorted(PRIVATE_FIELDS[kind])}"
            for name, kind in COMMANDS.items()
        ),
        command_name(c.AskTermination),
    )


def test_the_clocks_of_an_order(expect: Any) -> None:
    limits = (*LIMITS, limit("4h", Stage.CONTACT), limit("2h", Stage.DISPATCH), limit("1d", Stage.CONSULT))
    life = Life(small_policy(limits=limits, suspension=SuspensionRule(("x",), approver="none"))).take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.Suspend(HANDLER, "x"))
    names = ("citizen", "dispatch", "A1", "A2", "A3", "review", "tell:suspended")
    stages = (None, Stage.SIGN, Stage.CONTACT)
    expect(
        *(f"{name} {clock.stage.value} {unit} {clock.wake}" for name, clock, unit in life.order.running()),
        *(
            f"{name} {stage.value if stage else '-'}: {clock.stage.value if clock else None}"
            for name in names
            for stage in stages
            for clock in (life.order.clock(name, stage),)
        ),
        f"{life.order.suspended} {life.order.warns} {life.order.beside_clocks} {life.order.wake} {life.order.on_time}",
        f"{life.order.holder} {life.order.first_receiver} {life.order.answerable}",
        f"{[a.id for a in life.order.open_assignments]}",
        f"{life.do(c.Sign(of_unit('u3')))[0].at} {life.do(c.Reply(HANDLER))[-1].at} {life.order.on_time}",
    )
