"""``kb`` (知识库): articles in, through review, found, answered from, and kept right."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..core.errors import RequestError
from .common import Speaking, SpeakingGroup, answers, instant_of, no_such_file, now, print_json
from .printing import facts, iso, note, print_csv, say, table

if TYPE_CHECKING:
    from ..core.actor import Actor
    from ..core.errors import Fault
    from ..kb import Article, KnowledgeBase
    from ..kb.rules import Centre

F = TypeVar("F", bound=Callable[..., Any])

_base = click.option(
    "--kb",
    "url",
    default="sqlite:///knowledge.db",
    show_default=True,
    envvar="HOTLINE12345_KB",
    help="知识库地址：sqlite:///文件 或 postgresql://… · address of the knowledge base",
)
_who = click.option("--as", "actor", default="", help="身份：角色@单位/人员 · who acts: ROLE@UNIT/PERSON")
_at = click.option("--at", "moment", default="", help="何时，默认现在 · when, now by default")
_centre = click.option("--centre", default="", help="哪个中心的知识库 · whose base: the centre's code")
_reason = click.option("--reason", default="", help="理由 · why")
_expected = click.option(
    "--expected", default=0, help="以为现在是第几版，不是则拒绝 · refuse unless this is the version"
)


@click.group(
    "kb",
    cls=SpeakingGroup,
    help="知识库：入库校验、审核发布、检索、直接答复、纠错、及时率、缺口。规则用 kb rules 设定，不设则按信阳的要求。\n"
    "--\n"
    "The knowledge base: checks, review, search, direct answers, error reports, timeliness, gaps. kb rules sets a "
    "place's own rules; without, they are Xinyang's.",
)
def command() -> None:
    """Hold the commands on the knowledge base."""


def _known(centre: str, centres: Mapping[str, Centre]) -> None:
    """Refuse a centre that the rules do not name, where they name any: what it may see would be nothing."""
    if not centres or centre in centres:
        return
    raise RequestError(
        f"知识库的规则里没有中心「{centre}」",
        f"the rules of the base name no centre {centre!r}",
        code="unknown-centre",
        hint="有：" + "、".join(f"{one.code} {one.name}".strip() for one in centres.values()),
        hint_en="there are: " + ", ".join(centres),
    )


def based(writes: bool = False) -> Callable[[F], F]:
    """Give a command its base, who acts, when and whose; the base is opened and closed around it."""

    def wrap(function: F) -> F:
        import functools

        @functools.wraps(function)
        def run(url: str, actor: str, moment: str, **given: Any) -> Any:
            from ..core.actor import Actor
            from ..kb import open_base

            who = Actor.parse(actor) if actor else Actor()
            base = open_base(url, must_exist=not writes)
            try:
                if given.get("centre"):
                    _known(given["centre"], base.rules.centres)
                return function(base, who, instant_of(moment) if moment else now(), **given)
            finally:
                base.close()

        return _base(_who(_at(_centre(run))))  # type: ignore[return-value]

    return wrap


def read_file(path: str) -> bytes:
    """Return the bytes of a file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise no_such_file(path, error) from error


def plain(article: Article) -> dict[str, Any]:
    """Return an article as JSON."""
    from ..kb.article import draft_json

    head = {"id": article.id, "version": article.version, "status": article.status.value, "centre": article.centre}
    return {**head, "at": iso(article.at), **draft_json(article.draft)}


def told(article: Article, form: str) -> None:
    """Print where an article stands."""
    if form == "json":
        print_json(plain(article))
        return
    status = article.status.zh if say("zh", "en") == "zh" else article.status.value
    click.echo(f"{article.ref}  {status}  {article.draft.title}")


def show_faults(faults: list[Fault]) -> None:
    """Print faults where they spoil no pipe, and leave with 1 where there are any."""
    for fault in faults:
        note("  - " + fault.text(say("zh", "en")))
    if faults:
        sys.exit(1)


def listed(articles: list[Article], form: str) -> None:
    """Print a list of articles."""
    columns = ("id", "version", "status", "title", "category", "unit", "visibility", "valid_until")
    rows = [plain(article) for article in articles]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(columns, [[row[column] for column in columns] for row in rows])
    else:
        heads = say("编号,版,状态,标题,类目,单位,可见范围,有效期止", ",".join(columns)).split(",")
        shown = [[row[column] if row[column] is not None else "" for column in columns] for row in rows]
        if say("zh", "en") == "zh":
            for line, article in zip(shown, articles, strict=True):
                line[2], line[6] = article.status.zh, article.draft.visibility.zh
        click.echo(table(heads, shown) if rows else say("没有条目。", "There are no articles."))


_FIELDS: tuple[tuple[str, str], ...] = (
    ("title", "标题 · title"),
    ("content", "内容 · content"),
    ("category", "类目，各级用 / 隔开 · category, levels apart by /"),
    ("unit", "发文单位 · the unit that answers for it"),
    ("material", "材料性质 · material type"),
    ("keywords", "关键字，逗号隔开 · keywords, apart by commas"),
    ("region", "区划代码 · division code"),
    ("source", "依据的文件 · the document it rests on"),
    ("visibility", "公开、单位可见、内部 · public, department or internal"),
    ("valid_from", "有效期起 · first day it holds"),
    ("valid_until", "有效期止 · last day it holds"),
    ("review_by", "复核日期 · the day to look at it again"),
)


def fielded(function: F) -> F:
    """Give a command an option for each field of an article."""
    for name, text in reversed(_FIELDS):
        function = click.option("--" + name.replace("_", "-"), name, default=None, help=text)(function)
    return function


def values_of(given: dict[str, Any]) -> dict[str, Any]:
    """Read the fields that were given.

    Raises:
        RequestError: ``bad-value``.
    """
    from ..core.errors import RequestError
    from ..kb.exchange import FIELDS

    values = {}
    for name, text in given.items():
        if text is not None:
            _, read, form = FIELDS[name]
            try:
                values[name] = read(text.strip())
            except ValueError as error:
                option = "--" + name.replace("_", "-")
                raise RequestError(
                    f"{option} 的值「{text}」应是{form[0]}",
                    f"{option} is {text!r}, not {form[1]}",
                    code="bad-value",
                    hint=f"写{form[0]}",
                    hint_en=f"write {form[1]}",
                ) from error
    return values


@command.command(
    "add",
    cls=Speaking,
    short_help="新增条目（草稿） · take in an article as a draft",
    help="新增条目，先成草稿；不合要求的一次说全。\n--\nTake in an article as a draft; every fault is told at once.",
)
@fielded
@answers("table", "json")
@based(writes=True)
def add(base: KnowledgeBase, by: Actor, at: Any, centre: str, form: str, **given: Any) -> None:
    """Take in an article."""
    from ..kb import Draft

    told(base.add(Draft(**({"title": "", "content": ""} | values_of(given))), by, at, centre=centre), form)


@command.command(
    "revise",
    cls=Speaking,
    short_help="修订条目（新版草稿） · write the next version",
    help="修订条目：只写要改的；现行版本一直有效，到新版发布为止。\n"
    "--\n"
    "Write the next version: give what changes. What is published stays until the new version is.",
)
@click.argument("article_id", metavar="ID")
@_expected
@fielded
@answers("table", "json")
@based()
def revise(base: KnowledgeBase, by: Actor, at: Any, article_id: str, form: str, expected: int, **given: Any) -> None:
    """Write the next version."""
    from ..kb.article import with_fields

    given.pop("centre")
    draft = with_fields(base.get(article_id).draft, values_of(given))
    told(base.revise(article_id, draft, by, at, expected=expected), form)


@command.command(
    "step",
    cls=Speaking,
    short_help="送审、收回、撤下 · submit, recall, withdraw, expire",
    help="执行一步：submit 送审、recall 收回、withdraw 撤下（写理由）、expire 过期。\n"
    "--\nCarry out a step: submit, recall, withdraw (with a reason), expire.",
)
@click.argument("article_id", metavar="ID")
@click.argument("action", type=click.Choice(["submit", "recall", "withdraw", "expire"]))
@_reason
@_expected
@answers("table", "json")
@based()
def step(
    base: KnowledgeBase,
    by: Actor,
    at: Any,
    article_id: str,
    action: str,
    reason: str,
    expected: int,
    centre: str,
    form: str,
) -> None:
    """Carry out a step."""
    told(base.take(article_id, action, by, at, reason=reason, expected=expected), form)


@command.command(
    "review",
    cls=Speaking,
    short_help="审核：通过即发布 · approve and publish, or reject",
    help="审核：--pass 通过并发布，--no-pass 不通过（写理由）；撰写人不能审核自己的。不写编号则列出待审核的。\n"
    "--\n"
    "Approve, which publishes, or reject with a reason; nobody approves their own. Without an id: what awaits review.",
)
@click.argument("article_id", metavar="[ID]", required=False)
@click.option("--pass/--no-pass", "passed", default=True, help="是否通过 · whether it passes")
@_reason
@_expected
@answers("table", "json", "csv")
@based()
def review(
    base: KnowledgeBase,
    by: Actor,
    at: Any,
    article_id: str | None,
    passed: bool,
    reason: str,
    expected: int,
    centre: str,
    form: str,
) -> None:
    """Approve or reject, or list what awaits it."""
    from ..kb import ArticleStatus

    if article_id is None:
        listed(base.articles(status=ArticleStatus.REVIEW, centre=centre), form)
    else:
        told(base.take(article_id, "approve" if passed else "reject", by, at, reason=reason, expected=expected), form)


@command.command(
    "list",
    cls=Speaking,
    short_help="列出条目 · list articles",
    help="列出条目：各条的最新版本，或某一状态的版本。\n--\nList articles: the newest versions, or those in a status.",
)
@click.option("--status", default="", help="状态，如 published · status")
@click.option("--unit", default="", help="发文单位 · unit")
@answers("table", "json", "csv")
@based()
def list_(base: KnowledgeBase, by: Actor, at: Any, status: str, unit: str, centre: str, form: str) -> None:
    """List articles."""
    from ..kb import ArticleStatus
    from .common import choice_of

    wanted = choice_of(ArticleStatus, status, "条目状态", "unknown-status") if status else None
    listed(base.articles(status=wanted, centre=centre, unit=unit), form)


@command.command(
    "show",
    cls=Speaking,
    short_help="查看条目、各版本和经过 · an article, its versions and steps",
    help="查看条目的内容、各版本和经过。\n--\nAn article with its versions and every step.",
)
@click.argument("article_id", metavar="ID")
@answers("table", "json")
@based()
def show(base: KnowledgeBase, by: Actor, at: Any, article_id: str, centre: str, form: str) -> None:
    """Show an article."""
    id_, _, version = article_id.partition("@")
    article = base.get(id_, int(version) if version.isdecimal() else 0)
    steps = base.history(id_)
    if form == "json":
        names = ("version", "action", "by", "at", "reason")
        print_json({**plain(article), "steps": [dict(zip(names, each, strict=True)) for each in steps]})
        return
    told(article, form)
    draft = article.draft
    pairs = [
        (say("类目", "category"), draft.category),
        (say("单位", "unit"), draft.unit),
        (say("材料性质", "material"), draft.material),
        (say("关键字", "keywords"), "、".join(draft.keywords)),
        (say("可见范围", "visibility"), say(draft.visibility.zh, draft.visibility.value)),
        (say("依据", "source"), draft.source),
        (say("有效期止", "valid until"), iso(draft.valid_until) or ""),
        (say("复核日期", "review by"), iso(draft.review_by) or ""),
    ]
    click.echo(facts(pairs) + f"\n\n{draft.content}\n")
    heads = say("版,经过,谁,何时,理由", "version,step,by,at,reason").split(",")
    rows = [(v, _action(what), who, at_[:16].replace("T", " "), why) for v, what, who, at_, why in steps]
    click.echo(table(heads, rows))


def _action(name: str) -> str:
    from ..kb.lifecycle import STEPS

    return say({**STEPS, "add": "新增", "revise": "修订"}.get(name, name), name)


def _register() -> None:
    from . import kb_care, kb_find, kb_tables

    for module in (kb_find, kb_tables, kb_care):
        for each in module.COMMANDS:
            command.add_command(each)


_register()
