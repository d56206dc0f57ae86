"""The channel contract is able to fail: each broken channel is caught by the clause that names its fault."""

from __future__ import annotations

import pytest
from attrs import evolve

from hotline12345.channels.plain import PlainChannel
from hotline12345.core.errors import RequestError
from hotline12345.testing.channel_contract import ChannelContract, Sample

SAMPLE = Sample(b"received,text\n2024-03-01,a\nnever,b\n2024-03-02,c\n", good=2, bad=1)


class _Old(PlainChannel):
    api = 0


class _Both(PlainChannel):
    def parse(self, payload, *, options=None):
        for row in super().parse(payload, options=options):
            yield evolve(row, error=RequestError("坏", "bad"))


class _StopsAtTheFirst(PlainChannel):
    def parse(self, payload, *, options=None):
        for row in super().parse(payload, options=options):
            yield row
            if row.error:
                return


class _LosesTheLine(PlainChannel):
    def parse(self, payload, *, options=None):
        return (evolve(row, line=1) for row in super().parse(payload, options=options))


class _Remembers(PlainChannel):
    def __init__(self):
        self.seen = 0

    def parse(self, payload, *, options=None):
        self.seen += 1
        return (evolve(row, facts={"seen": self.seen}) for row in super().parse(payload, options=options))


class _Curt(PlainChannel):
    def parse(self, payload, *, options=None):
        for row in super().parse(payload, options=options):
            yield evolve(row, error=RequestError("坏", "bad", line=row.line)) if row.error else row


class _Crashes(PlainChannel):
    def parse(self, payload, *, options=None):
        payload.decode("ascii")
        return super().parse(payload, options=options)


class _Counts(PlainChannel):
    calls = 0

    def render(self, view):
        type(self).calls += 1
        return b"%d" % self.calls


@pytest.mark.parametrize(
    ("broken", "clause"),
    [
        (_Old, "C1_it_speaks_this_version_of_the_protocol"),
        (_Both, "C2_a_row_is_a_request_or_a_refusal_and_never_both"),
        (_StopsAtTheFirst, "C3_the_good_rows_go_in_though_others_are_bad"),
        (_LosesTheLine, "C4_rows_say_where_they_are_in_the_payload"),
        (_Remembers, "C5_the_same_payload_gives_the_same_rows"),
        (_Curt, "C6_every_refusal_has_a_code_two_languages_and_a_way_out"),
        (_Crashes, "C7_no_bytes_make_it_fail_in_any_other_way"),
        (_Counts, "C8_rendering_gives_the_same_bytes_and_leaves_the_view_alone"),
    ],
)
def test_a_broken_channel_is_caught_by_its_clause(broken, clause):
    instance = broken()

    class Case(ChannelContract):
        def channel(self):
            return instance

        def payload(self):
            return SAMPLE

        def view(self):
            return {"number": "1"}

    with pytest.raises((AssertionError, UnicodeDecodeError)):
        getattr(Case(), f"test_{clause}")()
