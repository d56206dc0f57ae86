"""Plug-ins (插件): found by group and name, loaded when asked for, failing aloud.

A plug-in is an entry point of an installed distribution.  What the library brings along is
registered in the same groups as a stranger's, and listed here besides: reading all entry points of
an environment takes some 60 ms, which nobody should pay to open the built-in store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from .core.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

BUILT_IN: dict[str, dict[str, str]] = {
    "hotline12345.stores": {
        "memory": "hotline12345.stores.memory:open_store",
        "sqlite": "hotline12345.stores.sqlite:open_store",
        "sql": "hotline12345.stores.sql:open_store",
        "postgresql": "hotline12345.stores.sql:open_store",
        "mysql": "hotline12345.stores.sql:open_store",
        "mariadb": "hotline12345.stores.sql:open_store",
    },
    "hotline12345.channels": {"plain": "hotline12345.channels.plain:PlainChannel"},
    "hotline12345.publishers": {
        "webhook": "hotline12345.delivery.publishers.webhook:WebhookPublisher",
        "rabbitmq": "hotline12345.delivery.publishers.rabbitmq:RabbitPublisher",
        "nats": "hotline12345.delivery.publishers.nats:NatsPublisher",
        "redis": "hotline12345.delivery.publishers.redis:RedisPublisher",
        "kafka": "hotline12345.delivery.publishers.kafka:KafkaPublisher",
        "file": "hotline12345.delivery.publishers.files:FilePublisher",
    },
    "hotline12345.classifiers": {"rules": "hotline12345.classifiers.rules:open_rules"},
    "hotline12345.packs": {
        "cn": "hotline12345.packs:builtin",
        "anhui": "hotline12345.packs:builtin",
        "anyang": "hotline12345.packs:builtin",
        "beijing": "hotline12345.packs:builtin",
        "bengbu": "hotline12345.packs:builtin",
        "county-supervision": "hotline12345.packs:builtin",
        "jinan": "hotline12345.packs:builtin",
        "liaoyuan": "hotline12345.packs:builtin",
        "shandong": "hotline12345.packs:builtin",
        "shenyang": "hotline12345.packs:builtin",
        "shenyang-undated": "hotline12345.packs:builtin",
        "sichuan": "hotline12345.packs:builtin",
        "weifang": "hotline12345.packs:builtin",
        "wuhu": "hotline12345.packs:builtin",
        "lianyungang": "hotline12345.packs:builtin",
        "qingpu-zhaoxiang": "hotline12345.packs:builtin",
        "county-formula": "hotline12345.packs:builtin",
        "zhungeer": "hotline12345.packs:builtin",
        "donghai": "hotline12345.packs:builtin",
    },
}
"""What the library brings along; held equal to the entry points in pyproject.toml by a test."""

_OURS = "hotline12345"


@frozen(weakref_slot=False)
class Plugin:
    """One plug-in as ``plugins`` lists it (插件): *origin* is "distribution version", *error* why it does not load."""

    group: str
    name: str
    target: str
    origin: str
    error: str = ""

    @property
    def loadable(self) -> bool:
        """Whether it can be loaded."""
        return not self.error


def plugin(group: str, name: str) -> Any:
    """Load the plug-in *name* of *group* (按名称加载插件).

    Args:
        group: an entry-point group, for example ``hotline12345.stores``.
        name: its name; the library's own go before strangers' of the same name.

    Raises:
        PluginError: ``unknown-plugin`` with the names there are; ``plugin-broken`` when loading it
            fails; ``plugin-ambiguous`` when two distributions bring different things under one name.
    """
    target = BUILT_IN.get(group, {}).get(name)
    if target is not None:
        return _load(group, name, target, _OURS)
    found = [point for point in _entry_points(group) if point.name == name]
    if not found:
        raise _unknown(group, name)
    if len({point.value for point in found}) > 1:
        origins = ", ".join(sorted(f"{_origin(point)} ({point.value})" for point in found))
        raise PluginError(
            f"插件「{name}」（{group}）由多个软件包提供：{origins}",
            f"several distributions bring the plug-in {name!r} of {group}: {origins}",
            code="plugin-ambiguous",
            hint="请只保留其中一个",
            hint_en="keep one of them installed",
        )
    return _load(group, name, found[0].value, _origin(found[0]))


def plugins(group: str) -> list[Plugin]:
    """List the plug-ins of *group*, each with where it comes from and whether it loads (列出插件)."""
    listed: dict[tuple[str, str], str] = dict.fromkeys(BUILT_IN.get(group, {}).items(), "")
    for point in _entry_points(group):
        listed[point.name, point.value] = _origin(point)
    found = []
    for (name, target), origin in sorted(listed.items()):
        where = origin or _own_origin()
        try:
            _load(group, name, target, where)
            error = ""
        except PluginError as fault:
            error = str(fault)
        if not error and target != BUILT_IN.get(group, {}).get(name, target):
            error = f"内置的同名插件优先 / hidden by the built-in {name!r} (plugin-hidden)"
        found.append(Plugin(group, name, target, where, error))
    return found


def _load(group: str, name: str, target: str, origin: str) -> Any:
    """Import what *target* ("module:attribute") names; whatever goes wrong is the plug-in's fault and said so."""
    from importlib import import_module

    module, _, attribute = target.partition(":")
    try:
        value: Any = import_module(module.strip())
        for part in filter(None, attribute.split("[")[0].strip().split(".")):
            value = getattr(value, part)
    except Exception as cause:
        raise PluginError(
            f"插件「{name}」（{group}，来自 {origin}，{target}）加载失败：{type(cause).__name__}: {cause}",
            f"the plug-in {name!r} of {group} from {origin} ({target}) fails to load: {type(cause).__name__}: {cause}",
            code="plugin-broken",
            hint="请检查该插件是否完整安装、版本是否匹配",
            hint_en="see that the plug-in is fully installed and fits this version",
        ) from cause
    return value


def _entry_points(group: str) -> list[EntryPoint]:
    from importlib.metadata import entry_points

    return list(entry_points(group=group))


def _origin(point: EntryPoint) -> str:
    dist = point.dist
    return f"{dist.name} {dist.version}" if dist is not None else "?"


def _own_origin() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{_OURS} {version(_OURS)}"
    except PackageNotFoundError:
        return _OURS


def _unknown(group: str, name: str) -> PluginError:
    names = sorted({*BUILT_IN.get(group, {}), *(point.name for point in _entry_points(group))})
    return PluginError(
        f"没有名为「{name}」的插件（{group}）",
        f"there is no plug-in {name!r} in {group}",
        code="unknown-plugin",
        hint=f"现有：{'、'.join(names)}；其他插件请先安装" if names else "该组没有任何插件，请先安装",
        hint_en=f"there are: {', '.join(names)}; install others first" if names else "none is installed",
        names=tuple(names),
    )
