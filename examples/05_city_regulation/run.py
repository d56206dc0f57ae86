"""A regulation of thirty articles as a pack (一部三十条的办法，写成政策包).

    python examples/05_city_regulation/run.py

The city does not exist.  The pack is checked, its cases are run, and one order goes from the call to the close;
each deadline is printed with the article it rests on.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hotline12345 import Actor, CommandError, Hotline, Request, Requester, load_pack
from hotline12345 import commands as c
from hotline12345.explain import explain
from hotline12345.packs import check_pack

PACK = Path(__file__).resolve().parent / "yunting"


def beijing(text: str) -> datetime:
    """Read a time of day in Beijing (北京时间)."""
    return datetime.fromisoformat(text + "+08:00")


def check() -> None:
    """Check the pack: its shape, its meaning, its cases (检查)."""
    found = check_pack(PACK)
    for fault in found:
        print(f"  {fault.severity}: {fault.text('zh')}")
    assert not [fault for fault in found if fault.severity == "error"]
    for policy in load_pack(PACK).editions:
        print(f"{policy.title}，{policy.edition} 版：用例 {len(policy.cases)} 个，全部通过")


def deadlines(hotline: Hotline, number: str, at: datetime) -> None:
    """Print the deadlines that run, each with its article (期限与条文)."""
    policy = hotline.policy_of(hotline.order(number))
    for told in explain(hotline, number, at=at).deadlines:
        due = told.deadline
        if told.running and due.limit is not None and due.at is not None:
            whose = policy.unit_name(told.unit) if told.unit else "诉求人"
            print(f"  {whose} {told.stage.zh}：{due.limit.zh}，{due.at:%m-%d %H:%M} 前，{due.basis}")


def main() -> None:
    """Check the pack, then take one order through it."""
    check()
    hotline = Hotline(load_pack(PACK), "memory:")
    agent = Actor.parse("agent@990500-12345/li")
    unit = Actor.parse("handler@990500-ecology/zhao")
    centre = Actor.parse("reviewer@990500-12345/qian")
    caller = Actor.parse("caller@990500-12345/sun")

    asked = Request(
        received=beijing("2026-05-18T10:00"),
        text="昨晚起望潮街道滨河路8号楼下工厂夜里噪音扰民，因为设备没有隔音，向厂方反映过没有结果，我要投诉",
        requester=Requester(name="王某某", phone="13800000000"),
        area="990502",
        address="滨河路8号",
        happened=beijing("2026-05-17T23:00"),
    )
    order = hotline.receive(asked, by=agent, at=beijing("2026-05-18T10:00"))
    assert order.lead is not None
    policy = hotline.policy_of(order)
    print(f"{order.kind.zh if order.kind else ''}，{order.category} → {policy.unit_name(order.lead.unit)}")
    helpers = [policy.unit_name(one.unit) for one in order.assignments if one.role == "assist"]
    print(f"协办：{'、'.join(helpers)}（第十五条）")
    deadlines(hotline, order.number, asked.received)

    hotline.handle(order.number, c.Sign(unit), at=beijing("2026-05-18T14:00"))
    try:  # 第十八条：签收后一小时内 within an hour of signing
        hotline.handle(order.number, c.SendBack(unit, "not-our-duty"), at=beijing("2026-05-18T16:00"))
    except CommandError as refusal:
        print(f"退单被拒：{refusal.message('zh')}")
    print("签收之后：")
    deadlines(hotline, order.number, beijing("2026-05-18T16:00"))

    hotline.handle(order.number, c.Contact(unit), at=beijing("2026-05-19T09:30"))
    try:  # 第二十四条：办理表 the handling form
        hotline.handle(order.number, c.Reply(unit, text="已处理"), at=beijing("2026-05-22T10:00"))
    except CommandError as refusal:
        print(f"答复被拒：{refusal.message('zh')}")
    said = c.Reply(
        unit,
        text="已责令夜间停产并加装隔音",
        public="已整改",
        contacted=True,
        fact="true",
        claim="reasonable",
        result="solved",
        solved=True,
    )
    hotline.handle(order.number, said, at=beijing("2026-05-22T10:30"))
    hotline.handle(order.number, c.Clear(centre), at=beijing("2026-05-22T14:00"))
    hotline.handle(order.number, c.Review(centre), at=beijing("2026-05-22T14:30"))
    called = c.FollowUp(caller, solved=True, satisfied="very-satisfied", attitude="satisfied")
    order = hotline.handle(order.number, called, at=beijing("2026-05-25T10:00"))
    print(f"{order.status.zh}；经过：{'、'.join(type(event).__name__ for event in hotline.history(order.number))}")


if __name__ == "__main__":
    main()
