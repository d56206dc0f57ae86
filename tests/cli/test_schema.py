"""``schema``: what there is is printed, what there is not is refused with what there is."""

from __future__ import annotations

import pytest

from hotline12345.schema import SCHEMAS


@pytest.mark.parametrize("name", [*SCHEMAS, "Dispatched"])
def test_each_schema_is_printed(run, name):
    assert run("schema", name).json["title"] == name


def test_a_schema_there_is_not(run):
    assert run("schema", "nothing", code=2).error["hint"].startswith("格式有：request、order、record、envelope")
