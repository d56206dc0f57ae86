"""Publishers (发布器): the one place in the library that speaks to other machines.

Each is a plug-in of ``hotline12345.publishers``, tells its faults without connecting, connects at the first message,
and lets go of a connection that failed.  Libraries are imported when a publisher is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ...core.errors import PluginError
from ..protocol import Settings, Wrong

TIMEOUT = 10.0
"""Seconds one message may take (library default)."""

LONGEST = 30.0
"""The longest timeout: half of how long a lease is held, so that a worker that waits for a receiver keeps its own."""

NUMBER = (int, float)


def library(module: str, package: str, extra: str) -> Any:
    """Import what a publisher needs.

    Raises:
        PluginError: ``missing-extra``, naming the extra.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise PluginError(
            f"没有安装 {package}",
            f"{package} is not installed",
            code="missing-extra",
            hint=f'pip install "hotline12345[{extra}]"',
            hint_en=f'pip install "hotline12345[{extra}]"',
            extra=extra,
        ) from error


def timeout_of(settings: Settings) -> float:
    """Return how many seconds one message may take (超时)."""
    return float(settings.options.get("timeout", TIMEOUT))


def common_faults(
    settings: Settings, schemes: tuple[str, ...], options: Mapping[str, type | tuple[type, ...]], needed: str = ""
) -> Iterator[Wrong]:
    """Yield what is wrong with address and options (共同的检查); *needed* is the option that must be given."""
    parts = split(settings.url)
    if parts is None or parts.scheme not in schemes or not parts.hostname:
        listed = "、".join(f"{scheme}://" for scheme in schemes)
        yield Wrong("url", f"地址应以 {listed} 开头并写明主机", f"an address begins with {listed} and names a host")
    elif settings.named and (parts.username is not None or parts.password is not None):
        yield Wrong(
            "url",
            "文件里不写账号密码：把地址放进环境变量，用 url_env 写变量名",
            "no account or password in the file: put the address into an environment variable and name it by url_env",
        )
    yield from option_faults(settings, options, needed)


def option_faults(
    settings: Settings, options: Mapping[str, type | tuple[type, ...]], needed: str = ""
) -> Iterator[Wrong]:
    """Yield what is wrong with the options alone."""
    known = {"timeout": NUMBER, **options}
    for key, value in settings.options.items():
        wanted = known.get(key)
        if wanted is None:
            listed = "、".join(known)
            yield Wrong(f"options.{key}", f"没有这个键；有：{listed}", f"there is no such key; there are: {listed}")
        elif not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            yield Wrong(f"options.{key}", "类型不对", "is of the wrong type")
    timeout = settings.options.get("timeout", TIMEOUT)
    if isinstance(timeout, int | float) and not 0 < timeout <= LONGEST:
        yield Wrong("options.timeout", f"应在 0 至 {LONGEST:g} 秒之间", f"must be above 0 and at most {LONGEST:g} s")
    if needed and not settings.options.get(needed):
        yield Wrong(f"options.{needed}", "必须写明", "must be given")


def split(url: str) -> SplitResult | None:
    """Return the parts of an address, or ``None`` when it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
