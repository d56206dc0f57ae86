"""What every channel must hold (渠道契约): numbered clauses, one test each.

Subclass it in your own tests, give it your channel and a payload, and run pytest::

    class TestMyChannel(ChannelContract):
        def channel(self): return MyChannel()
        def payload(self): return Sample(b"...", good=3, bad=1)
        def view(self): return {"number": "…", "status": "dispatched"}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from hotline12345.channels import API, Channel, Parsed
from hotline12345.core.errors import HotlineError, RequestError


@frozen
class Sample:
    """A payload of known content (样例载荷): *good* rows hold a request, *bad* ones are refused."""

    data: bytes
    good: int
    bad: int
    options: Mapping[str, Any] = field(factory=dict)


class ChannelContract:
    """The contract of a channel (渠道契约), clauses C1 to C8."""

    def channel(self) -> Channel:
        """Return the channel under test."""
        raise NotImplementedError

    def payload(self) -> Sample:
        """Return a payload of at least two good rows and one bad row between them."""
        raise NotImplementedError

    def view(self) -> Mapping[str, Any]:
        """Return a view of an order, as the host would hand it to :meth:`Channel.render`."""
        raise NotImplementedError

    def _rows(self) -> list[Parsed]:
        sample = self.payload()
        return list(self.channel().parse(sample.data, options=sample.options))

    def test_C1_it_speaks_this_version_of_the_protocol(self) -> None:
        """C1: ``api`` is the version of the protocol this library speaks, and the methods are there."""
        channel = self.channel()
        assert channel.api == API
        assert isinstance(channel, Channel)

    def test_C2_a_row_is_a_request_or_a_refusal_and_never_both(self) -> None:
        """C2: exactly one of ``request`` and ``error`` is set in every row."""
        rows = self._rows()
        assert rows, "the sample must hold rows"
        assert all((row.request is None) != (row.error is None) for row in rows)

    def test_C3_the_good_rows_go_in_though_others_are_bad(self) -> None:
        """C3: a bad row is given back and takes no other row with it."""
        sample, rows = self.payload(), self._rows()
        assert sample.good >= 2, "the sample must hold two good rows"
        assert sample.bad >= 1, "the sample must hold a bad row"
        assert sum(row.error is None for row in rows) == sample.good
        assert sum(row.request is None for row in rows) == sample.bad
        first_bad = next(index for index, row in enumerate(rows) if row.error)
        assert any(row.request for row in rows[first_bad:]), "the sample's bad row must lie between good ones"

    def test_C4_rows_say_where_they_are_in_the_payload(self) -> None:
        """C4: ``line`` counts from 1, never goes back, and a refusal names it."""
        lines = [row.line for row in self._rows()]
        assert lines[0] >= 1
        assert lines == sorted(lines)
        assert all(row.error.facts.get("line") == row.line for row in self._rows() if row.error)

    def test_C5_the_same_payload_gives_the_same_rows(self) -> None:
        """C5: parsing depends on the payload and the options alone, and one reading leaves no trace in the next."""

        def told(rows: list[Parsed]) -> list[tuple[Any, ...]]:
            return [(row.line, row.request, row.error and row.error.as_dict(), dict(row.facts)) for row in rows]

        channel, sample = self.channel(), self.payload()
        first = told(list(channel.parse(sample.data, options=sample.options)))
        assert told(list(channel.parse(sample.data, options=sample.options))) == first
        assert told(self._rows()) == first

    def test_C6_every_refusal_has_a_code_two_languages_and_a_way_out(self) -> None:
        """C6: refusals are ``RequestError`` with a kebab-case code, both messages and a hint."""
        for row in self._rows():
            if row.error is not None:
                assert isinstance(row.error, RequestError)
                assert row.error.code == row.error.code.lower().replace("_", "-").replace(" ", "-")
                assert all((row.error.zh, row.error.en, row.error.hint("zh"), row.error.hint("en")))

    def test_C7_no_bytes_make_it_fail_in_any_other_way(self) -> None:
        """C7: whatever arrives, wherever it is cut, nothing but this library's own errors comes out."""
        from hypothesis import given, settings
        from hypothesis import strategies as st

        channel, sample = self.channel(), self.payload()
        cuts = st.integers(0, len(sample.data)).map(lambda end: sample.data[:end])

        @settings(max_examples=200, deadline=None, database=None, derandomize=True)
        @given(st.one_of(cuts, st.binary(max_size=300), _spliced(sample.data)))
        def anything(data: bytes) -> None:
            try:
                rows = list(channel.parse(data, options=sample.options))
            except HotlineError:
                return
            assert all((row.request is None) != (row.error is None) for row in rows)

        anything()

    def test_C8_rendering_gives_the_same_bytes_and_leaves_the_view_alone(self) -> None:
        """C8: ``render`` returns bytes, the same for the same view, and does not touch the view."""
        channel, view = self.channel(), self.view()
        before = repr(view)
        rendered = channel.render(view)
        assert isinstance(rendered, bytes)
        assert rendered
        assert channel.render(self.view()) == rendered
        assert repr(view) == before


def _spliced(data: bytes) -> Any:
    """Return a strategy for *data* with some of its bytes replaced."""
    from hypothesis import strategies as st

    def splice(spot: tuple[int, bytes]) -> bytes:
        at, piece = spot
        return data[:at] + piece + data[at + len(piece) :]

    return st.tuples(st.integers(0, len(data)), st.binary(min_size=1, max_size=4)).map(splice)
