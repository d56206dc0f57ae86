"""``score --figures`` (按数据打分): figures that a city already has, without a store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..core.calendar import local
from ..core.errors import RequestError
from .common import instant_of, policy_of
from .keeping import kept, new_file
from .printing import facts, half, note, print_csv, print_json, say, table

if TYPE_CHECKING:
    from ..core.policy import Policy
    from ..core.scoring import Score, ScoreRules
    from ..core.scoring.standings import Table

COLUMNS = ("unit", "metric", "value", "points", "earned")


def score_file(
    path: str,
    *,
    pack_name: str,
    rules_pack: str,
    edition: str,
    on: str,
    form: str,
    explain: bool,
    period: str,
    freeze: str,
    restate: str,
    reason: str,
    **of_stores: str | None,
) -> None:
    """Score the figures in a file: one unit's, or many units' under ``units``; they can be frozen like a store's."""
    _no_orders(of_stores)
    new_file(freeze)
    policy = policy_of(rules_pack or pack_name or "cn", edition, instant_of(on) if on else None, need=("scoring",))
    if not on and not edition:
        _choice(policy)
    told, scores, show = _scored(path, policy, explain)
    told = kept(told, period, freeze, restate, reason)
    if form == "json":
        print_json(told)
    elif form == "csv":
        print_csv(COLUMNS, (row for unit, one in scores.items() for row in _rows(unit, one)))
    else:
        show()


def _choice(policy: Policy) -> None:
    """Say which edition was taken where no day was named and it is not known to be in force."""
    if policy.seen is None or policy.in_force(local(instant_of("now")).date()):
        return
    first, last = policy.seen
    note(
        say(
            f"没有写 --on：按最新的版本 {policy.edition}（见行于 {first} 至 {last}）",
            f"no --on: by the newest edition, {policy.edition} (seen in force from {first} to {last})",
        )
    )


def _no_orders(options: Mapping[str, str | None]) -> None:
    """Refuse what is asked of orders: figures have none."""
    asked = [f"--{name}" for name in ("by", "until", "under", "adjust") if options.get(name)]
    if asked:
        raise RequestError(
            f"{'、'.join(asked)} 只用于存储中的工单，不能与 --figures 同用",
            f"{', '.join(asked)} is for orders in a store and goes not with --figures",
            code="figures-alone",
            hint="去掉其中一个",
            hint_en="leave one of them out",
        )


def _scored(path: str, policy: Policy, explain: bool) -> tuple[dict[str, Any], dict[str, Score], Callable[[], None]]:
    """Return what is told as JSON, the scores by unit, and what shows them to people."""
    from ..core.scoring import ScoreRules, read_figures, score_figures
    from ..core.scoring.standings import group_of, rank
    from ..report.cards import score_json, table_json

    rules = policy.scoring or ScoreRules()
    given = _read(path)
    _doubt(rules, given)
    told: dict[str, Any] = {
        "pack": policy.pack,
        "edition": policy.edition,
        "title": policy.title,
        "sources": list(policy.sources),
        "official": False,
    }
    if not isinstance(given, dict) or "units" not in given:
        one = score_figures(rules, read_figures(rules, given))
        return told | score_json(one), {"": one}, lambda: _show(policy, one, explain)
    groups = {unit: group_of(rules, unit) for unit in _units(given)}
    scores = {
        unit: (groups[unit], score_figures(rules, read, groups[unit].out_of))
        for unit, read in _read_all(rules, given["units"]).items()
    }
    tables = rank(rules, scores)
    told["units"] = {unit: {"group": group.code, **score_json(one)} for unit, (group, one) in scores.items()}
    told["groups"] = [table_json(one) for one in tables]
    return told, {unit: one for unit, (_, one) in scores.items()}, lambda: show_tables(tables)


def _rows(unit: str, one: Score) -> Iterator[tuple[Any, ...]]:
    for part in one.components:
        yield unit, part.metric, part.rate, part.points, part.earned
    yield unit, "total", None, one.possible, one.total


# ── the file ──


def _read(path: str) -> Any:
    """Read JSON with its numbers as they are written; a name given twice is no figure but a slip."""
    import json

    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "UTF-8"
        raise RequestError(
            f"读不了 {path}：{why}",
            f"cannot read {path}: {why}",
            code="no-such-file",
            hint="给一个 UTF-8 的 JSON 文件，或 - 表示标准输入",
            hint_en="give a JSON file in UTF-8, or - for standard input",
        ) from error
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once)
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        if isinstance(error, RequestError):
            raise
        where = f"第 {error.lineno} 行" if isinstance(error, json.JSONDecodeError) else ""
        where_en = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise RequestError(
            f"{path} 不是 JSON{'：' + where if where else ''}",
            f"{path} is no JSON{where_en}",
            code="bad-figures",
            hint='例如 {"on-time": 89.82, "sign-in": {"num": 6, "den": 7}}',
            hint_en='such as {"on-time": 89.82, "sign-in": {"num": 6, "den": 7}}',
        ) from error


def _no_number(name: str) -> None:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = ", ".join(sorted({name for name in names if names.count(name) > 1}))
        raise RequestError(
            f"「{twice}」写了两次",
            f"{twice} is given twice",
            code="bad-figures",
            hint="每个指标只写一次",
            hint_en="give each metric once",
        )
    return found


def _doubt(rules: ScoreRules, given: Any) -> None:
    """Say so where a percentage looks like a share of one: 0.9 is taken as 0.9 %, and loses every point."""
    units = given.get("units", {"": given}) if isinstance(given, dict) else {}
    for figures in units.values() if isinstance(units, dict) else ():
        for name, value in figures.items() if isinstance(figures, dict) else ():
            one = rules.indicator(name) if name in rules.known else None
            if one is None or one.unit != "percent" or isinstance(value, bool) or not isinstance(value, (int, Decimal)):
                continue
            if 0 < value <= 1:
                note(
                    say(
                        f"注意：{name} 按 {value}% 计；若是 {value * 100}%，请写 {value * 100}",
                        f"note: {name} is taken as {value} %; write {value * 100} for {value * 100} %",
                    )
                )


def _units(given: dict[str, Any]) -> dict[str, Any]:
    units = given["units"]
    if not isinstance(units, dict) or len(given) > 1:
        raise RequestError(
            "units 应是一个对象：单位 → 数据，旁边不写别的",
            "units must be an object, unit to figures, with nothing beside it",
            code="bad-figures",
            hint='{"units": {"甲": {"on-time": 89.82}, "乙": {}}}',
        )
    return units


def _read_all(rules: ScoreRules, units: dict[str, Any]) -> dict[str, Any]:
    """Read every unit's figures; what is wrong with any of them is said at once."""
    from ..core.scoring import read_figures

    found, wrong = {}, []
    for unit, given in units.items():
        try:
            found[unit] = read_figures(rules, given)
        except RequestError as error:
            wrong.append((unit, error))
    if wrong:
        first = wrong[0][1]
        raise RequestError(
            "；".join(f"{unit}：{error.zh}" for unit, error in wrong),
            "; ".join(f"{unit}: {error.en}" for unit, error in wrong),
            code=first.code,
            hint=first.hint_zh,
            hint_en=first.hint_en,
        )
    return found


# ── for people ──


def _show(policy: Policy, one: Score, explain: bool) -> None:
    blank = say("不评分", "not scored")
    total = f"{one.total} / {one.possible}" if one.total is not None else blank
    head = [(say("政策包", "pack"), f"{policy.pack} {policy.edition}"), (say("得分", "score"), total)]
    if one.grade is not None:
        head.append((say("等次", "grade"), say(one.grade.zh, one.grade.code)))
    click.echo(facts(head))
    rules = policy.scoring
    rows = []
    for part in one.components:
        named = rules.indicator(part.metric) if rules is not None else None
        name = say(named.zh, named.en) if named is not None else part.metric
        value = blank if part.rate is None else f"{part.rate}%" if part.unit == "percent" else str(part.rate)
        rows.append((name, value, part.points or "", "" if part.earned is None else part.earned))
    click.echo("\n" + table(say("指标,数据,满分,得分", "metric,figure,points,earned").split(","), rows))
    if explain:
        show_sums(one)
    show_lost(one, 5)
    click.echo("\n" + say("依据", "Source") + f"  {'；'.join(half(source) for source in policy.sources)}")
    if any(part.basis.startswith("library default") for part in one.components):
        click.echo(
            say(
                "其中标明 library default 的满分和扣法是本库默认，不出自上列文件。",
                "Points whose basis is a library default are this library's and in none of these documents.",
            )
        )
    click.echo(say("由本库算得，不是正式考核结果。", "Worked out by this library; not an official result."))


def show_sums(one: Score) -> None:
    """Print how each component came about, lost or not, and what was not assessed."""
    click.echo("\n" + say("算式", "Sums"))
    for part in one.components:
        if part.rate is None:
            click.echo(f"- {part.metric}: {say('不评分', 'not scored')}（{half(part.basis)}）")
        else:
            click.echo(f"- {say(part.zh, part.en)} = {part.earned}")


def show_lost(one: Score, most: int) -> None:
    """Print each lost point with its sum and the orders behind it, *most* of them."""
    if not one.lost:
        return
    click.echo("\n" + say("扣分", "Points lost"))
    for lost in one.lost:
        some = say("、", ", ").join(lost.orders[:most]) + (" …" if len(lost.orders) > most else "")
        click.echo(f"- {say(lost.zh, lost.en)}" + (f"\n  {some}" if some else ""))


def show_tables(tables: tuple[Table, ...]) -> None:
    """Print each peer group's standings, who was not scored, and the lists."""
    columns = say("名次,单位,得分,等次,榜", "rank,unit,score,grade,list").split(",")
    for one in tables:
        out_of = f" / {one.group.out_of}" if one.group.out_of is not None else ""
        click.echo(f"{say(one.group.zh, one.group.code or one.group.zh)}{out_of}")
        rows = []
        for each in one.standings:
            listed = (
                say("红榜", "red") if each.unit in one.red else say("黑榜", "black") if each.unit in one.black else ""
            )
            grade = each.score.grade
            rows.append((each.rank, each.unit, each.score.total, say(grade.zh, grade.code) if grade else "", listed))
        click.echo(table(columns, rows))
        if one.unscored:
            click.echo(say("不评分（没有数据）：", "not scored (no figures): ") + say("、", ", ").join(one.unscored))
        click.echo("")
