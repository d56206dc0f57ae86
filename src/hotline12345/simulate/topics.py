"""What the virtual city's people call about (来电事项): our own words, no citizen's.

Each topic has a category of the national catalogue, a weight, the hands-on hours an order takes, what is
wrong (said in complaints and calls for help) and what people ask.  Weights and hours are the library's
choice, after the hot topics that cities publish; a scenario changes them.
"""

from __future__ import annotations

import csv
from pathlib import Path

from attrs import frozen

from ..core.request import Kind


@frozen(weakref_slot=False)
class Topic:
    """One matter (事项): *hours* is what a unit's people work on it, hands on."""

    category: str
    weight: float
    hours: float
    thing: str
    wrong: tuple[str, ...]
    asks: tuple[str, ...]


def _read() -> tuple[Topic, ...]:
    with (Path(__file__).parent / "topics.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Topic(
                row["category"],
                float(row["weight"]),
                float(row["hours"]),
                row["thing"],
                tuple(row["wrong"].split("；")),
                tuple(row["asks"].split("；")),
            )
            for row in csv.DictReader(file)
        )


TOPICS: tuple[Topic, ...] = _read()
"""The topics of ``topics.csv`` (事项表), in its order."""

OUTSIDE: tuple[tuple[str, float], ...] = (
    ("楼道里起火了，浓烟滚滚，快派人来", 3),
    ("马路上两车相撞，车祸有人受伤", 2),
    ("老人突然昏迷，叫救护车", 2),
    ("我对判决不服，法院已经立案，要求热线改判", 2),
    ("劳动仲裁的结果我不服仲裁裁决", 1),
    ("这件事信访已受理，一直在走程序", 2),
    ("我要申请政府信息公开，要那个项目的审批材料", 1),
    ("我要向纪委举报单位领导收钱", 1),
)
"""What is not a unit's work (不属派单范围): emergencies and legal routes, by weight."""

FRAMES: dict[Kind, tuple[str, ...]] = {
    Kind.CONSULTATION: ("你好，我想咨询一下，{ask}？我住{where}。", "请问{ask}？{where}的。"),
    Kind.HELP: ("{where}，{wrong}，请帮忙协调一下。", "求助：{where}{wrong}，我不知道找谁，请帮助解决。"),
    Kind.COMPLAINT: ("投诉：{where}，{wrong}，反映多次没有处理。", "{where}{wrong}，非常不满意，要求处理。"),
    Kind.REPORT: ("举报：{where}，{wrong}，涉嫌违规，请查处。",),
    Kind.SUGGESTION: ("建议在{where}加强{thing}，有几点建议。", "提个建议：{where}的{thing}能否改进，增加人手。"),
    Kind.PRAISE: ("{where}负责{thing}的工作人员服务周到，特此感谢，提出表扬。",),
}

STREETS = ("和平里", "青年路", "建设街", "新华路", "团结村", "向阳小区", "幸福家园", "河沿路", "站前街", "学府路")


def words(topic: Topic, kind: Kind, area: str, pick: float) -> tuple[str, str]:
    """Return the title and text of a request; *pick* in [0, 1) chooses the wording."""
    frames = FRAMES[kind]
    spread = int(pick * 1_000_000)
    where = area + STREETS[spread % len(STREETS)]
    frame = frames[spread // 16 % len(frames)]
    wrong = topic.wrong[spread // 64 % len(topic.wrong)]
    ask = topic.asks[spread // 64 % len(topic.asks)]
    return topic.thing, frame.format(where=where, wrong=wrong, ask=ask, thing=topic.thing)
