"""A place's editions (政策包): which one is in force on a day."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ..errors import PolicyError, RequestError
from .edition import Policy


@frozen(weakref_slot=False)
class Pack:
    """A place's editions (政策包), oldest first; one whose date is unknown serves only where it is the only one.

    ``editions`` lie over their parents as these are now; ``earlier`` holds the same editions over what their parents
    were before.  An order keeps both its edition and its parents'.
    """

    name: str
    place: str
    title: str
    editions: tuple[Policy, ...]
    earlier: tuple[Policy, ...] = ()

    @property
    def newest(self) -> Policy:
        """The newest edition."""
        dated = [policy for policy in self.editions if policy.begins is not None]
        return dated[-1] if dated else self.editions[-1]

    def on(self, day: date) -> Policy:
        """Return the edition in force on *day*, over its parents as they were that day.

        Raises:
            PolicyError: ``no-edition`` when none was in force, with those there are.
        """
        if len(self.editions) == 1 and self.editions[0].begins is None:
            return self._over(self.editions[0], day)
        found = [policy for policy in self.editions if policy.in_force(day)]
        if not found:
            known = "、".join(f"{p.edition}（{_days(p, '见行于', '至', '日期不详')}）" for p in self.editions)
            raise PolicyError(
                f"政策包 {self.name} 在 {day} 没有生效的版本",
                f"pack {self.name} has no edition in force on {day}",
                code="no-edition",
                hint=f"用 --edition 指定版本；现有：{known}",
                hint_en="name one with --edition; there are: "
                + ", ".join(f"{p.edition} ({_days(p, 'seen from ', ' to ', 'date unknown')})" for p in self.editions),
            )
        return self._over(max(found, key=lambda policy: policy.begins or date.min), day)

    @property
    def every(self) -> tuple[Policy, ...]:
        """The editions over all their parents' editions, the earlier ones first."""
        return self.earlier + self.editions

    def _over(self, edition: Policy, day: date) -> Policy:
        """Return *edition* over its parents as they were on *day*."""
        held = [p for p in self.every if p.edition == edition.edition and (p.since is None or p.since <= day)]
        return max(held, key=lambda policy: policy.since or date.min, default=edition)

    def kept(self, edition: str, parents: tuple[str, ...], digest: str = "") -> Policy:
        """Return the edition an order was recorded under (工单所依版本).

        By its digest; where files were edited since, by the edition's and its parents' names; an order of before these
        were recorded gets the edition as it is now.

        Raises:
            RequestError: ``unknown-edition``.
        """
        for policy in self.every if digest else ():
            if policy.digest == digest:
                return policy
        for policy in self.every if parents else ():
            if (policy.edition, policy.parents) == (edition, parents):
                return policy
        return self.edition(edition)

    def edition(self, name: str, day: date | None = None) -> Policy:
        """Return the edition called *name*, over its parents as they are now or were on *day*.

        Raises:
            RequestError: ``unknown-edition``, with those there are.
        """
        for policy in self.editions:
            if policy.edition == name:
                return policy if day is None else self._over(policy, day)
        known = "、".join(p.edition for p in self.editions)
        raise RequestError(
            f"政策包 {self.name} 没有版本「{name}」",
            f"pack {self.name} has no edition {name!r}",
            code="unknown-edition",
            hint=f"现有版本：{known}",
            hint_en="editions: " + ", ".join(p.edition for p in self.editions),
        )


def _days(policy: Policy, seen: str, to: str, unknown: str) -> str:
    if policy.effective is None and policy.seen is not None:
        return f"{seen}{policy.seen[0]}{to}{policy.seen[1]}"
    return str(policy.effective or unknown)
