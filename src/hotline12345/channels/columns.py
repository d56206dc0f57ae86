"""Which of their columns is which of our fields (列映射)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.errors import RequestError
from .refusals import refusal, shown

REQUEST_FIELDS = (
    "received",
    "ref",
    "title",
    "text",
    "requester",
    "phone",
    "requester_id",
    "kind",
    "category",
    "area",
    "address",
    "channel",
    "anonymous",
    "confidential",
    "wants_reply",
    "level",
    "line",
)
"""The fields of a request (诉求字段) a column can fill."""

FACT_FIELDS = ("replied", "reply", "transfers", "unit", "signed", "closed", "satisfied", "solved")
"""What a row may say beyond the request (其他事实); ``fact.NAME`` keeps any other column under *NAME*, as text."""

ALIASES: dict[str, tuple[str, ...]] = {
    "received": (
        "received",
        "received_at",
        "time",
        "date",
        "受理时间",
        "来电时间",
        "诉求时间",
        "登记时间",
        "时间",
        "日期",
    ),
    "ref": ("ref", "id", "编号", "工单编号", "工单号", "受理编号", "留言编号"),
    "title": ("title", "标题", "诉求标题", "工单标题", "主题", "留言主题"),
    "text": ("text", "content", "内容", "诉求内容", "来电内容", "工单内容", "问题描述", "留言详情"),
    "requester": ("requester", "requester.name", "user", "name", "姓名", "诉求人", "来电人", "联系人", "留言用户"),
    "phone": ("phone", "requester.phone", "电话", "来电号码", "联系电话", "手机", "手机号", "手机号码"),
    "requester_id": ("requester_id", "requester.id", "身份证号", "身份证号码", "证件号码"),
    "kind": ("kind", "类型", "诉求类型", "工单类型", "诉求性质"),
    "category": ("category", "类别", "归类", "诉求类别", "归口类别", "分类"),
    "area": ("area", "区县", "县区", "区域", "行政区划", "行政区划代码", "所属区县"),
    "address": ("address", "地址", "事发地址", "详细地址", "地点"),
    "channel": ("channel", "渠道", "来源", "诉求渠道", "受理渠道", "来源渠道"),
    "anonymous": ("anonymous", "匿名", "是否匿名"),
    "confidential": ("confidential", "保密", "是否保密"),
    "wants_reply": ("wants_reply", "是否回复", "是否需要回复"),
    "level": ("level", "来源层级", "转办层级"),
    "line": ("line", "专线", "专线名称"),
    "replied": ("replied", "replied_at", "reply_time", "答复时间", "回复时间"),
    "reply": ("reply", "答复", "答复内容", "回复", "回复内容", "答复意见"),
    "transfers": ("transfers", "transfer_count", "转办次数", "流转次数"),
    "unit": ("unit", "承办单位", "主办单位", "办理单位"),
    "signed": ("signed", "signed_at", "签收时间"),
    "closed": ("closed", "closed_at", "办结时间"),
    "satisfied": ("satisfied", "满意", "是否满意", "满意度"),
    "solved": ("solved", "resolved", "解决", "是否解决"),
}
"""Headers recognised without a mapping (自动识别的表头): the first that is there wins; case and blanks aside."""

_FIELDS = frozenset(REQUEST_FIELDS + FACT_FIELDS)
_OWN = "fact."


def parse_mapping(text: str) -> dict[str, str]:
    """Read ``received=time,replied=reply_time`` (列映射): our field, ``=``, their column.

    An empty column switches a field off.

    Raises:
        RequestError: ``bad-mapping`` for what is no pair or named twice, ``unknown-field`` with the fields there are.
    """
    mapping: dict[str, str] = {}
    for pair in text.split(","):
        if not pair.strip():
            continue
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not name or name in mapping:
            raise refusal(
                "bad-mapping",
                f"映射「{shown(pair)}」不是 字段=列名，或字段重复",
                f"the mapping {shown(pair)!r} is not FIELD=COLUMN, or names a field twice",
                hint=("例如 received=受理时间,text=内容", "for example received=time,text=content"),
            )
        mapping[name] = column
    check_fields(mapping)
    return mapping


def check_fields(mapping: Mapping[str, str]) -> None:
    """Refuse a mapping that names a field there is not."""
    unknown = [name for name in mapping if name not in _FIELDS and not _is_own(name)]
    if unknown:
        fields = (*REQUEST_FIELDS, *FACT_FIELDS, "fact.NAME")
        raise refusal(
            "unknown-field",
            "没有字段：" + "、".join(map(shown, unknown)),
            "there are no such fields: " + ", ".join(map(shown, unknown)),
            hint=("字段有：" + "、".join(fields), "fields: " + ", ".join(fields)),
        )


def _is_own(name: str) -> bool:
    own = name.removeprefix(_OWN)
    return own not in ("", name) and own not in _FIELDS


def resolve(columns: Sequence[str], mapping: Mapping[str, str], *, timed: bool) -> dict[str, int]:
    """Return the position of each field's column: as mapped, the rest by :data:`ALIASES`.

    Fields of the reader's own keep their ``fact.`` here.

    Args:
        timed: a column for ``received`` must be there.

    Raises:
        RequestError: ``unknown-field``, ``missing-column`` with the columns there are, ``duplicate-column``.
    """
    check_fields(mapping)
    found: dict[str, int] = {}
    missing = [column for column in mapping.values() if column and column not in columns]
    if missing:
        raise _missing(missing, columns)
    for name, column in mapping.items():
        if column:
            found[name] = _only(columns, column)
    taken = set(found.values())
    folded = ["".join(column.split()).lower() for column in columns]
    for name, aliases in ALIASES.items():
        if name in mapping:
            continue
        known = next((alias for alias in aliases if alias in folded and folded.index(alias) not in taken), None)
        if known is not None:
            found[name] = _only(folded, known)
    if timed and "received" not in found:
        raise _missing(["received"], columns)
    return found


def _only(columns: Sequence[str], column: str) -> int:
    if list(columns).count(column) > 1:
        raise refusal(
            "duplicate-column",
            f"表头里「{shown(column)}」出现了不止一次",
            f"the header names {shown(column)!r} more than once",
            column=column,
            hint=("请给其中一列改名", "rename one of them"),
        )
    return list(columns).index(column)


def _missing(names: Sequence[str], columns: Sequence[str]) -> RequestError:
    # A file without a header shows its first row here: so each name is shortened, and the list too.
    there = [shown(column) for column in columns if column][:30]
    return refusal(
        "missing-column",
        "缺少列：" + "、".join(map(shown, names)) + "；现有列：" + "、".join(there),
        "missing columns: " + ", ".join(map(shown, names)) + "; there are: " + ", ".join(there),
        columns=tuple(there),
        hint=(
            "请用 received=列名 的形式写明对应的列；第一行须为表头",
            "name the columns, for example received=COLUMN; the first row must be the header",
        ),
    )
