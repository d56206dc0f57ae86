"""``replay`` (重放): recorded requests through the whole flow, at their own times."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, instant_of, no_such_file, overlay_option, overlays_of, pack_of, place_option
from .judging import trust_option, with_option
from .printing import facts, half, note, print_csv, print_json, progress, say, table
from .roomy import roomy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..replay import ReplayResult

_TOP = 10


@click.command(
    "replay",
    cls=Speaking,
    help="把历史诉求按各自的时间重新走一遍：收件、归类、派单、答复、时钟。单位只在记录写明时答复，没写就不答复。\n"
    "FILE 是 CSV、TSV、JSON、JSON 行或 .xlsx，可为 gzip；- 为标准输入。\n"
    "--\n"
    "Take recorded requests through the whole flow at their own times; units reply when the record says, and where it "
    "says nothing, not at all.\n"
    "FILE is CSV, TSV, JSON, JSON lines or .xlsx, gzipped or not; - is standard input.",
)
@click.argument("file", type=click.Path())
@click.option("--pack", "pack_name", required=True, help="政策包名或路径 · pack name or path")
@click.option("--kind", default="", help="固定诉求类型：每一行都受理并派单 · fix the kind of every row")
@click.option("--map", "mapping", default="", help="列映射：received=time,replied=reply_time,… · which column is which")
@click.option(
    "--area-map",
    "area_file",
    default="",
    type=click.Path(),
    help="地名表：地名 = 区划代码（CSV、TOML、JSON） · names in texts and their division codes",
)
@click.option(
    "--locate", is_flag=True, help="没有区划时从地址、内容识别，确定才填 · read a missing area from address and text"
)
@click.option(
    "--disposition",
    is_flag=True,
    help="让规则转出、不予受理、直接答复、并单；默认只记为建议 · let rules refer, decline, answer and merge",
)
@click.option(
    "--on", "day", default="", help="用哪一天的版本，默认最新 · the edition in force that day, newest by default"
)
@click.option("--store", default="memory:", show_default=True, help="存储地址 · address of the store")
@click.option(
    "--rows", "rows_file", default="", type=click.Path(), help="逐件写出结果（JSON 行） · write one JSON line an order"
)
@click.option("--encoding", default="", help="文件编码，默认自动识别 · encoding of the file")
@with_option
@trust_option
@place_option
@overlay_option
@answers("table", "json", "csv")
def command(
    file: str,
    pack_name: str,
    kind: str,
    mapping: str,
    area_file: str,
    day: str,
    rows_file: str,
    encoding: str,
    overlay_files: tuple[str, ...],
    form: str,
    **given: Any,
) -> None:
    """Replay a file."""
    from ..channels.columns import parse_mapping
    from ..channels.plain import PlainChannel
    from ..core.calendar import local
    from ..core.request import Kind
    from ..replay import read_area_map, replay

    what = Kind.parse(kind) if kind else None
    on = local(instant_of(day)).date() if day else None
    areas = read_area_map(_content(area_file), area_file) if area_file else None
    reading = PlainChannel().read(
        _content(file), name=file, mapping=parse_mapping(mapping), kind=what, encoding=encoding
    )
    pack = pack_of(pack_name, overlays_of(overlay_files))
    with progress(say("重放", "replaying")) as advance, roomy():
        result = replay(
            reading,
            pack,
            given.pop("store"),
            kind=what,
            area_map=areas,
            on=on,
            detail=bool(rows_file),
            progress=lambda done, total: advance(),
            **given,  # what means the same there
        )
    if rows_file:
        _write_rows(rows_file, result)
    _print(result, form)
    if result.refused:
        click.get_current_context().exit(1)


def _content(path: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read()
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise no_such_file(path, error) from error


def _write_rows(path: str, result: ReplayResult) -> None:
    import json

    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in result.orders)
    except OSError as error:
        raise no_such_file(path, error) from error


def _print(result: ReplayResult, form: str) -> None:
    lang = say("zh", "en")
    if form == "json":
        print_json(result.as_dict(lang))
    elif form == "csv":
        plain = result.as_dict(lang)
        rows: list[tuple[str, str, Any]] = [
            (key, "", value)
            for key, value in plain.items()
            if not isinstance(value, (dict, list)) and value is not None
        ]
        for key, value in plain.items():
            if key.startswith("by_") or key == "suggestions":
                rows += [(key, name, count) for name, count in value.items()]
        print_csv(("key", "name", "value"), rows)
    else:
        _show(result)


def _show(result: ReplayResult) -> None:
    from ..core.order import Status
    from ..core.request import Kind

    kinds = {kind.value: say(kind.zh, kind.value) for kind in Kind}
    statuses = {status.value: say(status.zh, status.value) for status in Status}
    median = result.median_working_days
    click.echo(
        facts(
            [
                (say("政策包", "pack"), f"{result.pack} {result.edition}"),
                (say("行数", "rows"), f"{result.rows:,}"),
                (say("收件", "received"), f"{result.received:,}" + _span(result.first, result.last)),
                (say("拒收", "refused"), f"{len(result.refused):,}"),
                (say("事件", "events"), f"{result.events:,}"),
                (say("按时答复", "on time"), _share(result.on_time, result.received)),
                (say("逾期答复", "late"), _share(result.late, result.received)),
                (say("未答复", "open"), _share(result.open, result.received)),
                (say("其中没有时限", "without a limit"), _share(result.no_limit, result.received)),
                (say("暂定", "provisional"), f"{result.provisional:,}"),
                (say("留在中心", "to the centre"), _share(result.to_centre, result.received)),
                (say("需人工判断", "needs a person"), _share(result.needs_person, result.received)),
                (
                    say("答复用时中位数", "median reply"),
                    "" if median is None else say(f"{median:g} 个工作日", f"{median:g} working days"),
                ),
            ]
        )
    )
    names = dict(result.unit_names)
    _top(say("类型", "kind"), result.by_kind, kinds)
    _top(say("状态", "status"), result.by_status, statuses)
    _top(say("类别", "category"), result.by_category, {})
    _top(say("承办单位", "unit"), result.by_unit, names)
    _top(say("派单规则", "rule"), result.by_rule, {})
    _top(say("建议（未执行）", "suggested, not done"), result.suggestions, {})
    if result.example is not None:
        _explain(result.example)
    if result.refused:
        click.echo()
        rows = [(one.line, one.error.code, one.error.message(say("zh", "en"))) for one in result.refused[:_TOP]]
        click.echo(table((say("行", "line"), say("代码", "code"), say("拒收原因", "why refused")), rows))
        if len(result.refused) > _TOP:
            click.echo(say(f"… 共 {len(result.refused)} 行", f"… {len(result.refused)} rows in all"))
    for one in result.notes:
        note(say("说明：", "note: ") + say(one.zh, one.en))


def _share(part: int, whole: int) -> str:
    return f"{part:,}" + (f"  {100 * part / whole:.1f} %" if whole else "")


def _top(title: str, counts: Mapping[str, int], names: dict[str, str]) -> None:
    if not counts:
        return
    click.echo()
    rows = [(_named(name, names), f"{count:>7,}") for name, count in list(counts.items())[:_TOP]]
    more = len(counts) - _TOP
    if more > 0:
        rest = sum(list(counts.values())[_TOP:])
        rows.append((say(f"其余 {more} 项", f"{more} more"), f"{rest:>7,}"))
    click.echo(table((title, say("件数", "orders")), rows))


def _named(code: str, names: dict[str, str]) -> str:
    name = names.get(code)
    return name if name is not None and (not code[:1].isdigit() or name == code) else f"{code} {name}" if name else code


def _explain(example: Mapping[str, Any]) -> None:
    click.echo()
    click.echo(
        say(
            f"一例逾期：工单 {example['number']}（{example['category']}）应于 {example['due_day']} 前答复，"
            f"实际 {str(example['replied'])[:16].replace('T', ' ')}",
            f"one that was late: order {example['number']} ({example['category']}) was due on {example['due_day']}, "
            f"replied {str(example['replied'])[:16].replace('T', ' ')}",
        )
    )
    click.echo(say("依据：", "basis: ") + half(str(example["basis"])))
    total: float = 0
    rows = []
    for day in example["counted"]:
        total += day["counts"]
        rows.append((day["day"], f"{total:g}" if day["counts"] else "—", say(day["why"], day["why_en"])))
    click.echo(table((say("日期", "day"), say("第几", "count"), say("说明", "why")), rows))


def _span(first: str, last: str) -> str:
    days = f"{first[:10]} – {last[:10]}"
    return say(f"（{days}）", f" ({days})") if first else ""
