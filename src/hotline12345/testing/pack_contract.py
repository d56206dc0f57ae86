"""What every pack must hold (政策包契约): numbered clauses, one test each.

Subclass it in your own tests, say which pack, and run pytest::

    class TestMyPack(PackContract):
        def pack(self): return "path/to/my-city"
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hotline12345.core.policy import Pack
from hotline12345.core.request import Kind
from hotline12345.core.sla import Stage
from hotline12345.packs import check_pack, load_pack, run_cases

_BEIJING = timezone(timedelta(hours=8))


class PackContract:
    """The contract of a pack (政策包契约), clauses P1 to P9."""

    def pack(self) -> str | Path:
        """Return the name or the path of the pack under test."""
        raise NotImplementedError

    def _loaded(self) -> Pack:
        return load_pack(self.pack())

    def test_p1_it_loads_without_faults(self) -> None:
        """P1: it loads, with an edition, a title and a place."""
        pack = self._loaded()
        assert pack.editions
        assert pack.title
        assert pack.place

    def test_p2_the_check_finds_no_errors(self) -> None:
        """P2: `check` finds no errors in any edition; warnings are the author's to weigh."""
        assert [fault.text() for fault in check_pack(self.pack()) if fault.severity == "error"] == []

    def test_p3_it_has_cases_and_all_come_out_as_expected(self) -> None:
        """P3: every edition proves itself with at least one case, and all pass."""
        for policy in self._loaded().editions:
            assert policy.cases, policy.edition
            assert [fault.text() for fault in run_cases(policy)] == []

    def test_p4_every_rule_has_its_basis(self) -> None:
        """P4: limits, scope rules, rungs and steps all name their basis."""
        for policy in self._loaded().editions:
            rules: list[Any] = [*policy.limits, *policy.scope, *policy.ladder]
            steps: list[Any] = [policy.flow, policy.send_back, policy.extension, policy.reopen]
            assert [rule for rule in (*rules, *steps) if not rule.basis.strip()] == []

    def test_p5_every_kind_is_answered_with_a_due_day_or_the_reason_for_none(self) -> None:
        """P5: asking when a request of any kind is due gives an instant, or none with a basis; never an error."""
        start = datetime(2026, 6, 1, 10, tzinfo=_BEIJING)
        for policy in self._loaded().editions:
            for kind in Kind:
                due = policy.due(kind, start, Stage.HANDLE)
                assert due.basis
                assert (due.at is None) == (due.limit is None)
                assert due.at is None or due.at > start

    def test_p6_every_category_goes_to_one_unit_of_the_place(self) -> None:
        """P6: where it routes, every category of its catalogue is taken by a unit that exists."""
        for policy in self._loaded().editions:
            if policy.routes is None or policy.rules is None:
                continue
            codes = {unit.code for unit in policy.routes.units}
            for category in policy.rules.categories:
                assert policy.routes.route(category.name, policy.place).unit in codes

    def test_p7_loading_it_twice_gives_the_same_pack(self) -> None:
        """P7: the digests do not depend on the run."""
        first, second = self._loaded(), load_pack(self.pack(), need=())
        assert [policy.digest for policy in first.editions] == [policy.digest for policy in second.editions]

    def test_p8_no_edition_claims_a_day_it_does_not_know(self) -> None:
        """P8: an edition has the day it is named by, or says that the day is unknown; month or year may be known."""
        for policy in self._loaded().editions:
            if policy.effective is not None:
                assert policy.edition == policy.effective.isoformat()
            else:
                assert policy.edition == "unknown" or re.fullmatch(r"\d{4}(-\d{2})?", policy.edition)

    def test_p9_whatever_people_do_no_order_is_stranded(self) -> None:
        """P9: after any commands, somebody can make something of an open order, or time will; a failure is told."""
        from hypothesis import HealthCheck, given, settings
        from hypothesis import strategies as st

        from hotline12345.core.verify.walk import some_units, stranded

        from .lives import lives
        from .orders import Life
        from .telling import telling

        policy = self._loaded().newest
        quiet = settings(
            max_examples=25,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow],
        )

        @quiet
        @given(lives(st.none().map(lambda _: policy), units=some_units(policy)))  # a policy's repr is long
        def nobody_is_stranded(life: Life) -> None:
            with telling(life):
                assert not stranded(policy, life.order)

        nobody_is_stranded()
