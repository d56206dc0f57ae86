"""Hypothesis strategies for orders and their lives (随机工单): needs the extra ``testing``.

::

    from hypothesis import given
    from hotline12345.testing.lives import orders

    @given(orders())
    def test_my_screen_shows_any_order(order): ...
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from attrs import evolve
from hypothesis import strategies as st

from hotline12345.core.errors import HotlineError
from hotline12345.core.order import Order
from hotline12345.core.policy import Policy

from .orders import AT, Life, small_policy
from .strategies import UNITS, commands, requests

_GAPS = st.sampled_from((1, 45, 60 * 8, 60 * 24, 60 * 24 * 3, 60 * 24 * 20)).map(
    lambda minutes: timedelta(minutes=minutes)
)

_BEGINNINGS = ("received", "received", "accepted", "dispatched", "signed", "replied", "reviewed")


@st.composite
def lives(
    draw: st.DrawFn, policy: st.SearchStrategy[Policy] | None = None, *, units: tuple[str, ...] = UNITS, most: int = 12
) -> Life:
    """Return the life of an order (工单的一生), driven by what people might do; what is refused is left out.

    Args:
        policy: whose rules; the small ones of the kit by default.
        units: the units that are named.
        most: how many things are tried.
    """
    rules = draw(policy) if policy is not None else small_policy()
    request = draw(requests(st.just(AT)))
    if request.line not in {line.code for line in rules.lines}:
        request = evolve(request, line="")  # what the place does not have cannot be called
    life = Life(rules, at=AT, request=request)
    with suppress(HotlineError):  # a long life begins on the common way; where the rules refuse it, at receipt
        life.take(draw(st.sampled_from(_BEGINNINGS)))
    for _ in range(draw(st.integers(0, most))):
        command = draw(commands(life.order, units=units))
        with suppress(HotlineError):
            life.do(command, life.at + draw(_GAPS))
    return life


def orders(
    policy: st.SearchStrategy[Policy] | None = None, *, units: tuple[str, ...] = UNITS, most: int = 12
) -> st.SearchStrategy[Order]:
    """Return an order at some point of its life (工单); the arguments are those of :func:`lives`."""
    return lives(policy, units=units, most=most).map(lambda life: life.order)
