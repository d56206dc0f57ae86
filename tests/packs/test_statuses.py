"""What a place calls the statuses: names for people, which add no status and no way."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline12345.core.errors import PolicyError
from hotline12345.core.status import Status
from hotline12345.packs import load_pack

HEAD = 'title = "市"\nplace = "990100"\neffective = "unknown"\n'
# the platform of Tai'an (handbook §5): 受理 待受理→已受理, 预审 待派遣→已派遣, 处置 待处置→已处置
TAIAN = '[statuses]\nreceived = "待受理"\n"待派单" = "待派遣"\ndispatched = "待处置"\nbasis = "泰安平台"\n'


def city(home: Path, said: str) -> Path:
    place = home / "city"
    place.mkdir()
    (place / "unknown.toml").write_text(HEAD + said, encoding="utf-8")
    return place


def test_a_place_names_the_statuses_its_own_way_and_leaves_the_others(tmp_path: Path) -> None:
    policy = load_pack(city(tmp_path, TAIAN)).newest
    names = {status: policy.status_name(status) for status in (Status.RECEIVED, Status.ACCEPTED, Status.DISPATCHED)}
    assert names == {Status.RECEIVED: "待受理", Status.ACCEPTED: "待派遣", Status.DISPATCHED: "待处置"}
    assert policy.status_name(Status.CLOSED) == "已办结"


@pytest.mark.parametrize(
    ("said", "code", "line"),
    [
        ('[statuses]\nwaiting = "待补充"\nbasis = "x"\n', "unknown-value", 5),
        ('[statuses]\naccepted = "甲"\n"待派单" = "乙"\nbasis = "x"\n', "duplicate-code", 6),
        ('[statuses]\naccepted = "甲"\n', "missing-basis", 4),
    ],
)
def test_a_status_that_there_is_not_cannot_be_named(tmp_path: Path, said: str, code: str, line: int) -> None:
    with pytest.raises(PolicyError) as raised:
        load_pack(city(tmp_path, said))
    assert [(fault.code, fault.line) for fault in raised.value.faults] == [(code, line)]
