"""``kb search``, ``consult``, ``answer``, ``rate``, ``gaps`` (检索与答复)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, hotline_of, instant_of, own_pack_option, print_json, store_option
from .kb import based
from .printing import facts, print_csv, say, table

if TYPE_CHECKING:
    from ..core.actor import Actor
    from ..kb import KnowledgeBase
    from ..kb.find import Hit

_category = click.option("--category", default="", help="只在这一类目内找 · within this category only")
_limit = click.option("--limit", default=5, type=click.IntRange(1, 100), show_default=True, help="最多几条 · at most")


def _plain(hit: Hit) -> dict[str, Any]:
    draft = hit.article.draft
    known = {"ref": hit.article.ref, "id": hit.article.id, "version": hit.article.version, "title": draft.title}
    scored = {"score": round(hit.score, 4), "covers": round(hit.covers, 4)}
    cited = {"passage": hit.passage, "first": hit.first, "last": hit.last}
    return {**known, "unit": draft.unit, "source": draft.source, "centre": hit.article.centre, **scored, **cited}


def _hits(hits: tuple[Hit, ...] | list[Hit], form: str, extra: dict[str, Any] | None = None) -> None:
    rows = [_plain(hit) for hit in hits]
    if form == "json":
        print_json({**extra, "hits": rows} if extra is not None else rows)
    elif form == "csv":
        columns = ("ref", "title", "unit", "source", "score", "covers", "passage")
        print_csv(columns, [[row[column] for column in columns] for row in rows])
    elif not rows:
        click.echo(say("没有找到。", "Nothing was found."))
    else:
        for hit in hits:
            click.echo(f"{hit.article.ref}  {hit.article.draft.title}")
            where = hit.article.draft.source or hit.article.draft.unit
            click.echo(f"    「{hit.passage}」" + (f"（{where}）" if where else ""))


@click.command(
    "search",
    cls=Speaking,
    short_help="检索：一字、两字、错字都找得到 · find articles",
    help="检索已发布且有效的条目，引出最相关的一句；只找身份可见的，不记录检索内容。\n"
    "--\n"
    "Find what is published and holds, with the sentence that answers; only what you may see, and nothing is kept.",
)
@click.argument("text")
@_category
@_limit
@answers("table", "json", "csv")
@based()
def search(
    base: KnowledgeBase, by: Actor, at: Any, text: str, category: str, limit: int, centre: str, form: str
) -> None:
    """Find articles."""
    _hits(base.search(text, by, at.date(), centre=centre, category=category, limit=limit), form)


@click.command(
    "consult",
    cls=Speaking,
    short_help="咨询：检索并记下有没有答案 · look for an answer and remember whether there was one",
    help="咨询：检索并记下有没有找到，没找到的进缺口报告；号码隐去后才记。找到退出码 0，没找到 1。\n"
    "--\n"
    "Look for an answer and remember whether there was one; numbers are hidden first. Exit 0 found, 1 not found.",
)
@click.argument("text")
@click.option("--category", default="", help="诉求类别，供缺口报告 · what it is about, for the gap report")
@click.option("--order", default="", help="工单编号 · number of the order")
@_limit
@answers("table", "json")
@based(writes=True)
def consult(
    base: KnowledgeBase, by: Actor, at: Any, text: str, category: str, order: str, limit: int, centre: str, form: str
) -> None:
    """Look for an answer and remember whether there was one."""
    from ..kb.consult import consult as ask

    found = ask(base, text, by, at, centre=centre, category=category, order=order, limit=limit)
    _hits(found.hits, form, {"found": found.found, "number": found.number})
    if not found.found:
        raise SystemExit(1)


@click.command(
    "answer",
    cls=Speaking,
    short_help="用条目直接答复工单 · answer an order from an article",
    help="用条目直接答复一张工单：工单记下条目编号和版本。条目须是现行、有效、答复人可见的。\n"
    "--\n"
    "Answer an order from an article; the order records its id and version. It has to be current and visible to you.",
)
@click.argument("number")
@click.argument("article")
@click.option("--text", default="", help="答复的话，默认用条目内容 · what is said, by default the article")
@store_option
@own_pack_option
@answers("table", "json")
@based()
def answer(
    base: KnowledgeBase,
    by: Actor,
    at: Any,
    number: str,
    article: str,
    text: str,
    store: str,
    pack_name: str,
    centre: str,
    form: str,
) -> None:
    """Answer an order from an article."""
    from ..core.commands import Answer
    from ..kb.consult import to_answer

    found = to_answer(base, article, by, at.date(), centre=centre)
    hotline = hotline_of(pack_name, store, must_exist=True, number=number)
    order = hotline.handle(number, Answer(by, text=text or found.draft.content, source=found.ref), at=at)
    if form == "json":
        print_json({"number": number, "status": order.status.value, "article": found.id, "version": found.version})
        return
    click.echo(
        say(
            f"工单 {number} 已直接答复，依据条目 {found.ref}《{found.draft.title}》",
            f"order {number} was answered at once from {found.ref}, {found.draft.title}",
        )
    )


@click.command(
    "rate",
    cls=Speaking,
    short_help="直接答复率及所用条目 · direct-answer rate and the articles used",
    help="从工单历史算咨询的直接答复率，写明条目的占多少，哪一条哪一版用了几次。不需要知识库。\n"
    "--\n"
    "The direct-answer rate of consultations from the orders, how many name their article, how often each was used.",
)
@store_option
@own_pack_option
@answers("table", "json", "csv")
def rate(store: str, pack_name: str, form: str) -> None:
    """Count the direct answers."""
    from ..kb.consult import answers as count

    hotline = hotline_of(pack_name, store, must_exist=True, reads=True)
    told = count(hotline.history(order.number) for order in hotline.orders())
    rows = [{"article": ref, "used": used} for ref, used in told.articles]
    if form == "json":
        rates = {
            name: None if (value := getattr(told, name)) is None else str(value) for name in ("rate", "cited_rate")
        }
        print_json({**told._asdict(), **rates, "articles": rows})
    elif form == "csv":
        print_csv(("article", "used"), [(row["article"], row["used"]) for row in rows])
    else:
        click.echo(
            facts(
                [
                    (say("咨询工单", "consultations"), f"{told.consultations:,}"),
                    (say("知识库直接答复", "answered at once"), f"{told.answered:,}"),
                    (say("写明条目版本", "naming the article"), f"{told.cited:,}"),
                    (say("直接答复率", "direct-answer rate"), "" if told.rate is None else f"{told.rate} %"),
                ]
            )
        )
        if rows:
            click.echo("\n" + table(say("条目,次数", "article,used").split(","), told.articles))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


@click.command(
    "gaps",
    cls=Speaking,
    short_help="缺口：问了没找到的 · what was asked and not found",
    help="缺口报告：咨询时没有找到答案的，相近的问法并为一条，问得最多的在前。\n"
    "--\n"
    "What was asked and not found, questions much alike together, the most asked first.",
)
@click.option("--since", default="", help="从哪天起 · since which day")
@answers("table", "json", "csv")
@based()
def gaps(base: KnowledgeBase, by: Actor, at: Any, since: str, centre: str, form: str) -> None:
    """Report the gaps."""
    from ..kb.consult import gaps as report
    from ..kb.kept import moment

    found = report(base, centre=centre, since=moment(instant_of(since)) if since else "")
    if form == "json":
        print_json([gap._asdict() for gap in found])
    elif form == "csv":
        print_csv(("asked", "first", "last", "category", "words"), found)
    elif found:
        heads = say("次数,首次,最近,类别,问法", "asked,first,last,category,words").split(",")
        click.echo(table(heads, [(g.asked, g.first[:10], g.last[:10], g.category, g.words[:40]) for g in found]))
    else:
        click.echo(say("没有缺口。", "There are no gaps."))


COMMANDS = (search, consult, answer, rate, gaps)
