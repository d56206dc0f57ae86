"""What can go wrong with exports, in our words (导出与导入的错误)."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import StoreError
from ..stores._rules import several, shown
from ..stores.port import Record


def bad_export(zh: str, en: str) -> StoreError:
    """Return the refusal of an export that is not whole, or not what was written."""
    return StoreError(
        f"导出文件有误：{zh}，未导入任何内容",
        f"the export is not sound: {en}; nothing was imported",
        code="bad-export",
        hint="请重新导出或重新传送该文件",
        hint_en="export again, or copy the file again",
    )


def not_exportable() -> StoreError:
    return StoreError(
        "此存储不能整体导出：它不给出完整的隐私记录",
        "this store cannot be exported: it does not give its private records whole",
        code="not-exportable",
        hint="存储插件须实现 kept(place, number)",
        hint_en="its plug-in has to have kept(place, number)",
    )


def not_empty() -> StoreError:
    return StoreError(
        "只能导入空的存储",
        "an export goes into an empty store only",
        code="not-empty",
        hint="请用一个新的存储地址",
        hint_en="give the address of a new store",
    )


def differs() -> StoreError:
    return StoreError(
        "存储里的记录与这个导出文件不同",
        "the records in the new store are not those of this export",
        code="import-differs",
        hint="续完中断的导入要用同一个文件；不是续完的，不要使用这个存储，请报告",
        hint_en="only the same file finishes an import that was cut short; else do not use this store, and report it",
    )


def held_back(found: int, wanted: int) -> StoreError:
    """Return the refusal to call an import whole whose records cannot all be read back yet."""
    return StoreError(
        f"文件有 {wanted} 条记录，目前只读得回 {found} 条：服务器上有未结束的事务挡着，不能核对，导入未完成",
        f"of {wanted} records {found} can be read back so far: a transaction under way on the server is in the way, so "
        "that they cannot be compared, and the import is not finished",
        code="import-held-back",
        hint="用 doctor --store 看是哪个事务；它结束后，用同一个文件再执行一次 store import 即可做完",
        hint_en="doctor --store shows which transaction it is; once it has ended, the same store import again finishes",
    )


def broken_chain(r: Record) -> StoreError:
    return _broken(
        (r.place, r.number), f"v{r.version} 与校验链不符", f"v{r.version} does not fit its chain", "broken-chain"
    )


def altered(r: Record) -> StoreError:
    zh, en = f"v{shown(r.version)} 不是写入时的样子", f"v{shown(r.version)} is not what was ever written"
    return _broken((r.place, r.number), zh, en, "broken-record")


def cut_off(order: tuple[str, str], found: int, wanted: int) -> StoreError:
    zh = f"应有 {wanted} 条记录，只读到 {found} 条：末尾被删，或有未结束的事务占着（doctor --store 可查）"
    en = f"has {found} of {wanted} records: its end was cut off, or a transaction under way holds it (doctor --store)"
    return _broken(order, zh, en, "broken-store")


def headless(order: tuple[str, str]) -> StoreError:
    zh, en = "有记录而没有工单索引", "has records and no head"
    return _broken(order, zh, en, "broken-store", "请先运行 store rebuild", "run store rebuild first")


def _broken(
    order: tuple[str, str],
    zh: str,
    en: str,
    code: str,
    hint: str = "请运行 audit verify 查明，并从备份恢复",
    hint_en: str = "audit verify finds what was altered; restore from a backup",
) -> StoreError:
    return StoreError(zh, en, code=code, hint=hint, hint_en=hint_en, order=order)


def not_whole(broken: Sequence[StoreError]) -> StoreError:
    """Return the refusal to write an export that leaves out orders, with every one of them."""
    return several(
        broken,
        f"有 {len(broken)} 张工单导不出，不写不完整的导出文件：",
        f"{len(broken)} orders cannot be exported, and no export is written that is not whole:",
        "not-whole",
        "逐一处理上面各单；或写 --skip-broken 文件，导出其余的，略去的列在该文件里",
        "see to each of them; or give --skip-broken FILE: the others are exported, and those left out listed in it",
    )
