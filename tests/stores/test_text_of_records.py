"""Records as text (记录文本): many are read as each would be by itself."""

from __future__ import annotations

import json

import pytest

from hotline12345.stores._text import read_all


def test_many_records_say_what_each_says_by_itself() -> None:
    data = [{"at": "2026-09-28", "units": ["A,B", "]["]}, {}, {"text": '虚构 "fictitious"\n', "n": 1.5}]
    assert read_all([json.dumps(one) for one in data]) == data
    assert read_all([]) == []


@pytest.mark.parametrize("damaged", ["", "{", '{"a": 1},{"b": 2}', '{"a": 1}]['])
def test_one_that_is_damaged_is_told_and_never_taken_for_two(damaged: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read_all(['{"a": 1}', damaged, '{"b": 2}'])
