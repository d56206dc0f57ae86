"""``classify`` (归类): what a text is about, how sure that is, and every word that said so."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, edition_option, no_such_file, pack_option, policy_of, print_json
from .judging import ask, judged_json, show_judged, with_option
from .printing import facts, note, print_csv, say, table

if TYPE_CHECKING:
    from ..core.classify import Classification
    from ..core.policy import Policy

COLUMNS = ("rule", "field", "start", "end", "word", "weight", "negated", "supposed")
SHOWN = 200
"""So many hits are shown to a person; programs get all."""


@click.command(
    "classify",
    cls=Speaking,
    help="归类一段诉求：类别、类型、紧急程度，并列出每一处命中（含被否定的）；--with 再问一个归类器，一并列出。\n"
    "--\n"
    "Classify a text: category, kind, urgency, and every word that said so, negated ones too; --with asks a classifier "
    "as well and shows both.",
)
@click.argument("words", metavar="[TEXT]", required=False, default="")
@click.option("--text", default="", help="内容；- 从标准输入读 · text; - reads standard input")
@click.option("--title", default="", help="标题 · title")
@click.option("--file", "path", default="", help="从文件读内容（UTF-8、GB18030） · read the text from a file")
@with_option
@pack_option
@edition_option
@answers("table", "json", "csv")
def command(
    words: str, text: str, title: str, path: str, classifier: str, pack_name: str, edition: str, form: str
) -> None:
    """Classify."""
    from ..core.classify import classify

    body = _body(words or text, path)
    if not (body or title):
        raise click.UsageError(say("请给出 TEXT（或 --text、--title、--file）", "give TEXT, --text, --title or --file"))
    policy = policy_of(pack_name, edition, need=("rules",))
    if policy.rules is None:
        raise no_rules(policy)
    judged = ask(policy, classifier, title, body) if classifier else None
    found = classify(policy.rules, title, body)
    rows = [_hit(title, body, hit) for hit in found.hits]
    if form == "json":
        print_json(_json(policy, found, rows) | ({"judged": judged_json(judged)} if judged is not None else {}))
    elif form == "csv":
        print_csv(COLUMNS, [tuple(row.values()) for row in rows])
    else:
        _show(policy, found, rows)
        if judged is not None:
            click.echo()
            show_judged(judged, {"title": title, "text": body})


def _body(text: str, path: str) -> str:
    from ..channels.payload import decode

    if text == "-" or path == "-":
        return decode(sys.stdin.buffer.read()).text
    if not path:
        return text
    try:
        with open(path, "rb") as file:
            return decode(file.read()).text
    except OSError as error:
        raise no_such_file(path, error) from error


def no_rules(policy: Policy) -> Exception:
    """Say that a pack has no rules to classify with (没有归类规则)."""
    from ..core.errors import RequestError

    return RequestError(
        f"政策包 {policy.pack} 没有归类规则",
        f"pack {policy.pack} has no rules to classify with",
        code="no-rules",
        hint="在包里写 rules.toml，或 extends 一个有规则的包（如 cn）",
        hint_en="write a rules.toml, or extend a pack that has one (such as cn)",
    )


def _hit(title: str, body: str, hit: Any) -> dict[str, Any]:
    inside = title if hit.field == "title" else body
    return {
        "rule": hit.rule,
        "field": hit.field,
        "start": hit.start,
        "end": hit.end,
        "word": inside[hit.start : hit.end],
        "weight": hit.weight,
        "negated": hit.negated,
        "supposed": hit.supposed,
    }


def _json(policy: Policy, found: Classification, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "category": found.category,
        "kind": found.kind.value if found.kind is not None else None,
        "urgency": found.urgency.value,
        "confidence": round(found.confidence, 6),
        "needs_person": found.needs_person,
        "scores": [{"category": category, "score": round(score, 6)} for category, score in found.scores],
        "hits": rows,
        "risks": list(found.risks),
        "refer": found.refer,
        "pack": policy.pack,
        "edition": policy.edition,
    }


def _show(policy: Policy, found: Classification, rows: list[dict[str, Any]]) -> None:
    kind = say(found.kind.zh, found.kind.value) if found.kind is not None else say("没有词说明", "no word says")
    person = say("（需人工确认）", " (a person should look)") if found.needs_person else ""
    click.echo(
        facts(
            [
                (say("类别", "category"), found.category or say("无从判断", "nothing speaks for any")),
                (say("把握", "confidence"), f"{found.confidence:.1%}{person}"),
                (say("类型", "kind"), kind),
                (say("紧急程度", "urgency"), say(found.urgency.zh, found.urgency.value)),
                (say("紧急转接", "refer to"), found.refer),
                (say("风险", "risks"), say("、", ", ").join(found.risks)),
                (say("次选", "next best"), say("、", ", ").join(f"{c} {s:.2f}" for c, s in found.scores[1:])),
                (say("政策包", "pack"), f"{policy.pack} {policy.edition}"),
            ]
        )
    )
    if rows:
        marks = {
            "negated": say("已否定，不计分", "negated, not scored"),
            "supposed": say("假设或过去", "supposed or past"),
        }
        fields = {"title": say("标题", "title"), "text": say("内容", "text")}
        lines = [
            (
                row["rule"],
                row["word"],
                f"{fields[row['field']]} {row['start']}–{row['end']}",
                f"{row['weight']:g}",
                say("；", "; ").join(text for key, text in marks.items() if row[key]),
            )
            for row in rows[:SHOWN]
        ]
        click.echo("\n" + table(say("规则,词,位置,权重,说明", "rule,word,where,weight,note").split(","), lines))
        if len(rows) > SHOWN:
            more = f"另有 {len(rows) - SHOWN:,} 处，见 --format json", f"{len(rows) - SHOWN:,} more: --format json"
            note(say(*more))
