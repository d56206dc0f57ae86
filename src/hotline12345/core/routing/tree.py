"""Who stands under whom (承办网络): questions to the tree of units that need no catalogue."""

from __future__ import annotations

from attrs import field, frozen

from ..errors import RequestError
from .grades import Grade, Unit
from .network import Network


@frozen(weakref_slot=False, eq=False)
class Tree:
    """The units below a hotline (承办网络): *centre* is the hotline's own unit, *seat* what it stands at."""

    centre: str
    seat: str
    _network: Network = field(repr=False)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Every unit of the place (全部单位)."""
        return tuple(self._network.units.values())

    def unit(self, code: str) -> Unit:
        """Return the unit with *code* (查单位).

        Raises:
            RequestError: ``unknown-unit``.
        """
        found = self._network.units.get(code)
        if found is None:
            raise RequestError(
                f"没有单位「{code}」",
                f"there is no unit {code!r}",
                code="unknown-unit",
                hint="请用单位表中的代码",
                hint_en="give a code from the units of the place",
            )
        return found

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above *code* (上级单位), nearest first."""
        return self._chain(code)[-2::-1]

    def children(self, code: str) -> tuple[str, ...]:
        """Return the codes next below *code* (下级单位)."""
        return self._network.children.get(self.unit(code).code, ())

    def common(self, a: str, b: str) -> str:
        """Return the nearest unit above both, or one of them (共同上级); empty when they share none."""
        shared = ""
        for one, two in zip(self._chain(a), self._chain(b), strict=False):
            if one != two:
                break
            shared = one
        return shared

    def path(self, a: str, b: str) -> tuple[str, ...]:
        """Return the way from *a* up to what they share and down to *b* (层级路径); () when there is none."""
        up, down = self._chain(a), self._chain(b)
        shared, most = 0, min(len(up), len(down))
        while shared < most and up[shared] == down[shared]:
            shared += 1
        return (*up[: shared - 1 : -1], *down[shared - 1 :]) if shared else ()

    def _chain(self, code: str) -> tuple[str, ...]:
        return self._network.chains.get(code) or self._network.chains[self.unit(code).code]

    def emergency(self, number: str) -> Unit:
        """Return the emergency service with *number* (紧急热线), such as 110, 119, 120 or 122.

        Raises:
            RequestError: ``unknown-emergency`` when the units have none with this number.
        """
        there = [unit for unit in self.units if unit.grade is Grade.EMERGENCY]
        for unit in there:
            if number in (unit.phone, unit.code):
                return unit
        known = "、".join(unit.phone or unit.code for unit in there)
        raise RequestError(
            f"没有紧急热线「{number}」",
            f"there is no emergency number {number!r}",
            code="unknown-emergency",
            hint=f"单位表中的紧急热线：{known or '没有'}",
            hint_en=f"emergency units there are: {known or 'none'}",
        )

    def grassroots(self, code: str) -> bool:
        """Tell whether *code* is a town or subdistrict, or stands under one (是否基层)."""
        government = self._network.government(self.unit(code).code)
        return government is not None and government.grade is Grade.TOWN
