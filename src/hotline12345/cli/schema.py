"""``schema`` (数据格式): JSON Schema for hosts that are not Python."""

from __future__ import annotations

import click

from .common import Speaking, answers, print_json


@click.command(
    "schema",
    cls=Speaking,
    help="打印 JSON Schema（draft 2020-12）：request 收件文件中的一条诉求，order 工单，record 存储与导出中的一条记录，"
    "envelope 投递出去的信封；或一种事件的数据，如 Dispatched。\n"
    "--\n"
    "Print JSON Schema (draft 2020-12): request, one request of a file to receive; order, an order as seen; record, "
    "one stored or exported event; envelope, what is delivered; or the data of one event, such as Dispatched.",
)
@click.argument("name", default="record")
@answers("json")
def command(name: str, form: str) -> None:
    """Print a schema."""
    from ..core.errors import RequestError
    from ..core.events import EVENTS
    from ..schema import SCHEMAS, event_schema

    if name in EVENTS:
        print_json(event_schema(name))
    elif name in SCHEMAS:
        print_json(SCHEMAS[name]())
    else:
        raise RequestError(
            f"没有数据格式「{name}」",
            f"there is no schema {name!r}",
            code="unknown-schema",
            hint=f"格式有：{'、'.join(SCHEMAS)}，或一种事件的名称，如 Dispatched",
            hint_en=f"there are {', '.join(SCHEMAS)}, and each event by its name, such as Dispatched",
        )
