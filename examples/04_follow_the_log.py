"""Following the log: notices to the requester, copies to another system (顺序消费：通知与推送).

    python examples/04_follow_the_log.py

Nothing is sent while an order is written: whoever sends reads the store's feed afterwards, from where it left off.
A record is handed out at least once, never skipped; the position tells a second time from the first.
"""

from __future__ import annotations

from datetime import datetime

from hotline12345 import Actor, Hotline, PluginError, Request, Requester
from hotline12345 import commands as c
from hotline12345.outbox import drain
from hotline12345.stores import Fed

now = datetime.fromisoformat("2026-09-18T10:00:00+08:00")
hotline = Hotline("shenyang", "memory:", clock=lambda: now)

NOTICES = {
    "Received": "您的诉求已收到，工单编号 {number}。",
    "Dispatched": "您的诉求已转承办单位办理。",
    "Closed": "您的诉求已办结，感谢来电。",
}

sent: list[tuple[int, str]] = []
gateway_is_down = True


def notify(fed: Fed) -> None:
    """Send the requester a notice; the words come from the private record, which the event only refers to."""
    template = NOTICES.get(fed.record.kind)
    if template is None:
        return
    if gateway_is_down and sent:
        raise ConnectionError("the message gateway does not answer")
    phone = hotline.words(fed.record.number).get("requester", {}).get("phone", "")
    if phone and fed.position not in {position for position, _ in sent}:
        text = template.format(number="…" + fed.record.number[-6:])
        sent.append((fed.position, text))
        print(f"  第 {fed.position} 条 {fed.record.kind:10} → {phone[:3]}****{phone[-4:]} {text.split('，')[0]}")


# ── an order is received and dispatched ──

request = Request(
    received=now, text="小区门口路灯坏了三天", area="210102", requester=Requester("王某某", "13800000000")
)
order = hotline.receive(request, by=Actor.parse("agent@210100-12345/li"))

# ── the gateway fails at the second notice: what came before is done, the rest waits ──

try:
    drain(hotline.store, "notices", notify, place=hotline.place)
except PluginError as fault:
    print(f"{fault.code}：停在第 {fault.facts['position']} 条，已处理到第 {hotline.store.cursor('notices')} 条")

# ── it works again: reading goes on from there ──

gateway_is_down = False
hotline.handle(order.number, c.Withdraw(Actor.parse("agent@210100-12345/li"), reason="solved-itself"))
while count := drain(hotline.store, "notices", notify, place=hotline.place):
    print(f"处理 {count} 条")

# ── another reader has its own place in the same log ──

kinds: list[str] = []
drain(hotline.store, "province", lambda fed: kinds.append(fed.record.kind), place=hotline.place)
print("推送省级平台：", "、".join(kinds))
assert len(sent) == 2, "each notice once"
