"""Other systems' logs through the machine (外部日志): what it allows, what it refuses, how long it took."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from hotline12345.cli import cli
from hotline12345.core.errors import PolicyError, RequestError
from hotline12345.core.policy import Flow, Policy
from hotline12345.packs import load_pack
from hotline12345.replay.eventlog import Traced, read_log, shuffled, trace
from hotline12345.replay.mapping import LogMapping, read_mapping
from hotline12345.testing.orders import small_policy

MAPPINGS = Path(__file__).parent / "fixtures" / "eventlogs"

MAPPING = """
[log]
case = "case"
at = "time"
event = "what"
unit = "who"

[[step]]
event = ["open"]
when = ["new"]
do = ["receive", "accept"]

[[step]]
event = ["assign"]
when = ["accepted"]
do = ["dispatch"]

[[step]]
event = ["take"]
when = ["dispatched"]
unit = "same"
do = [{ command = "sign", unit = "$unit" }]

[[step]]
event = ["call"]

[[step]]
event = ["done"]
when = ["signed"]
do = ["reply"]
"""
HEAD = "case,time,what,who\n"
GOOD = (
    "1,2026-09-28 09:00:00,open,\n1,2026-09-28 10:00:00,assign,u1\n1,2026-09-28 12:00:00,take,u1\n"
    "1,2026-09-28 13:00:00,call,u1\n1,2026-09-28 16:00:00,done,u1\n"
)


def policy() -> Policy:
    """Return rules that let the log decide: nothing is dispatched or closed by itself."""
    return small_policy(flow=Flow(accept_to_dispatch=False))


def run(rows: str, mapping: str = MAPPING) -> Traced:
    found = read_mapping(mapping, "mapping.toml")
    return trace(read_log((HEAD + rows).encode(), found), found, policy())


def test_a_case_that_the_table_allows_is_accepted_and_its_stages_add_up() -> None:
    found = run(GOOD)
    assert (found.cases, found.accepted, found.events, found.mapped, found.noted) == (1, 1, 5, 4, 1)
    hours = {name: length / timedelta(hours=1) for name, length in found.stages.items()}
    assert hours == {"accepted": 1, "dispatched": 2, "signed": 4}
    assert not found.uneven


def test_what_no_step_fits_is_refused_with_the_status_and_the_line() -> None:
    found = run("1,2026-09-28 09:00:00,open,\n1,2026-09-28 10:00:00,done,u1\n1,2026-09-28 11:00:00,call,u1\n")
    (refusal,) = found.refusals
    assert (refusal.line, refusal.event, refusal.status, refusal.code) == (3, "done", "accepted", "no-step")
    assert (found.accepted, found.mapped, found.unread) == (0, 1, 2)


def test_what_the_machine_refuses_is_told_in_its_own_words() -> None:
    mapping = MAPPING + '\n[[step]]\nevent = ["leap"]\ndo = ["close"]\n'
    (refusal,) = run("1,2026-09-28 09:00:00,open,\n1,2026-09-28 10:00:00,leap,u1\n", mapping).refusals
    assert refusal.code == "not-possible-now"
    assert "close" in refusal.message


def test_rows_are_taken_by_their_time_and_then_by_their_line() -> None:
    rows = GOOD.splitlines(keepends=True)
    assert run("".join(reversed(rows))).accepted == 1


def test_a_shuffled_case_keeps_its_times_and_loses_its_order() -> None:
    found = read_mapping(MAPPING)
    (events,) = read_log((HEAD + GOOD).encode(), found).values()
    mixed = shuffled(events, Random(3))
    assert [one.at for one in mixed] == [one.at for one in events]
    assert sorted(one.event for one in mixed) == sorted(one.event for one in events)
    assert trace({"1": mixed}, found, policy()).accepted == 0


def test_a_mapping_is_told_all_its_faults_with_their_lines() -> None:
    text = (
        MAPPING.replace('"receive"', '"recieve"').replace('when = ["signed"]', 'when = ["sined"]')
        + "\n[[step]]\ncolour = 1\n"
    )
    with pytest.raises(PolicyError) as refused:
        read_mapping(text, "mapping.toml")
    found = {(fault.key, fault.line > 0) for fault in refused.value.faults}
    assert found == {("do", True), ("when", True), ("colour", True), ("event", True)}


@pytest.mark.parametrize(
    ("text", "code"), [("a,b\n1,2\n", "missing-column"), (HEAD + "1,yesterday,open,\n", "bad-time"), ("", "empty-file")]
)
def test_a_log_that_cannot_be_read_is_refused(text: str, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        read_log(text.encode(), read_mapping(MAPPING))
    assert refused.value.code == code


def test_a_log_that_breaks_off_is_refused() -> None:
    whole = gzip.compress((HEAD + GOOD).encode())
    with pytest.raises(RequestError) as refused:
        read_log(whole[:-12], read_mapping(MAPPING))
    assert refused.value.code == "damaged-gzip"


def test_the_command_prints_json_and_exits_with_one_where_a_case_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(HEAD + GOOD + "2,2026-09-28 09:00:00,done,u1\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    arguments = ["trace", str(tmp_path / "log.csv"), "--mapping", str(tmp_path / "map.toml"), "--pack", "cn"]
    done = CliRunner().invoke(cli, [*arguments, "--format", "json"])
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (told["cases"], told["accepted"], told["refusals"][0]["status"]) == (2, 1, "new")


# ── real logs ──


def waiting() -> Policy:
    """Return rules under which a unit may wait for others; hours in plenty, since the logs know of no such limits."""
    return load_pack(MAPPINGS / "plenty").newest


LOGS = {"helpdesk": "helpdesk_italian.csv.gz", "bpic2013": "bpic2013_incidents.csv.gz", "wabo": "wabo_receipt.csv.gz"}


def mapping_of(name: str) -> LogMapping:
    return read_mapping((MAPPINGS / f"{name}.toml").read_text(encoding="utf-8"), name)


@pytest.mark.parametrize("name", LOGS)
def test_a_real_log_is_accepted_and_the_same_log_shuffled_is_refused(name: str, data_dir: Path) -> None:
    mapping = mapping_of(name)
    cases = read_log((data_dir / "eventlogs" / LOGS[name]).read_bytes(), mapping)
    found = trace(cases, mapping, waiting())
    told = [(one.event, one.status, one.code, one.message) for one in found.refusals[:10]]
    assert found.accepted >= 0.99 * found.cases, told
    assert found.mapped >= 0.9 * found.events
    assert not found.uneven, "stage times add up to the life of every case"
    assert all(one.code and one.message for one in found.refusals), "each refusal has its reason"
    dice = Random(12345)
    mixed = trace({case: shuffled(events, dice) for case, events in cases.items()}, mapping, waiting())
    assert mixed.accepted <= 0.5 * mixed.cases


def test_the_real_order_of_taian_runs_through_and_its_stages_take_as_long_as_they_did(data_dir: Path) -> None:
    """TV-82: accepted to dispatched 17 m 10 s, to handled 4 h 47 m 49 s, to closed 44 m 55 s."""
    rows = json.loads((data_dir / "taian_trace.json").read_text(encoding="utf-8"))["trace"]
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(("case", "date", "stage", "unit"))
    sheet.writerows(("1", row["date"], row["stage"], row["unit"]) for row in rows)
    mapping = mapping_of("taian")
    found = trace(read_log(out.getvalue().encode(), mapping), mapping, policy())
    assert (found.accepted, found.mapped, found.refusals) == (1, 5, [])
    assert found.stages == {
        "accepted": timedelta(minutes=17, seconds=10),
        "dispatched": timedelta(hours=4, minutes=47, seconds=49),
        "replied": timedelta(minutes=44, seconds=55),
    }
