"""What is done about it and what the requester says (办理、答复、回访事件)."""

from __future__ import annotations

from attrs import frozen

from ..refs import Form, Ref
from ..sla import Deadline
from .base import Event


@frozen(slots=False)
class Signed(Event):
    """Signed (签收): the unit took it; *handle* is set when the clock starts here."""

    assignment: str
    handle: Deadline | None = None
    citizen: Deadline | None = None


@frozen(slots=False)
class Contacted(Event):
    """Contacted (先行联系): the requester was reached, or why not."""

    assignment: str
    reached: bool = True
    reason: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Replied(Event):
    """Replied (答复): the unit reports back; *final* when it is the answer to the citizen."""

    assignment: str
    final: bool = True
    solved: bool | None = None
    reason: str = ""  # why unsolved, a code
    private: Ref | None = None
    review: Deadline | None = None
    held: bool = False  # nobody outside sees the public words before they are cleared
    form: Form | None = None


@frozen(slots=False)
class Reviewed(Event):
    """Reviewed (审核): passed on, or sent back to the unit."""

    passed: bool
    reason: str = ""
    private: Ref | None = None
    follow_up: Deadline | None = None


@frozen(slots=False)
class FollowedUp(Event):
    """Followed up (回访): reached or not, solved, satisfied."""

    outcome: str  # reached | unreachable | refused | disputed
    solved: bool | None = None
    satisfied: str = ""  # a level of the policy's scale
    attempt: int = 1
    private: Ref | None = None
    caller: str = ""  # the merged order whose requester this was; "" for the order's own
    attitude: str = ""  # a level, where it is asked apart from the result


@frozen(slots=False)
class Judged(Event):
    """Judged (不满意认定): whether the dissatisfaction is reasonable."""

    reasonable: bool
    reason: str = ""
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Rated(Event):
    """Rated (好差评) by the requester; *contact* is until when to contact whoever gave a bad one."""

    level: str
    contact: Deadline | None = None
    private: Ref | None = None


@frozen(slots=False)
class Reopened(Event):
    """Reopened (重办)."""

    reason: str
    count: int = 1
    private: Ref | None = None


@frozen(slots=False)
class Reported(Event):
    """Reported (阶段报告): how far a unit has got, and why it is not further."""

    assignment: str
    reason: str = ""
    late: bool = False
    private: Ref | None = None
