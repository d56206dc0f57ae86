"""What can go wrong with exports, in our words (导出与导入的错误)."""

from __future__ import annotations

from ..core.errors import StoreError
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


def broken(r: Record) -> StoreError:
    where = f"{r.place}/{r.number} v{r.version}"
    return StoreError(
        f"{where} 与校验链不符，停止导出",
        f"{where} does not fit its chain; the export stops",
        code="broken-chain",
        hint="请先运行 audit verify",
        hint_en="run audit verify first",
    )


def headless(order: tuple[str, str]) -> StoreError:
    return StoreError(
        f"{order[0]}/{order[1]} 有记录而没有工单索引",
        f"{order[0]}/{order[1]} has records and no head",
        code="broken-store",
        hint="请先运行 store rebuild",
        hint_en="run store rebuild first",
    )
