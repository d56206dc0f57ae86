"""Loading packs (加载政策包): by name and path, over parents, in parts, and always the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from attrs import evolve

from hotline12345.core.calendar.overlay import Overlay, OverlayDay
from hotline12345.core.errors import PluginError, RequestError
from hotline12345.core.policy import Policy
from hotline12345.core.request import Kind, Urgency
from hotline12345.core.sla import Stage
from hotline12345.packs import builtin, check_pack, load_pack, new_pack, pack_names
from hotline12345.testing.pack_contract import PackContract

HEAD = 'title = "测试市"\nplace = "990100"\n'
PARENT = (
    HEAD
    + """effective = 2020-01-01
extends = "cn"
[clock]
roll = true
ends = "business"
cutoff = "17:00"
windows = ["08:30-12:00", "14:00-18:00"]
basis = "甲"
[flow]
review = false
basis = "甲"
[send_back]
window = "24h"
most = 2
basis = "甲"
[[limit]]
limit = "15wd"
basis = "甲"
[[limit]]
kind = "投诉"
limit = "10wd"
basis = "甲"
[[rung]]
code = "urge"
zh = "催办"
after = "1wd"
basis = "甲"
[[scope]]
code = "private-matter"
disposition = "decline"
words = ["代写情书"]
told = "不受理"
basis = "甲"
"""
)


def pack(folder: Path, name: str, **editions: str) -> Path:
    """Write a pack of editions, given as ``e2020_01_01="…"`` or ``unknown="…"``."""
    place = folder / name
    place.mkdir()
    for edition, text in editions.items():
        (place / f"{edition.lstrip('e').replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """A parent pack in ``parent``, ready to be extended."""
    pack(tmp_path, "parent", e2020_01_01=PARENT)
    return tmp_path


def child(family: Path, text: str) -> Policy:
    """Load a child of the parent pack."""
    path = pack(family, "child", unknown=HEAD + 'effective = "unknown"\nextends = "../parent"\n' + text)
    return load_pack(path, need=()).newest


def limit_of(policy: Policy, kind: Kind, stage: Stage = Stage.HANDLE, **more: str) -> str:
    rule = policy.limit(stage, kind, **more)  # type: ignore[arg-type]
    assert rule is not None
    return str(rule.limit)


def test_a_built_in_pack_loads_by_name_and_only_once() -> None:
    assert load_pack("shenyang") is load_pack("shenyang")


def test_a_built_in_pack_and_its_folder_are_the_same_pack() -> None:
    assert load_pack(builtin("shenyang")).newest.digest == load_pack("shenyang").newest.digest


def test_one_editions_file_loads_that_edition_alone() -> None:
    found = load_pack(builtin("cn") / "2021-01-06.toml", need=())
    assert (found.name, [policy.edition for policy in found.editions]) == ("cn", ["2021-01-06"])


def test_a_lone_file_of_any_name_is_a_pack_of_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("not = [ toml", encoding="utf-8")
    (tmp_path / "draft.toml").write_text(HEAD + "effective = 2027-01-01\n", encoding="utf-8")
    found = load_pack(tmp_path / "draft.toml")
    assert (found.name, found.newest.edition) == ("draft", "2027-01-01")


@pytest.mark.parametrize("name", ["./nowhere", "nowhere.toml"])
def test_a_path_where_nothing_is_is_the_callers_mistake(name: str) -> None:
    with pytest.raises(RequestError) as caught:
        load_pack(name)
    assert caught.value.code == "unknown-pack"
    assert "shenyang" in caught.value.hint("en")


def test_a_name_nobody_serves_is_told_with_the_names_there_are() -> None:
    with pytest.raises(PluginError) as caught:
        load_pack("atlantis")
    assert caught.value.code == "unknown-plugin"
    assert "liaoyuan" in caught.value.hint("en")


def test_a_strangers_pack_is_found_through_its_entry_point(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotline12345 import plugins

    def found(group: str, name: str) -> object:
        assert (group, name) == ("hotline12345.packs", "stranger")
        return lambda asked: str(family / "parent")

    monkeypatch.setattr(plugins, "plugin", found)
    assert load_pack("stranger", need=()).newest.title == "测试市"


@pytest.mark.parametrize("given", [lambda name: 1 / 0, "/nowhere/at/all"])
def test_a_plug_in_that_gives_no_folder_fails_aloud(given: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotline12345 import plugins

    monkeypatch.setattr(plugins, "plugin", lambda group, name: given)
    with pytest.raises(PluginError) as caught:
        load_pack("stranger")
    assert caught.value.code == "plugin-broken"


def test_the_names_of_packs_are_the_built_in_ones_and_those_of_plug_ins() -> None:
    assert {"cn", "anhui", "liaoyuan", "shenyang"} <= set(pack_names(plugins=False))
    assert set(pack_names()) >= {"cn", "anhui", "liaoyuan", "shenyang"}


def test_what_is_not_needed_is_left_out_and_all_else_is_there() -> None:
    whole, part = load_pack("shenyang").newest, load_pack("shenyang", need={"limits"}).newest
    assert whole.rules is not None
    assert whole.routes is not None
    assert whole.scoring is not None
    assert (part.rules, part.routes, part.scoring) == (None, None, None)
    assert part == evolve(whole, rules=None, routes=None, scoring=None)
    assert part.digest == whole.digest


def test_a_due_date_loads_neither_rules_nor_routes_nor_heavy_libraries() -> None:
    code = (
        "import sys\n"
        "from hotline12345.packs import load_pack\n"
        "load_pack('shenyang', need={'limits'})\n"
        "heavy = ['networkx', 'pendulum', 'rich', 'numpy', 'importlib.metadata', 'difflib', 'csv',\n"
        "         'hotline12345.core.classify', 'hotline12345.core.routing', 'hotline12345.core.scoring']\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_part_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        load_pack("cn", need={"wings"})
    assert caught.value.code == "unknown-part"


def test_a_child_that_says_nothing_is_as_its_parent(family: Path) -> None:
    policy = child(family, "")
    assert limit_of(policy, Kind.COMPLAINT) == "10wd"
    assert limit_of(policy, Kind.HELP) == "15wd"
    assert policy.flow.review is False
    assert policy.clock.cutoff == time(17)
    assert policy.clock.roll is True
    assert policy.calendar.windows == ((time(8, 30), time(12)), (time(14), time(18)))
    assert [rung.code for rung in policy.ladder] == ["urge"]
    assert policy.scope[0].code == "private-matter"
    assert policy.parents == ("parent@2020-01-01", "cn@2025-06-25", "cn@2021-01-06")


def test_a_childs_words_go_before_its_parents_key_by_key(family: Path) -> None:
    policy = child(
        family,
        '[clock]\ncutoff = "none"\nends = "day"\nbasis = "乙"\n'
        '[send_back]\nwindow = "none"\nbasis = "乙"\n'
        '[[limit]]\nlimit = "7wd"\nbasis = "乙"\n'
        '[[limit]]\ncategory = "城乡建设"\nlimit = "3wd"\nbasis = "乙"\n',
    )
    assert policy.clock.cutoff is None
    assert policy.clock.ends == "day"
    assert policy.clock.roll is True
    assert (policy.send_back.window, policy.send_back.most, policy.send_back.basis) == (None, 2, "乙")
    assert limit_of(policy, Kind.HELP) == "7wd"
    assert limit_of(policy, Kind.COMPLAINT) == "10wd"
    assert limit_of(policy, Kind.COMPLAINT, category="城乡建设/供水") == "3wd"
    assert sum(rule.kind is None and not rule.category for rule in policy.limits) == 1


def test_a_child_can_refuse_to_inherit_a_part(family: Path) -> None:
    policy = child(family, "[inherit]\nlimits = false\nscope = false\nladder = false\nclock = false\n")
    assert (policy.limits, policy.scope, policy.ladder) == ((), (), ())
    assert policy.clock.cutoff is None
    assert policy.calendar.windows == ((time(9), time(12)), (time(13, 30), time(17, 30)))
    assert policy.flow.review is False


def test_scope_rules_add_up_and_the_same_code_replaces(family: Path) -> None:
    policy = child(
        family,
        '[[scope]]\ncode = "private-matter"\ndisposition = "channel"\nwords = ["代写"]\n'
        'told = "请找代笔"\nbasis = "乙"\n',
    )
    codes = [rule.code for rule in policy.scope]
    assert codes[0] == "private-matter"
    assert codes.count("private-matter") == 1
    assert "petition" in codes
    assert policy.scope[0].disposition == "channel"


def test_a_parents_edition_can_be_named(tmp_path: Path) -> None:
    path = pack(tmp_path, "child", unknown=HEAD + 'effective = "unknown"\nextends = "cn@2021-01-06"\n')
    assert load_pack(path, need=()).newest.parents == ("cn@2021-01-06",)


def test_editions_are_ordered_by_the_day_they_took_force_and_the_undated_one_is_never_chosen_by_day(
    tmp_path: Path,
) -> None:
    path = pack(
        tmp_path,
        "city",
        unknown=HEAD + 'effective = "unknown"\n',
        e2024_01_01=HEAD + "effective = 2024-01-01\n",
        e2020_01_01=HEAD + "effective = 2020-01-01\n",
    )
    found = load_pack(path)
    assert [policy.edition for policy in found.editions] == ["unknown", "2020-01-01", "2024-01-01"]
    assert found.newest.edition == "2024-01-01"
    assert found.on(date(2023, 12, 31)).edition == "2020-01-01"


def test_one_limit_may_name_several_kinds_stages_and_urgencies_in_either_language(tmp_path: Path) -> None:
    text = HEAD + (
        'effective = "unknown"\n[[limit]]\nstage = ["签收", "contact"]\nkind = ["投诉", "report"]\n'
        'urgency = ["urgent", "特急"]\nlimit = "2小时"\nbasis = "x"\n'
    )
    policy = load_pack(pack(tmp_path, "city", unknown=text)).newest
    assert len(policy.limits) == 8
    rule = policy.limit(Stage.CONTACT, Kind.REPORT, "", Urgency.EMERGENCY)
    assert rule is not None
    assert str(rule.limit) == "2h"
    assert policy.limit(Stage.CONTACT, Kind.REPORT, "", Urgency.NORMAL) is None


def test_overlays_come_from_files_and_editions_and_callers_and_the_later_wins(tmp_path: Path) -> None:
    day = '[[day]]\ndate = 2026-11-23\nworks = {works}\nsource = "虚构"\n'
    text = HEAD + 'effective = "unknown"\n'
    path = pack(tmp_path, "city", unknown=text)
    monday = date(2026, 11, 23)
    assert load_pack(path).newest.calendar.is_workday(monday) is True
    (path / "overlay-local.toml").write_text(day.format(works="false"), encoding="utf-8")
    assert load_pack(path).newest.calendar.is_workday(monday) is False
    inline = '[[overlay]]\nname = "复工"\n' + day.format(works="true").replace("[[day]]", "[[overlay.day]]")
    (path / "unknown.toml").write_text(text + inline, encoding="utf-8")
    assert load_pack(path).newest.calendar.is_workday(monday) is True
    over = Overlay((OverlayDay(monday, False, "停工", "虚构"),), "虚构")
    assert load_pack(path, overlays=(over,)).newest.calendar.is_workday(monday) is False


def test_an_overlay_given_to_a_built_in_pack_does_not_stay_in_it() -> None:
    before = load_pack("shenyang", need=()).newest.calendar.digest
    over = Overlay((OverlayDay(date(2026, 11, 23), False, "停工", "虚构"),), "虚构")
    assert load_pack("shenyang", need=(), overlays=[over]).newest.calendar.digest != before
    assert load_pack("shenyang", need=()).newest.calendar.digest == before


def test_the_digest_changes_with_every_file_and_not_with_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "liaoyuan"
    shutil.copytree(builtin("liaoyuan"), path)
    first = load_pack(path, need=()).newest.digest
    assert first == load_pack("liaoyuan", need=()).newest.digest
    for name in ("unknown.toml", "units.csv", "catalogue.csv"):
        data = (path / name).read_bytes()
        (path / name).write_bytes(data.replace(b"\n", b"\r\n"))
        assert load_pack(path, need=()).newest.digest == first
        (path / name).write_bytes(data + b"\n")
        assert load_pack(path, need=()).newest.digest != first
        (path / name).write_bytes(data)
    (path / "rules.toml").write_bytes(b"")
    assert load_pack(path, need=()).newest.digest != first


def test_a_table_that_excel_saved_in_gb18030_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "liaoyuan"
    shutil.copytree(builtin("liaoyuan"), path)
    for name in ("units.csv", "catalogue.csv"):
        (path / name).write_bytes((path / name).read_text(encoding="utf-8").encode("gb18030"))
    routes = load_pack(path).newest.routes
    assert routes is not None
    assert routes.unit("220400").name == "辽源市"


def test_a_child_brings_its_own_units_and_rules_over_its_parents(tmp_path: Path) -> None:
    path = new_pack(tmp_path, "county", "测试县", extends="liaoyuan", place="990100")
    (path / "rules.toml").write_text('[[category]]\nname = "水产"\n\n[words."水产"]\n3 = "海参"\n', encoding="utf-8")
    policy = load_pack(path).newest
    assert policy.centre == "990100-12345"
    assert policy.rules is not None
    assert {"水产", "城乡建设"} <= {category.name for category in policy.rules.categories}
    assert policy.routes is not None
    assert policy.routes.route("水产", "990100").unit == "990100-office"
    assert policy.routes.emergency("119").name == "119火警"


def test_a_new_pack_passes_the_check_as_it_is_written(tmp_path: Path) -> None:
    path = new_pack(tmp_path, "newcity", '某"市, 试验\\区', place="990100")
    assert check_pack(path) == ()
    policy = load_pack(path).newest
    assert (policy.pack, policy.place, policy.edition, len(policy.cases)) == ("newcity", "990100", "unknown", 2)


def test_the_commented_parts_of_a_new_pack_are_sound_when_uncommented(tmp_path: Path) -> None:
    path = new_pack(tmp_path, "newcity", "某市", place="990100") / "unknown.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    head, steps = next(n for n, line in enumerate(lines) if line == "# [[limit]]"), "# ── 派单"
    end = next(n for n, line in enumerate(lines) if line.startswith(steps))
    for n in range(head, end):
        if not lines[n].startswith("# ──"):
            lines[n] = lines[n].removeprefix("# ")
    text = "\n".join(lines).replace('kind = "投诉"\nlimit = "none"', 'kind = "投诉"\nlimit = "5wd"')
    path.write_text(text, encoding="utf-8")
    assert check_pack(path.parent) == ()
    policy = load_pack(path.parent).newest
    assert (str(policy.send_back.window), str(policy.extension.longest)) == ("24h", "5wd")


@pytest.mark.parametrize(
    ("name", "place", "code"),
    [("Bad Name", "990100", "bad-name"), ("../up", "990100", "bad-name"), ("ok", "99", "bad-place")],
)
def test_a_new_pack_with_a_bad_name_or_place_is_refused(tmp_path: Path, name: str, place: str, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        new_pack(tmp_path, name, "x", place=place)
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_new_pack_never_overwrites_one_that_is_there(tmp_path: Path) -> None:
    new_pack(tmp_path, "newcity", "某市", place="990100")
    with pytest.raises(RequestError) as caught:
        new_pack(tmp_path, "newcity", "某市", place="990100")
    assert caught.value.code == "pack-exists"


def test_a_kind_without_a_number_has_no_instant_but_a_basis() -> None:
    policy = load_pack("anhui", need=()).newest
    due = policy.due(Kind.COMPLAINT, datetime(2026, 9, 28, 2, tzinfo=UTC))
    assert (due.at, due.due_day) == (None, None)
    assert "皖政办秘〔2021〕65号" in due.basis


def test_the_contract_holds_for_a_new_pack_and_catches_one_without_cases(tmp_path: Path) -> None:
    path = new_pack(tmp_path, "newcity", "某市", place="990100")

    class Mine(PackContract):
        def pack(self) -> Path:
            return path

    clauses = [getattr(Mine(), name) for name in dir(Mine) if name.startswith("test_p")]
    assert len(clauses) == 9
    for clause in clauses:
        clause()
    text = (path / "unknown.toml").read_text(encoding="utf-8")
    (path / "unknown.toml").write_text(text[: text.index("[[case]]")], encoding="utf-8")
    with pytest.raises(AssertionError):
        Mine().test_p3_it_has_cases_and_all_come_out_as_expected()
