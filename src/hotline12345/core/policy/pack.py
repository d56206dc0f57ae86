"""A place's editions (政策包): which one is in force on a day."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ..errors import PolicyError, RequestError
from .edition import Policy


@frozen(weakref_slot=False)
class Pack:
    """A place's editions (政策包), oldest first; one whose date is unknown serves only where it is the only one."""

    name: str
    place: str
    title: str
    editions: tuple[Policy, ...]

    @property
    def newest(self) -> Policy:
        """The newest edition."""
        dated = [policy for policy in self.editions if policy.begins is not None]
        return dated[-1] if dated else self.editions[-1]

    def on(self, day: date) -> Policy:
        """Return the edition in force on *day*.

        Raises:
            PolicyError: ``no-edition`` when none was in force, with those there are.
        """
        if len(self.editions) == 1 and self.editions[0].begins is None:
            return self.editions[0]
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
        return max(found, key=lambda policy: policy.begins or date.min)

    def edition(self, name: str) -> Policy:
        """Return the edition called *name*.

        Raises:
            RequestError: ``unknown-edition``, with those there are.
        """
        for policy in self.editions:
            if policy.edition == name:
                return policy
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
