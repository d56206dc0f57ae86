"""What is wrong with an article (条目校验): every fault at once, each with what the rule rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import evolve

from ..channels.payload import is_broken
from ..core.actor import Actor, Role
from ..core.errors import Fault, PolicyError, RequestError
from .article import Draft
from .private import redact, spans
from .rules import DEFAULT, Rules
from .words import plain

_NAMES = {
    "title": "标题",
    "content": "内容",
    "category": "类目",
    "unit": "发文单位",
    "material": "材料性质",
    "keywords": "关键字",
    "region": "区划",
    "source": "依据",
    "valid_until": "有效期止",
}
TEXTS = ("title", "content", "source")
TitleTaken = Callable[[str], str]
"""Returns who has a levelled title already, "" where nobody."""


def level_title(title: str) -> str:
    """Return what makes two titles the same (标题归一): width, case and blanks do not count."""
    return plain(title).replace(" ", "") or title.strip()


def cleaned(draft: Draft, rules: Rules) -> Draft:
    """Return *draft* with persons' numbers hidden where the place hides rather than refuses them (隐去)."""
    if rules.private != "redact":
        return draft
    words: dict[str, Any] = {name: redact(getattr(draft, name)) for name in TEXTS}
    return evolve(draft, **words, keywords=tuple(map(redact, draft.keywords)))


def check(
    draft: Draft, rules: Rules, by: Actor, taken: TitleTaken = lambda _: "", *, file: str = "", line: int = 0
) -> list[Fault]:
    """Return every fault of *draft* (校验条目).

    Args:
        by: who writes it; the category has to be one that their unit may write.
        taken: who else has the title.
        file: what the faults call the file.
        line: and the line in it.
    """
    found: list[Fault] = []

    def fault(code: str, key: str, zh: str, en: str, rule: str) -> None:
        why = rules.why(rule)
        zh_why, _, en_why = why.partition(" / ")
        hint = f"依据：{'本库默认，无条文' if why == DEFAULT else zh_why} / basis: {en_why or why}"
        found.append(Fault(code, zh, en, file=file, line=line, key=_NAMES.get(key, key), hint=hint))

    for name in rules.needs:
        value = getattr(draft, name)
        if not (value.strip() if isinstance(value, str) else value):
            fault("kb-missing", name, f"缺少{_NAMES[name]}", f"{name} is missing", "needs")
    for name in (*TEXTS, "category", "unit", "material", "region", "keywords"):
        value = getattr(draft, name)
        if is_broken(value if isinstance(value, str) else "".join(value)):
            zh = f"{_NAMES[name]}里有不成字的字节"
            fault("kb-broken-text", name, zh, f"{name} holds bytes that are no characters", "text")
    if any(one.code == "kb-broken-text" for one in found):
        return found  # nothing can be said of a text that cannot be read
    _title(draft, rules, taken, fault)
    _keywords(draft, rules, fault)
    _category(draft, rules, by, fault)
    if draft.material and draft.material not in rules.materials:
        known = "、".join(rules.materials)
        zh = f"没有材料性质「{draft.material}」，有：{known}"
        fault("kb-material", "material", zh, f"no material {draft.material!r}; there are {known}", "materials")
    if draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from:
        fault("kb-validity", "valid_until", "有效期止早于起", "it ends before it begins", "validity")
    for name in ("title", "content", "source", "keywords"):
        value = getattr(draft, name)
        if spans(value if isinstance(value, str) else " , ".join(value)):
            zh = f"{_NAMES[name]}里有手机号码或身份证号码"
            fault("kb-private", name, zh, f"{name} holds a person's telephone or identity number", "private")
    return found


def _title(draft: Draft, rules: Rules, taken: TitleTaken, fault: Callable[..., None]) -> None:
    length = len(draft.title.strip())
    if length > rules.title_max:
        zh = f"标题有 {length} 字，最多 {rules.title_max} 字"
        en = f"the title has {length} characters, at most {rules.title_max}"
        fault("kb-title-long", "title", zh, en, "title_max")
    owner = taken(level_title(draft.title)) if rules.title_unique and draft.title.strip() else ""
    if owner:
        fault("kb-title-taken", "title", f"标题与 {owner} 重复", f"{owner} has this title already", "title_unique")


def _keywords(draft: Draft, rules: Rules, fault: Callable[..., None]) -> None:
    for word in draft.keywords:
        if len(word) > rules.keyword_max:
            zh = f"关键字「{word[:20]}…」有 {len(word)} 字，最多 {rules.keyword_max} 字"
            en = f"the keyword {word[:20]!r}… has {len(word)} characters, at most {rules.keyword_max}"
            fault("kb-keyword-long", "keywords", zh, en, "keyword_max")
    same = {level_title(word) for word in draft.keywords} & {level_title(draft.title)}
    if same and not rules.keyword_title:
        fault("kb-keyword-title", "keywords", "关键字与标题相同", "a keyword is the title", "keyword_title")


def _category(draft: Draft, rules: Rules, by: Actor, fault: Callable[..., None]) -> None:
    path = draft.category
    if not path:
        return
    if any(not part.strip() for part in path.split("/")):
        zh = f"类目「{path}」写法有误，各级之间用 / 隔开"
        fault("kb-category-form", "category", zh, f"write the category {path!r} with / between levels", "categories")
    elif not rules.categories:
        return  # the place has listed none: there is nothing to hold it against
    elif path not in rules.categories:
        fault("kb-category-unknown", "category", f"没有类目「{path}」", f"no category {path!r}", "categories")
    elif not rules.leaf(path):
        zh = f"类目「{path}」不是末级"
        fault("kb-category-not-leaf", "category", zh, f"the category {path!r} has others below it", "categories")
    elif not _may_write(path, rules, by):
        zh = f"{by.unit or '（未写明单位）'} 不能在类目「{path}」下写入"
        en = f"{by.unit or '(no unit)'} may not write into {path!r}"
        fault("kb-category-closed", "category", zh, en, "categories")


def _may_write(path: str, rules: Rules, by: Actor) -> bool:
    units = rules.categories[path]
    return not units or Role.ADMIN in by.roles or by.unit in units


def check_batch(
    rows: Sequence[tuple[int, Draft]], rules: Rules, by: Actor, taken: TitleTaken, file: str = ""
) -> tuple[list[tuple[int, Draft]], list[Fault]]:
    """Return the sound rows and every fault of the others (批量校验); titles count against one another too.

    Raises:
        RequestError: ``kb-batch-too-large``, before any row is looked at.
    """
    if len(rows) > rules.batch_max:
        raise RequestError(
            f"一次导入 {len(rows)} 条，最多 {rules.batch_max} 条（依据：{rules.why('batch_max')}）",
            f"{len(rows)} rows in one import, at most {rules.batch_max} ({rules.why('batch_max')})",
            code="kb-batch-too-large",
            hint="分成几个文件导入",
            hint_en="import it in several files",
        )
    seen: dict[str, int] = {}
    sound, faults = [], []
    for line, draft in rows:
        draft = cleaned(draft, rules)

        def owner(level: str) -> str:
            return f"第 {seen[level]} 行" if level in seen else taken(level)

        wrong = check(draft, rules, by, owner, file=file, line=line)
        seen.setdefault(level_title(draft.title), line)
        faults += wrong
        if not wrong:
            sound.append((line, draft))
    return sound, faults


def refuse(faults: Iterable[Fault]) -> PolicyError:
    """Return the refusal of an article with these faults (退回)."""
    told = tuple(faults)
    return PolicyError(
        f"条目有 {len(told)} 处不合要求", f"the article has {len(told)} faults", code="bad-article", faults=told
    )
