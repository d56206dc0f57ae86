"""``documents`` (督办文书): the papers that the rungs fired so far ask for, as drafts."""

from __future__ import annotations

import click

from . import lang_now
from .common import Speaking, answers, hotline_of, own_pack_option, place_option, print_json, store_option
from .printing import say


@click.command(
    "documents",
    cls=Speaking,
    help="列出督办阶梯已启动各级应出具的文书草稿，如催办通知书。不含诉求内容和个人信息，须经责任方核对签发。\n"
    "例：hotline12345 documents 编号\n"
    "--\n"
    "Draft the papers that the rungs fired so far ask for, such as a notice.  Nothing of the request's words\n"
    "is in them; whoever answers for them checks and signs.\n"
    "For example: hotline12345 documents NUMBER",
)
@click.argument("number")
@click.option("--paper", default="", help="只要这一种文书的代码 · only the paper of this code")
@store_option
@own_pack_option
@place_option
@answers("table", "json")
def command(number: str, paper: str, store: str, pack_name: str, place: str, form: str) -> None:
    """Draft them."""
    from ..core.documents import documents
    from ..report.documents import document_json, document_text

    hotline = hotline_of(pack_name, store, place, must_exist=True, number=number, reads=True, need=("routes",))
    order = hotline.order(number)
    found = documents(hotline.policy_of(order), order, hotline.history(number))
    chosen = [one for one in found if paper in ("", one.code)]
    if form == "json":
        print_json([document_json(one) for one in chosen])
    elif not chosen:
        click.echo(say("没有应出具的文书。", "There is no paper to draw up."))
    else:
        click.echo("\n\n".join(document_text(one, lang_now()) for one in chosen))
