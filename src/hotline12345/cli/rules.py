"""``rules`` (规则): learn rules from labelled history, test, explain and compare them, import a catalogue."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, SpeakingGroup, answers, no_such_file
from .printing import facts, note, print_csv, print_json, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..core.classify import RuleSet
    from ..core.errors import RequestError
    from ..text.learn import Learnt
    from ..text.samples import Samples

_TOLD = 10

_orders = click.argument("orders", type=click.Path())
_book = click.argument("book", metavar="RULES", type=click.Path())
_label = click.option("--label", required=True, help="类别或类型所在的列 · the column of categories or kinds")
_text = click.option("--text", required=True, help="内容所在的列 · the column of texts")
_title = click.option("--title", default="", help="标题所在的列 · the column of titles")


@click.group(
    "rules",
    cls=SpeakingGroup,
    help="归类规则：从标注过的历史工单学习，测试、说明、比较规则文件，导入类目表。\n--\n"
    "Rules for classifying: learn them from labelled history, test, explain and compare them, import a catalogue.",
)
def command() -> None:
    """Hold the commands."""


def read_bytes(path: str) -> bytes:
    """Return a file's bytes, or say that it cannot be opened."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise no_such_file(path, error) from error


def write_text(path: str, text: str) -> None:
    """Write a file, or say that it cannot be written."""
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise no_such_file(path, error) from error


def _load(path: str) -> RuleSet:
    from ..text.rulebook import load

    return load(read_bytes(path), path)


def _base(name: str) -> RuleSet | None:
    if not name or name.endswith(".toml"):
        return _load(name) if name else None
    from .common import policy_of

    return policy_of(name, "", need=("rules",)).rules


def _samples(path: str, label: str, text: str, title: str, group: str = "") -> Samples:
    from ..text.samples import read_samples

    samples = read_samples(read_bytes(path), path, label=label, text=text, title=title, group=group)
    tell_refused(samples.refused)
    return samples


def tell_refused(refused: Sequence[RequestError]) -> None:
    """Say on stderr which rows were left out and why."""
    for error in refused[:_TOLD]:
        note(say(f"未使用：{error.zh}（{error.code}）", f"left out: {error.en} ({error.code})"))
    if len(refused) > _TOLD:
        note(say(f"……另有 {len(refused) - _TOLD} 行未使用", f"… and {len(refused) - _TOLD} more rows"))


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.1f} %"


@command.command(
    "learn",
    cls=Speaking,
    short_help="从标注过的工单学习规则 · learn rules from labelled orders",
    help="从标注过的历史工单学出可以阅读、删改、签字的关键词规则，写成规则文件。ORDERS 是 CSV、TSV 或 JSON，可为 gzip，"
    "UTF-8 或 GB18030。近似重复的工单自动归组，交叉验证时不拆开；标注是咨询、投诉等类型时学类型，否则学类别。"
    '需要 pip install "hotline12345[learn]"。\n'
    "--\n"
    "Learn keyword rules that people can read, prune and sign from labelled history, and write them as a rule file. "
    "Near-copies stay together in cross-validation; labels that are kinds of request give rules for kinds. "
    'Needs pip install "hotline12345[learn]".',
)
@_orders
@_label
@_text
@_title
@click.option("--group", default="", help="近似重复的组所在的列，不写则自动归组 · the column of groups of near-copies")
@click.option("--out", required=True, type=click.Path(), help="写到哪个规则文件 · the rule file to write")
@click.option(
    "--max-rules",
    default=200,
    show_default=True,
    type=click.IntRange(0),
    help="每个类别至多几条，0 不限 · at most so many rules a label; 0: no limit",
)
@click.option(
    "--base",
    default="",
    help="学类型时一并采用的手写规则：规则文件或政策包名 · hand-written rules to build on for kinds: a file or a pack",
)
@click.option("--seed", default=0, show_default=True, help="随机种子 · seed")
@click.option("--no-check", is_flag=True, help="不做交叉验证 · without cross-validation")
@answers("table", "json")
def learn_command(
    orders: str,
    label: str,
    text: str,
    title: str,
    group: str,
    out: str,
    max_rules: int,
    base: str,
    seed: int,
    no_check: bool,
    form: str,
) -> None:
    """Learn."""
    from ..text.copies import groups
    from ..text.learn import learn
    from ..text.rulebook import written
    from ..text.samples import contradictions

    folder = os.path.dirname(os.path.abspath(out))
    if not os.path.isdir(folder):  # told before the work and not after it
        raise no_such_file(folder, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
    samples = _samples(orders, label, text, title, group)
    learnt = learn(samples.rows, max_rules=max_rules, seed=seed, validate=not no_check, base=_base(base))
    same = groups([f"{row.title}\n{row.text}" for row in samples.rows])
    against = [[(row.line, row.label) for row in rows] for rows in contradictions(samples.rows, same)]
    report = learnt.report | {
        "out": out,
        "refused": len(samples.refused),
        "contradictions": [[{"line": line, "label": name} for line, name in rows] for rows in against],
    }
    score = report.get("cross_validation", {}).get("macro_f1")
    heads = [
        f"学自 {report['rows']} 行（{report['groups']} 组），每类至多 {max_rules or '不限'} 条；审阅后再用",
        f"learnt from {report['rows']} rows ({report['groups']} groups), seed {seed}; to be read before it is used",
        *([f"macro-F1 {score}（交叉验证 cross-validated）"] if score is not None else []),
    ]
    write_text(out, written(learnt.rules, heads))
    if no_check:
        note(say("没有交叉验证，把握未经校准（sharpness 取 8）", "not cross-validated: confidence is not calibrated"))
    if form == "json":
        print_json(report)
    else:
        _show_learnt(learnt, report, out)


def _show_learnt(learnt: Learnt, report: dict[str, Any], out: str) -> None:
    held = report.get("cross_validation")
    click.echo(
        facts(
            [
                (
                    say("样本", "samples"),
                    say(
                        f"{report['rows']} 行，{report['groups']} 组",
                        f"{report['rows']} rows, {report['groups']} groups",
                    ),
                ),
                (say("规则", "rules"), f"{report['rules']} → {out}"),
                (say("未学的标注", "labels left out"), "、".join(f"{k}({n})" for k, n in report["left_out"].items())),
            ]
        )
    )
    if held:
        click.echo(
            "\n" + say(f"交叉验证（{held['folds']} 折，近似重复不拆开）", f"cross-validation, {held['folds']} folds")
        )
        _show_figures(held)
        click.echo("\n" + say("规则减少时 · macro-F1", "macro-F1 as rules are cut"))
        rows = [
            (str(one["max_rules"] or say("不限", "all")), str(one["rules"]), f"{one['macro_f1']:.4f}")
            for one in report["curve"]
        ]
        click.echo(table((say("每类至多", "a label"), say("规则", "rules"), "macro-F1"), rows))
    click.echo("\n" + say("贡献最大的规则", "rules that carry most"))
    strong = [
        (name, "  ".join(f"{one['word']} {one['weight']:g}" for one in ones))
        for name, ones in report["strongest"].items()
    ]
    click.echo(table((say("类别", "label"), say("词与权重", "words and weights")), strong))
    against = report["contradictions"]
    if against:
        click.echo(
            "\n"
            + say(f"内容几乎相同而标注不同：{len(against)} 组", f"near-copies with different labels: {len(against)}")
        )
        for rows_ in against[:_TOLD]:
            click.echo(
                "  "
                + say("；", "; ").join(
                    say(f"第 {one['line']} 行 {one['label']}", f"line {one['line']} {one['label']}") for one in rows_
                )
            )


def _show_figures(found: dict[str, Any]) -> None:
    click.echo(
        facts(
            [
                ("macro-F1", f"{found['macro_f1']:.4f}"),
                (say("正确率", "accuracy"), _percent(found["accuracy"])),
                (say("有答案", "coverage"), _percent(found["coverage"])),
            ]
        )
    )
    rows = []
    for name, one in found["per_class"].items():
        wrong = [(answer or say("无", "none"), n) for answer, n in found["confusion"][name].items() if answer != name]
        mixed = "  ".join(f"{answer} {n}" for answer, n in wrong[:3])
        rows.append(
            (name, str(one["rows"]), f"{one['f1']:.3f}", _percent(one["precision"]), _percent(one["recall"]), mixed)
        )
    heads = say("标注,行,F1,查准,查全,误作", "label,rows,F1,precision,recall,taken for").split(",")
    click.echo("\n" + table(heads, rows))


@command.command(
    "test",
    cls=Speaking,
    short_help="用标注过的工单测试规则 · test rules on labelled orders",
    help="用标注过的工单测试规则文件：macro-F1、正确率、有答案的比例、每类、误判。\n--\n"
    "Test a rule file on labelled orders: macro-F1, accuracy, coverage, per class, confusion.",
)
@_book
@_orders
@_label
@_text
@_title
@answers("table", "json", "csv")
def test_command(book: str, orders: str, label: str, text: str, title: str, form: str) -> None:
    """Test."""
    from ..text.measure import answered, are_kinds, measure, said

    rules = _load(book)
    rows = _samples(orders, label, text, title).rows
    kinds = are_kinds(row.label for row in rows)
    answers_ = said(answered(rules, rows), rows, kinds)
    found = measure(zip((row.label for row in rows), answers_, strict=True)) | {"rules": len(rules.rules)}
    if form == "json":
        print_json(found)
    elif form == "csv":
        lines = [(row.line, row.label, answer, row.label == answer) for row, answer in zip(rows, answers_, strict=True)]
        print_csv(("line", "label", "answer", "right"), lines)
    else:
        _show_figures(found)


@command.command(
    "explain",
    cls=Speaking,
    short_help="逐条说明规则怎样归类一段文字 · take a score apart, rule by rule",
    help="说明规则文件怎样归类一段文字：每个大类和类型的得分，是哪些词各给了多少。\n--\n"
    "Say how a rule file classifies a text: each score, and what each word gave to it.",
)
@_book
@click.argument("words", metavar="TEXT")
@click.option("--title", default="", help="标题 · title")
@answers("table", "json", "csv")
def explain_command(book: str, words: str, title: str, form: str) -> None:
    """Explain."""
    from ..text.rulebook import explain

    told = explain(_load(book), title, words)
    if form == "json":
        print_json(
            {
                "category": told.answer.category,
                "kind": told.answer.kind.value if told.answer.kind else None,
                "confidence": round(told.answer.confidence, 6),
                "needs_person": told.answer.needs_person,
                "scores": {name: round(value, 6) for name, value in told.scores.items()},
                "bias": told.bias,
                "shares": [share._asdict() | {"gives": round(share.gives, 6)} for share in told.shares],
            }
        )
        return
    rows = [(s.target, s.word, f"{s.weight:g}", str(s.times), f"{s.gives:+.4f}") for s in told.shares]
    if form == "csv":
        print_csv(("target", "word", "weight", "times", "gives"), rows)
        return
    click.echo(
        facts(
            [
                (say("类别", "category"), told.answer.category or say("无从判断", "nothing speaks for any")),
                (say("类型", "kind"), say(told.answer.kind.zh, told.answer.kind.value) if told.answer.kind else ""),
                (say("把握", "confidence"), _percent(told.answer.confidence)),
            ]
        )
    )
    scores = [(name, f"{value:.4f}", f"{told.bias.get(name, 0.0):+.4f}") for name, value in told.scores.items()]
    if scores:
        click.echo("\n" + table((say("对象", "target"), say("得分", "score"), say("底分", "bias")), scores))
    if rows:
        click.echo("\n" + table(say("对象,词,权重,次数,给分", "target,word,weight,times,gives").split(","), rows))


@command.command(
    "diff",
    cls=Speaking,
    short_help="比较两个规则文件 · compare two rule files",
    help="比较两个规则文件：增加、删去、改了权重的规则，改了的设置。有差异时退出码为 1。\n--\n"
    "Compare two rule files: rules added, removed and reweighted, settings changed. Exit code 1 where they differ.",
)
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@answers("table", "json", "csv")
def diff_command(old: str, new: str, form: str) -> None:
    """Compare."""
    from ..text.rulebook import diff

    found = diff(_load(old), _load(new))
    rows: list[tuple[str, str, Any, Any]] = [("added", name, None, weight) for name, weight in found.added.items()]
    rows += [("removed", name, weight, None) for name, weight in found.removed.items()]
    rows += [("changed", name, *weights) for name, weights in found.changed.items()]
    rows += [("altered", name, None, None) for name in found.altered]
    rows += [("setting", name, *values) for name, values in found.settings.items()]
    if form == "json":
        print_json(found._asdict())
    elif form == "csv":
        print_csv(("what", "name", "old", "new"), rows)
    else:
        words = {"added": "增加", "removed": "删去", "changed": "改权重", "altered": "改其他", "setting": "设置"}
        lines = [
            (say(words[what], what), name, *("" if v is None else str(v) for v in values))
            for what, name, *values in rows
        ]
        heads = say("变化,规则或设置,旧,新", "what,rule or setting,old,new").split(",")
        click.echo(table(heads, lines) if lines else say("没有差异", "no difference"))
    if not found.empty:
        click.get_current_context().exit(1)


@command.command(
    "taxonomy",
    cls=Speaking,
    short_help="导入类目表，生成类目和未经训练的规则 · import a catalogue of categories",
    help="导入三级类目表（列名含 一级、二级、三级；可有 编码、同义词 列），写成类目和由名称得来的规则。\n--\n"
    "Import a catalogue of three levels (columns headed 一级 二级 三级 or level1 level2 level3; codes and synonyms "
    "where there are) as categories and rules made from its names.",
)
@click.argument("catalogue", type=click.Path())
@click.option("--out", required=True, type=click.Path(), help="写到哪个规则文件 · the rule file to write")
@answers("table", "json")
def taxonomy_command(catalogue: str, out: str, form: str) -> None:
    """Import a catalogue."""
    from ..text.rulebook import written
    from ..text.taxonomy import read_taxonomy

    found = read_taxonomy(read_bytes(catalogue), catalogue)
    tell_refused(found.refused)
    notes = [
        "由类目名称得来，未经训练；权重为本库默认",
        "made from the names of a catalogue, untrained; weights: library default",
    ]
    write_text(out, written(found.rules, notes))
    if form == "json":
        print_json({"levels": found.levels, "rules": len(found.rules.rules), "refused": len(found.refused), "out": out})
        return
    click.echo(
        facts(
            [
                (say("一级、二级、三级", "levels"), " / ".join(map(str, found.levels))),
                (say("规则", "rules"), f"{len(found.rules.rules)} → {out}"),
                (say("未用的行", "rows left out"), str(len(found.refused) or "")),
            ]
        )
    )
