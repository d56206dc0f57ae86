"""What can go wrong with a server store, in our words (存储错误)."""

from __future__ import annotations

from typing import Any

from hotline12345.core.errors import Conflict, PluginError, StoreError

from .._rules import masked
from ..port import Append

# By SQLSTATE (PostgreSQL and its descendants) and by number (the MySQL family; below zero, 达梦).
_KINDS: dict[Any, str] = {
    "40001": "again", "40P01": "again", 1213: "again",
    "23505": "unique", 1062: "unique",
    "55P03": "locked", 1205: "locked", 3572: "locked",
    "25006": "read-only", 1290: "read-only", 1792: "read-only", 1836: "read-only",
    "53100": "full", 1021: "full", 1114: "full",
    "42P01": "no-tables", "3F000": "no-tables", 1146: "no-tables",
    "42501": "denied", "28000": "denied", "28P01": "denied", 1044: "denied", 1045: "denied", 1142: "denied",
    "3D000": "no-such-store", 1049: "no-such-store",
    "57P01": "lost", "57P02": "lost", "57P03": "lost", 1053: "lost", 1927: "lost",
    2003: "down", 2002: "down", 2006: "lost", 2013: "lost",
    "25P02": "spent", "22021": "value", "22001": "value", "54000": "value", 1366: "value", 1406: "value", 3854: "value",
    -6403: "again", -6602: "unique", -6407: "locked", -70019: "lost", -70025: "lost", -6010: "lost", -70028: "down",
}  # fmt: skip

_REFUSALS = {
    "denied": (
        ("password authentication",),
        ("pg_hba.conf",),
        ('role "', "does not exist"),
        ("认证失败",),
        ("角色", "不存在"),
    ),
    "no-such-store": (('database "', "does not exist"), ("数据库", "不存在")),
}

_TOLD = {
    "again": ("locked", "多次与其他事务冲突", "clashed with other transactions again and again"),
    "unique": ("locked", "多次与其他写入相撞", "met other writers again and again"),
    "locked": ("locked", "所需的行被另一事务占用", "another transaction holds what is needed"),
    "read-only": (
        "read-only",
        "服务器当前只读（可能是备库），或这个事务是只读的",
        "the server is read-only now (a replica, perhaps), or this transaction is",
    ),
    "full": (
        "full",
        "服务器磁盘已满，本次写入已全部撤销",
        "the server's disk is full; this write was undone as a whole",
    ),
    "no-tables": ("no-such-store", "数据库中没有热线的表", "the database has no tables of ours"),
    "denied": ("denied", "没有权限", "permission is denied"),
    "no-such-store": ("no-such-store", "没有这个数据库", "there is no such database"),
    "lost": ("unreachable", "与服务器的连接断开", "the connection to the server was lost"),
    "down": ("unreachable", "连不上服务器", "the server cannot be reached"),
    "spent": (
        "no-transaction",
        "宿主的连接已关闭，或其事务已经失败",
        "the host's connection is closed, or its transaction has failed",
    ),
    "value": ("bad-append", "有的值无法存入", "a value cannot be stored"),
    "option": ("bad-url", "地址中的选项，驱动不认识", "the driver does not know an option of the address"),
}
_HINTS = {
    "locked": (
        "稍后重试；若总是如此，用 doctor --store 看哪个长事务占着",
        "try again later; doctor --store shows which long transaction holds it",
    ),
    "read-only": ("请连接主库（PostgreSQL 可在地址中写 target_session_attrs=read-write）", "connect to the primary"),
    "no-such-store": (
        "新建空库后执行 hotline12345 store upgrade --store 地址",
        "make the database, then run: hotline12345 store upgrade --store URL",
    ),
    "denied": ("请向数据库管理员核对账号与权限", "check account and privileges with the administrator"),
    "unreachable": ("检查地址和网络；未确认的写入凭幂等键重发", "check address and network; resend with the key"),
    "full": ("腾出空间后重试", "make room and try again"),
    "no-transaction": (
        "请回滚该事务，或另取一个连接，再从头做",
        "roll the transaction back, or take another connection, and begin again",
    ),
    "bad-url": (
        "本库的选项有 schema、readonly、timeout、patience、pool；其余须是驱动认识的，请核对写法",
        "options of ours are schema, readonly, timeout, patience and pool; check the spelling of the driver's own",
    ),
    "bad-append": ("编号、键、索引值须是合法的文本", "numbers, keys and indexed values have to be valid text"),
}


def kind_of(error: BaseException, raw: Any = None) -> str:
    """Return what kind of trouble a driver's *error* is (again, unique, lost, locked, …; "" for another).

    Args:
        raw: the driver's connection it happened on.
    """
    cause = getattr(error, "orig", None) or error
    if isinstance(error, UnicodeEncodeError):
        return "value"
    if type(error).__name__ in ("ResourceClosedError", "PendingRollbackError"):
        return "spent"
    if getattr(error, "connection_invalidated", False):
        return "lost"
    state = _state(cause)
    if state in _KINDS:
        return _KINDS[state]
    if isinstance(state, str) and state.startswith("08"):
        return "lost"
    if raw is not None and (getattr(raw, "closed", False) or getattr(raw, "broken", False)):
        return "lost"
    if type(cause).__name__ == "InterfaceError" and cause.args[:1] == (0,):  # PyMySQL's closed connection
        return "lost"
    if type(cause).__name__ == "IntegrityError":  # no column may be NULL, and none is: what remains is a key taken
        return "unique"
    named = type(cause).__name__
    if named == "ConnectionTimeout":  # psycopg's
        return "down"
    if "invalid connection option" in str(cause):
        return "option"
    return _refused(str(cause)) if named == "OperationalError" and state is None else ""


def _refused(said: str) -> str:
    """Return why there is no connection: psycopg gives no SQLSTATE for what a server answers while connecting.

    Servers say it in their own language; these are PostgreSQL's English and Chinese.
    """
    if not any(level in said for level in ("FATAL", "致命")):
        return "down"
    for kind, ways in _REFUSALS.items():
        if any(all(sign in said for sign in signs) for signs in ways):
            return kind
    return "down"


def _state(cause: Any) -> Any:
    """Return the SQLSTATE or number a driver gives its error, wherever it keeps it."""
    first = cause.args[0] if cause.args else None
    number = first if isinstance(first, int) else getattr(first, "code", None)  # dmPython's
    named = (getattr(cause, name, None) for name in ("sqlstate", "pgcode", "kbcode"))  # psycopg, psycopg2, ksycopg2
    return number or next((state for state in named if state), None)


def translate(error: BaseException, where: str, raw: Any = None) -> StoreError:
    """Return what the server or its driver complained about as a StoreError."""
    cause = getattr(error, "orig", None) or error
    kind = kind_of(error, raw)
    code, zh, en = _TOLD.get(kind, ("store", "服务器报错", "the server complains"))
    hint, hint_en = _HINTS.get(code, ("", ""))
    said = " ".join(str(cause).split())[:300]
    return StoreError(
        f"{where}：{zh}（{said}）", f"{where}: {en} ({said})", code=code, hint=hint, hint_en=hint_en, kind=kind
    )


def missing(module: str, extra: str) -> PluginError:
    """Return the error for an extra that is not installed."""
    return PluginError(
        f"服务器存储需要可选依赖 {module}",
        f"the server store needs the optional dependency {module}",
        code="missing-extra",
        hint=f'请运行：pip install "hotline12345[{extra}]"',
        hint_en=f'run: pip install "hotline12345[{extra}]"',
    )


_DRIVERS = "达梦 DM dmSQLAlchemy dmPython, openGauss opengauss-sqlalchemy psycopg2, KingbaseES ksycopg2 psycopg2"


def no_dialect(name: str) -> StoreError:
    """Return the error for a dialect that SQLAlchemy does not know, and nobody has brought it."""
    return StoreError(
        f"没有安装方言「{name}」",
        f"no dialect {name!r} is installed",
        code="bad-url",
        hint=f"请核对写法，并安装该数据库的 SQLAlchemy 方言（{_DRIVERS}）；见 docs/stores.md",
        hint_en=f"check the spelling, and install that database's dialect for SQLAlchemy ({_DRIVERS}); docs/stores.md",
    )


def no_driver(name: str, module: str) -> PluginError:
    """Return the error for a dialect whose driver is not installed."""
    return PluginError(
        f"「{name}」需要驱动 {module}",
        f"{name!r} needs the driver {module}",
        code="missing-extra",
        hint=f"请运行：pip install {module}",
        hint_en=f"run: pip install {module}",
    )


def in_flight(append: Append) -> Conflict:
    """Return the refusal of a key whose first write is still under way."""
    return Conflict(
        f"幂等键「{append.key}」的另一次写入正在进行，未写入任何内容",
        f"another write with the key {append.key!r} is under way; nothing was written",
        code="in-flight",
        hint="稍后原样重发：届时会得到那一次的结果",
        hint_en="send it again unchanged in a moment: it will get the first one's result",
        place=append.place,
        key=append.key,
    )


def overtaken(append: Append) -> Conflict:
    """Return the refusal of a write that met another within the host's transaction."""
    return Conflict(
        f"工单 {append.place}/{append.number} 同时被别人写入，未写入任何内容",
        f"order {append.place}/{append.number} was written by somebody else at the same time; nothing was written",
        code="stale",
        hint="回滚本事务，重新读取工单，再作决定",
        hint_en="roll this transaction back, load the order again and decide anew",
        place=append.place,
        number=append.number,
        expected=append.expected,
    )


def busy(where: str, seconds: float) -> StoreError:
    """Return the error of maintenance that writers left no room for."""
    return StoreError(
        f"{where}：{seconds:.0f} 秒内一直有别的写入挡着，重建没有做完；做完的部分有效，写入不受影响",
        f"{where}: other writers were in the way for {seconds:.0f} s, and the rebuild is not finished; what is done is "
        "done, and no write was harmed",
        code="locked",
        hint="写入少的时候再执行一次；总是如此，用 doctor --store 看哪个长事务占着",
        hint_en="run it again while fewer write; where it stays so, doctor --store shows which transaction holds it",
    )


def being_upgraded(where: str, seconds: float) -> StoreError:
    """Return the error of tables that somebody else is making, or bringing up to date, all the time."""
    return StoreError(
        f"{where}：等了 {seconds:g} 秒，另一个进程还在建表或升级；未作任何改动",
        f"{where}: another process has been making or upgrading the tables for {seconds:g} s; nothing was changed",
        code="locked",
        hint="等它做完再来；它若已停滞，结束它的连接",
        hint_en="wait for it to finish, and come again; where it hangs, end its connection",
    )


def not_scrubbed(where: str, by: str) -> StoreError:
    """Return the refusal to call files clean that a transaction under way kept something in."""
    return StoreError(
        f"{where} 的表已重写，但事务（{by}）在此之前就开始了，它还看得见的已删除内容也留在了文件里",
        f"the tables of {where} were rewritten, but the transaction of {by} began before: what was deleted and it may "
        "still see was kept in their files",
        code="scrub-incomplete",
        hint="等它结束后再执行一次 store scrub",
        hint_en="run store scrub again once it has ended",
    )


def unknown_outcome(where: str) -> StoreError:
    """Return the error of a write without a key whose COMMIT was cut off."""
    return StoreError(
        f"{where}：提交时连接断开，这次写入没有幂等键，无法确定是否已存储",
        f"{where}: the connection was lost while committing, and without a key nobody can tell whether it was stored",
        code="unknown-outcome",
        hint="重新读取工单，看版本是否已前进，再决定是否重发；写入请带幂等键",
        hint_en="load the order and see whether it moved on before you send it again; give writes a key",
    )


def replica(where: str) -> StoreError:
    """Return the refusal to write, or decide, on a replica."""
    return StoreError(
        f"{where} 是备库（只读副本），不在其上写入，也不据此作决定",
        f"{where} is a replica: nothing is written there and nothing decided from it",
        code="replica",
        hint="请连接主库；只看数据请在地址后加 ?readonly=1",
        hint_en="connect to the primary; only to look, add ?readonly=1",
    )


def opened_readonly(where: str) -> StoreError:
    """Return the refusal to write where reading was asked for."""
    return StoreError(
        f"{where} 以只读方式打开，不能写入",
        f"{where} was opened for reading only",
        code="read-only",
        hint="去掉地址中的 readonly=1 再打开",
        hint_en="open it without readonly=1",
    )


def behind(where: str, found: str, wanted: str) -> StoreError:
    """Return the error of a store whose tables are an older library's."""
    return StoreError(
        f"{where} 的表是旧版本（{found or '空'}），本库需要 {wanted}",
        f"the tables of {where} are an older version's ({found or 'none'}), this library needs {wanted}",
        code="store-behind",
        hint="请先备份，再执行 hotline12345 store upgrade --store 地址",
        hint_en="make a backup, then run: hotline12345 store upgrade --store URL",
    )


def no_transaction(where: str, zh: str, en: str) -> StoreError:
    """Return the error of what a host has given, and is no connection in a transaction."""
    return StoreError(
        f"{where}：交来的不是处于事务中的连接：{zh}",
        f"{where}: what was given is no connection in a transaction: {en}",
        code="no-transaction",
        hint="请交来同一服务器上处于事务中的 SQLAlchemy 连接（with engine.begin() as connection）",
        hint_en="give SQLAlchemy's connection to the same server, in a transaction (with engine.begin() as connection)",
    )


def bad_url(url: str, zh: str, en: str) -> StoreError:
    """Return the error for an address that cannot be read."""
    return StoreError(
        f"看不懂存储地址「{masked(url)}」：{zh}",
        f"cannot read the store's address {masked(url)!r}: {en}",
        code="bad-url",
        hint="例如 postgresql://用户@主机/库?schema=hotline、mysql://用户:口令@主机/库",
        hint_en="for example postgresql://user@host/database?schema=hotline, mysql://user:password@host/database",
    )


def no_store(where: str) -> StoreError:
    """Return the error of a database without our tables, where none may be made."""
    return StoreError(
        f"{where} 里没有热线的表",
        f"{where} has no tables of ours",
        code="no-such-store",
        hint="检查地址和 schema；新建请执行 hotline12345 store upgrade --store 地址",
        hint_en="check address and schema; to make them run: hotline12345 store upgrade --store URL",
    )


def clash(where: str) -> Conflict:
    """Return the refusal of a write that clashed with another one within the host's transaction."""
    return Conflict(
        f"{where}：与另一事务同时写入同一内容，未写入任何内容",
        f"{where}: another transaction wrote the same at the same time; nothing was written",
        code="stale",
        hint="回滚本事务，重新读取，再作决定",
        hint_en="roll this transaction back, load again and decide anew",
    )
