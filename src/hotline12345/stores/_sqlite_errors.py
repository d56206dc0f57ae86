"""What can go wrong with the embedded store, in our words (存储错误)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hotline12345.core.errors import StoreError

from ._rules import masked


def not_a_store(path: Path, zh: str, en: str) -> StoreError:
    """Return the error for a file that is something else."""
    return StoreError(
        f"{path} 不是工单存储：{zh}",
        f"{path} is not a store of orders: {en}",
        code="not-a-store",
        hint="请检查地址；新的存储请用一个还不存在的文件名",
        hint_en="check the address; for a new store name a file that does not exist yet",
    )


_KNOWN = {
    "BUSY": ("locked", "数据库被占用", "the database is locked by another program"),
    "LOCKED": ("locked", "数据库被占用", "the database is locked by another program"),
    "READONLY": ("read-only", "数据库或其目录不可写", "the database or its folder cannot be written"),
    "FULL": ("full", "磁盘已满，本次写入已全部撤销", "the disk is full; this write was undone as a whole"),
    "IOERR_SHMSIZE": (
        "full",
        "磁盘已满，连读取所需的共享文件也建不成",
        "the disk is full; not even reading has room for its shared file",
    ),
    "CORRUPT": ("damaged", "数据库已损坏", "the database is damaged"),
    "IOERR": ("io", "读写磁盘出错", "the disk cannot be read or written"),
    "CANTOPEN": ("cannot-open", "无法打开数据库文件", "the database file cannot be opened"),
    "PERM": ("cannot-open", "没有权限打开数据库文件", "there is no permission to open the database file"),
    "TOOBIG": ("too-big", "一条记录超过了 SQLite 的上限", "a record is beyond SQLite's limit"),
}
_HINTS = {
    "locked": (
        "请关闭占用它的程序（如数据库浏览工具、备份工具）后重试；也可用 ?timeout=秒 放宽等待",
        "close the program that holds it (a browser, a backup), or wait longer with ?timeout=SECONDS",
    ),
    "read-only": (
        "检查文件和目录的权限；只读取请用 ?readonly=1 打开",
        "check the permissions of file and folder; to read only, open it with ?readonly=1",
    ),
    "full": ("腾出空间后重试；已写入的内容完好", "make room and try again; what was stored before is intact"),
    "io": (
        "检查磁盘与文件系统（系统日志里有原因），不要放在网络文件系统上；然后 store check，必要时从备份恢复",
        "look at the disk and its file system (the system's log says why), use no network file system; then store "
        "check, and restore a backup if it finds anything",
    ),
    "cannot-open": (
        "检查文件与目录是否存在、归谁所有、能否读写",
        "check that file and folder are there, whose they are and whether you may read and write them",
    ),
    "damaged": ("停止写入，保留原文件，用备份恢复", "stop writing, keep the file as it is and restore a backup"),
}


def translate(error: BaseException, path: Path) -> StoreError:
    """Return what SQLite, or the encoding of a value, complained about as a StoreError."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name == "SQLITE_NOTADB":
        return not_a_store(path, "文件内容不是 SQLite 数据库", "the file is no SQLite database")
    if isinstance(error, UnicodeEncodeError | OverflowError | sqlite3.InterfaceError | sqlite3.ProgrammingError):
        return StoreError(
            f"有的值无法存入 {path}：{error}",
            f"a value cannot be stored in {path}: {error}",
            code="bad-append",
            hint="编号、键、索引值须是合法的文本",
            hint_en="numbers, keys and indexed values have to be valid text",
        )
    whole = name.removeprefix("SQLITE_")
    code, zh, en = _KNOWN.get(whole) or _KNOWN.get(whole.split("_")[0], ("store", "SQLite 报错", "SQLite complains"))
    hint, hint_en = _HINTS.get(code, ("", ""))
    return StoreError(
        f"{path}：{zh}（{name or type(error).__name__}: {error}）",
        f"{path}: {en} ({name or type(error).__name__}: {error})",
        code=code,
        hint=hint,
        hint_en=hint_en,
        sqlite=name,
    )


def no_such_store(path: Path) -> StoreError:
    return StoreError(
        f"没有这个存储：{path}",
        f"there is no store at {path}",
        code="no-such-store",
        hint="请检查地址；写入工单（如 hotline12345 receive）时会自动新建",
        hint_en="check the address; writing the first order (hotline12345 receive) makes the file",
    )


def old_layout(path: Path, found: int, wanted: int) -> StoreError:
    return StoreError(
        f"{path} 的表结构是旧版（{found}，现为 {wanted}），只读方式不能升级",
        f"{path} has tables of an older layout ({found}, now {wanted}), and is not upgraded when opened for reading",
        code="old-layout",
        hint="请先不带 readonly=1 打开一次（自动升级，可先备份）",
        hint_en="open it once without readonly=1 (it is upgraded in place; make a backup first if you like)",
        layout=found,
    )


def no_such_folder(path: Path) -> StoreError:
    return StoreError(
        f"目录不存在：{path.parent}",
        f"there is no folder {path.parent}",
        code="no-such-folder",
        hint="请先建立目录；绝对路径写四条斜线（sqlite:////var/lib/…）",
        hint_en="make the folder first; an absolute path takes four slashes (sqlite:////var/lib/…)",
    )


def opened_readonly(path: Path) -> StoreError:
    return StoreError(
        f"{path} 以只读方式打开，不能写入",
        f"{path} was opened for reading only",
        code="read-only",
        hint="去掉地址中的 readonly=1 再打开",
        hint_en="open it without readonly=1",
    )


def forget_incomplete(path: Path) -> StoreError:
    return StoreError(
        f"个人信息已从 {path} 删除，但有读取者占用日志，旧内容尚留在 {path.name}-wal 中",
        f"the person is deleted from {path}, but a reader keeps the old content in {path.name}-wal",
        code="forget-incomplete",
        hint="请结束长时间的读取后，再次执行同一操作",
        hint_en="end long reads and call forget again",
    )


def bad_url(url: str, zh: str, en: str) -> StoreError:
    return StoreError(
        f"看不懂存储地址「{masked(url)}」",
        f"cannot read the store's address {masked(url)!r}",
        code="bad-url",
        hint=f"可写：{zh}",
        hint_en=f"write {en}",
    )
