"""The address of a server store (存储地址), and the engine it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any, NamedTuple

import sqlalchemy as sa

from . import _errors as faults
from ._flavour import Flavour, flavour

_DRIVERS = {"postgresql": ("psycopg", "sql"), "mysql": ("pymysql", "mysql"), "mariadb": ("pymysql", "mysql")}

READY = "hotline12345_ready"
"""The mark of an engine that needs no other isolation than its own."""


class Options(NamedTuple):
    """What stands behind the question mark, as far as it is ours."""

    schema: str | None = None
    readonly: bool = False
    timeout: float = 10.0
    patience: float = 0.0
    pool: int = 16


def address(url: str) -> tuple[sa.URL, Options]:
    """Return the server's address and our options.

    Raises:
        StoreError: ``bad-url``; PluginError: ``missing-extra`` when the driver is not installed.
    """
    try:
        made = sa.make_url(url.removeprefix("sql:"))
    except (sa.exc.ArgumentError, ValueError):
        raise faults.bad_url(url, "格式不对", "it is malformed") from None  # it quotes the password
    if made.get_backend_name() == "sqlite":
        raise faults.bad_url(url, "SQLite 请写 sqlite:///文件", "for SQLite write sqlite:///FILE")
    query = dict(made.query)
    try:
        options = Options(
            schema=str(query.pop("schema", "")) or None,
            readonly=_flag(query.pop("readonly", "0")),
            timeout=_number(query.pop("timeout", "10"), "timeout"),
            patience=_number(query.pop("patience", "0"), "patience"),
            pool=int(_number(query.pop("pool", "16"), "pool", 1, 10_000)),
        )
        _number(query.get("connect_timeout", "1"), "connect_timeout")
    except ValueError as error:
        raise faults.bad_url(url, f"选项有误：{error}", f"an option is wrong: {error}") from error
    driver, extra = _DRIVERS.get(made.drivername, ("", ""))
    if driver:
        made = made.set(drivername=f"{made.drivername}+{driver}")
        try:
            __import__(driver)
        except ImportError as error:
            raise faults.missing(driver, extra) from error
    return made.set(query=query), options


def _flag(text: Any) -> bool:
    if str(text) not in ("0", "1"):
        raise ValueError(f"readonly={text}")
    return str(text) == "1"


def _number(text: Any, name: str, least: float = 0, most: float = 86_400) -> float:
    try:
        number = float(str(text))
    except ValueError:
        number = inf
    if not least <= number <= most:  # nor is it, of what is no number
        raise ValueError(f"{name}={text}")
    return number


def engine_of(url: sa.URL, options: Options) -> sa.Engine:
    """Return an engine as the store wants it: READ COMMITTED, bounded waits for locks, strict values.

    Raises:
        StoreError: ``bad-url`` for a server no driver is installed for.
    """
    if url.drivername == "kingbase+ksycopg2":
        offer_kingbase()
    try:
        engine = sa.create_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_size=options.pool,
            max_overflow=options.pool,
            pool_timeout=max(options.timeout, 1.0),
            connect_args=_arguments(url, options),
        )
    except sa.exc.NoSuchModuleError as error:
        raise faults.no_dialect(url.drivername) from error
    except ImportError as error:
        raise faults.no_driver(url.drivername, error.name or str(error)) from error
    except (sa.exc.ArgumentError, ValueError) as error:
        raise faults.bad_url(url.render_as_string(), str(error), str(error)) from error
    engine.update_execution_options(**{READY: True})
    if url.drivername.endswith("+pymysql"):

        @sa.event.listens_for(engine, "do_connect")
        def _connect(dialect: sa.Dialect, _: Any, arguments: Any, given: dict[str, Any]) -> Any:
            try:
                return _greeted(dialect, arguments, given)
            except TypeError as error:  # of the keyword arguments, which are all the address gives
                raise faults.bad_url(url.render_as_string(), f"选项有误：{error}", f"an option: {error}") from error

    for statement in _first(flavour(engine.dialect), options.timeout):

        @sa.event.listens_for(engine, "connect")
        def _ready(raw: Any, _: Any, statement: str = statement) -> None:
            with raw.cursor() as cursor:
                cursor.execute(statement)
            raw.commit()

    return engine


def _greeted(dialect: sa.Dialect, arguments: Any, given: dict[str, Any]) -> Any:
    """Connect by PyMySQL, which waits for ever for the greeting of a server that took the connection and is silent."""
    raw: Any = dialect.connect(*arguments, **{"read_timeout": given["connect_timeout"], **given})
    if "read_timeout" not in given:
        raw._read_timeout = None  # a question may take longer than a greeting
    return raw


def _first(kind: Flavour, timeout: float) -> Iterator[str]:
    """Yield what every connection is told first: to be strict with values, and how long to wait for a lock."""
    if kind.mysql:
        seconds = max(1, round(timeout))
        yield f"SET SESSION sql_mode = 'TRADITIONAL', innodb_lock_wait_timeout = {seconds}"
    elif kind.postgres and not kind.piped:  # psycopg says it while connecting
        # PostgreSQL and KingbaseES have the first, openGauss the second, where its administrator lets users set it.
        yield (
            f"SELECT set_config(name, '{max(1, round(timeout * 1000))}', false) FROM pg_settings "
            "WHERE name IN ('lock_timeout', 'lockwait_timeout') AND context = 'user'"
        )


def offer_kingbase() -> None:
    """Make a dialect for KingbaseES known, unless its maker's own is installed (人大金仓): PyPI has none."""
    try:
        sa.dialects.registry.load("kingbase.ksycopg2")
    except sa.exc.NoSuchModuleError:
        sa.dialects.registry.register("kingbase.ksycopg2", f"{__package__}._kingbase", "Kingbase")


def _arguments(url: sa.URL, options: Options) -> dict[str, Any]:
    connect = max(1, round(options.timeout))
    if url.drivername == "postgresql+psycopg":
        given = str(url.query.get("options", ""))
        return {
            "options": f"{given} -c lock_timeout={max(1, round(options.timeout * 1000))}".strip(),  # 0 is for ever
            "connect_timeout": int(float(str(url.query.get("connect_timeout", connect)))),
            "application_name": str(url.query.get("application_name", "hotline12345")),
        }
    if url.drivername.endswith("+pymysql"):
        return {"charset": "utf8mb4", "connect_timeout": connect}
    return {}


def shown(url: sa.URL, schema: str | None) -> str:
    """Return the address as it may be printed: without the password."""
    return url.set(query={}).render_as_string(hide_password=True) + (f"?schema={schema}" if schema else "")
