"""One order from the call to the close (一张工单的一生).

    python examples/01_one_order.py

The clock is given by hand, so that the example prints the same every day; a real hotline leaves it out.
Names and numbers of people are made up.  The rules are those of the pack ``shenyang``: each limit names its source.
"""

from __future__ import annotations

from datetime import datetime

from hotline12345 import Actor, CommandError, Hotline, Request, Requester, events
from hotline12345 import commands as c


def beijing(text: str) -> datetime:
    """Read a time of day in Beijing (北京时间); the library refuses times without an offset."""
    return datetime.fromisoformat(text + "+08:00")


# ── 1. A hotline: rules, a store, a clock (热线 = 政策包 + 存储 + 时钟) ──

now = beijing("2026-09-18T10:00")
hotline = Hotline("shenyang", "memory:", clock=lambda: now)

# ── 2. Who acts: role @ unit / person (谁在办) ──

agent = Actor.parse("agent@210100-12345/li")
ecology = Actor.parse("handler@210100-ecology/zhao")
reviewer = Actor.parse("reviewer@210100-12345/qian")
caller = Actor.parse("caller@210100-12345/sun")

# ── 3. The call comes in: classified, routed, given a deadline in one step (收件、归类、派单、算期限) ──

request = Request(
    received=now,
    text="楼下工厂夜里噪音扰民，睡不着",
    requester=Requester(name="王某某", phone="13800000000"),
    area="210102",
)
order = hotline.receive(request, by=agent)
assert order.topic is not None
assert order.citizen is not None
due = order.citizen.deadline
print(f"{order.status.zh}：{order.topic.kind.zh}，{order.category}，承办单位 {order.holder}")
print(f"到期 {due.due_day}，{due.limit}，依据：{due.basis.split(' / ')[0]}")

# ── 4. Why that day: counted day by day, by the code that computed it (逐日解释) ──

told = hotline.policy_of(order).explain_due(order.kind, due.start, category=order.category)
for day in told.counted[:8]:
    print(f"  {day.day}  {'计' if day.counts else '不计'}  {day.why}")
print(f"  …… 共 {sum(day.counts for day in told.counted):g} 个工作日")

# ── 5. Whoever may not is refused, and told who may (无权者被拒) ──

try:
    hotline.handle(order.number, c.Reply(agent, text="我来答复"))
except CommandError as refusal:
    print(f"{refusal.message('zh')}。{refusal.hint('zh')}")

# ── 6. The unit signs and replies, the centre reviews and calls back (签收、答复、审核、回访) ──

now = beijing("2026-09-21T09:00")
hotline.handle(order.number, c.Sign(ecology))
now = beijing("2026-09-29T15:00")
reply = c.Reply(ecology, text="已责令夜间停产", public="工厂已停止夜间生产。", solved=True)
hotline.handle(order.number, reply)
now = beijing("2026-09-30T09:00")
hotline.handle(order.number, c.Review(reviewer))
now = beijing("2026-09-30T16:00")
order = hotline.handle(order.number, c.FollowUp(caller, solved=True, satisfied="satisfied"))
print(f"{order.status.zh}，按时：{'是' if order.on_time else '否'}，共 {order.version} 个事件")

# ── 7. What happened is kept, and the order is what it adds up to (历史即状态) ──

for event in hotline.history(order.number):
    detail = f" → {event.unit}（{event.rule}）" if isinstance(event, events.Dispatched) else ""
    print(f"  {event.at:%m-%d %H:%M}  {type(event).__name__:10} {event.by or '—'}{detail}")
