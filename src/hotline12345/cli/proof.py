"""``pack test``, ``pack cover`` and ``pack mutate`` (证明规则): what the cases say, touch, and would catch."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, edition_option, no_such_file, pack_of, print_json
from .printing import half, note, print_csv, progress, say, table

if TYPE_CHECKING:
    from ..core.cases import Case
    from ..core.errors import Fault
    from ..core.policy import Policy

PARTS = ("limits", "scope", "catalogue", "words", "scoring")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
part_option = click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(PARTS),
    help="只看哪一部分，可多次 · which parts, may be repeated",
)


def _editions(name: str, edition: str) -> tuple[Policy, ...]:
    pack = pack_of(name)
    return (pack.edition(edition),) if edition else pack.editions


# ── test ──


@click.command(
    "test",
    cls=Speaking,
    short_help="跑用例 · run the cases",
    help="跑政策包的全部用例；--junit 另写一份 JUnit 报告，供持续集成使用。有用例不通过，退出码 1。\n"
    "--\n"
    "Run the cases of a pack; --junit also writes a JUnit report for continuous integration.  Exit 1 when one fails.",
)
@click.argument("name")
@edition_option
@click.option("--junit", default="", help="写 JUnit 报告到此文件 · write a JUnit report to this file")
@answers("table", "json", "csv")
def test(name: str, edition: str, junit: str, form: str) -> None:
    """Run the cases."""
    from ..core.cases import run_case

    ran = [(policy, case, run_case(policy, case)) for policy in _editions(name, edition) for case in policy.cases]
    failed = sum(fault is not None for _, _, fault in ran)
    if junit:
        _write(junit, report(ran))
    rows = [case_json(policy, case, fault) for policy, case, fault in ran]
    if form == "json":
        print_json({"pack": name, "cases": len(ran), "failed": failed, "results": rows})
    elif form == "csv":
        columns = ("edition", "case", "source", "passed", "message")
        print_csv(columns, [[row[key] for key in columns] for row in rows])
    else:
        for row in rows:
            mark = say("通过", "pass") if row["passed"] else say("不通过", "FAIL")
            click.echo(f"{mark}  {row['edition']}  {row['case']}" + (f"：{row['message']}" if row["message"] else ""))
        note(say(f"用例 {len(ran)}，不通过 {failed}", f"{len(ran)} cases, {failed} failed"))
    if failed:
        click.get_current_context().exit(1)


def case_json(policy: Policy, case: Case, fault: Fault | None) -> dict[str, Any]:
    """Return what came of a case as JSON."""
    message = "" if fault is None else say(fault.zh, fault.en)
    where = {"file": case.file, "table": case.table}
    return {"edition": policy.edition, "case": case.what, "source": case.source, **where} | {
        "passed": fault is None,
        "message": message,
    }


def report(ran: list[tuple[Policy, Case, Fault | None]]) -> bytes:
    """Return a JUnit report (JUnit 报告): one suite an edition, one test a case."""
    from xml.etree import ElementTree as Tree

    suites = Tree.Element("testsuites")
    opened: dict[str, Any] = {}
    counts: Counter[tuple[str, bool]] = Counter()
    for policy, case, fault in ran:
        name = f"{policy.pack}@{policy.edition}"
        if name not in opened:
            opened[name] = Tree.SubElement(suites, "testsuite", name=name)
        counts[name, fault is not None] += 1
        told = Tree.SubElement(opened[name], "testcase", classname=name, name=_xml(case.what), file=_xml(case.file))
        if fault is not None:
            failure = Tree.SubElement(told, "failure", message=_xml(fault.text("zh")), type=fault.code)
            failure.text = _xml(fault.text("en"))
    for name, suite in opened.items():
        suite.set("tests", str(counts[name, True] + counts[name, False]))
        suite.set("failures", str(counts[name, True]))
        suite.set("errors", "0")
    data: bytes = Tree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return data


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _write(path: str, data: bytes) -> None:
    from pathlib import Path

    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise no_such_file(path, error) from error


# ── cover ──


@click.command(
    "cover",
    cls=Speaking,
    short_help="用例碰到了哪些规则 · which rules the cases touch",
    help="用例覆盖：时限、受理范围、派单目录、关键词、考核分项中，哪些没有任何用例检验。\n"
    "--\n"
    "What the cases cover: which limits, scope rules, catalogue lines, keywords and components none of them proves.",
)
@click.argument("name")
@edition_option
@part_option
@click.option(
    "--most", default=10, show_default=True, help="每部分至多列出几条，0 为全部 · list at most so many a part"
)
@answers("table", "json", "csv")
def cover(name: str, edition: str, parts: tuple[str, ...], most: int, form: str) -> None:
    """Tell what the cases cover."""
    from ..core.verify.cover import PARTS as NAMES
    from ..core.verify.cover import cover as covered

    policy = _editions(name, edition)[-1]
    found = covered(policy)
    told: dict[str, dict[str, Any]] = {}
    for part in parts or PARTS:
        bare = found.untouched(part)
        every = len(found.rules[part])
        told[part] = {"rules": every, "touched": every - len(bare), "untouched": list(bare)}
    if form == "json":
        print_json({"pack": name, "edition": policy.edition, "cases": len(policy.cases), "parts": told})
    elif form == "csv":
        print_csv(("part", "rule"), [(part, rule) for part, one in told.items() for rule in one["untouched"]])
    else:
        rows = [(say(*NAMES[part]), one["rules"], one["touched"]) for part, one in told.items()]
        click.echo(table(say("部分,规则,有用例", "part,rules,touched").split(","), rows))
        for part, one in told.items():
            _list(say(*NAMES[part]), one["untouched"], most)


def _list(title: str, rules: list[str], most: int) -> None:
    shown = rules[:most] if most else rules
    if shown:
        click.echo("\n" + say(f"没有用例检验的{title}", f"{title} without a case"))
        click.echo("\n".join(f"  {rule}" for rule in shown))
    if len(shown) < len(rules):
        click.echo(say(f"  ……另 {len(rules) - len(shown)} 条", f"  … and {len(rules) - len(shown)} more"))


# ── mutate ──


@click.command(
    "mutate",
    cls=Speaking,
    short_help="逐条改动规则，看用例能否发现 · alter rules one by one, see what cases catch",
    help="变异检验：逐条改动时限、受理范围、考核分、派单目录、关键词权重，列出没有用例发现的改动；有则退出码 1。\n"
    "--\n"
    "Alter limits, scope, points, claims and weights one by one; list what no case catches.  Exit 1 when there is any.",
)
@click.argument("name")
@edition_option
@part_option
@click.option(
    "--most", default=500, show_default=True, help="至多试几处改动，0 为全部 · try at most so many, 0 for all"
)
@click.option("--touched", is_flag=True, help="只列用例碰到却没发现的 · only those a case touches and does not catch")
@answers("table", "json", "csv")
def mutate(name: str, edition: str, parts: tuple[str, ...], most: int, touched: bool, form: str) -> None:
    """Alter the rules and see what is caught."""
    from ..core.verify.cover import PARTS as NAMES
    from ..core.verify.mutate import mutate as altered

    policy = _editions(name, edition)[-1]
    with progress(say("改动", "altering")) as step:
        tried = altered(policy, most, parts, lambda done, all_: step())
    slipped = [one for one in tried if not one.caught and (one.touched or not touched)]
    caught = sum(one.caught for one in tried)
    rows = [(one.part, one.rule, say(one.zh, one.en), one.touched) for one in slipped]
    if form == "json":
        keys = ("part", "rule", "change", "touched")
        survivors = [dict(zip(keys, row, strict=True)) for row in rows]
        print_json(
            {"pack": name, "edition": policy.edition, "tried": len(tried), "caught": caught, "survivors": survivors}
        )
    elif form == "csv":
        print_csv(("part", "rule", "change", "touched"), rows)
    else:
        yes = say("有", "yes")
        shown = [(say(*NAMES[part]), half(rule), change, yes if had else "") for part, rule, change, had in rows]
        click.echo(table(say("部分,规则,改动,有用例碰到", "part,rule,change,touched").split(","), shown))
        note(say(f"改动 {len(tried)} 处，发现 {caught}，漏过 {len(tried) - caught}",
                 f"{len(tried)} alterations, {caught} caught, {len(tried) - caught} not"))  # fmt: skip
    if slipped:
        click.get_current_context().exit(1)
