"""The packs one load needs (一次加载所用的政策包): the pack asked for, its parents, and where they are found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import Fault, PluginError
from .load import BUILT_IN, HERE, Folder
from .read import Layer
from .table import Notes, nearest

if TYPE_CHECKING:
    from ..core.routing import RoutingGraph

Chain = list[tuple[Folder, Layer]]
"""An edition and its parents, nearest first."""


class Shelf:
    """The folders one load needs (一次加载所用的文件夹): the pack asked for and its parents."""

    def __init__(self) -> None:
        self.folders: dict[Path, Folder] = {}
        self.own: dict[Path, Folder] = {}
        self.faults: list[Fault] = []
        self.graphs: dict[object, RoutingGraph | None] = {}

    def folder(self, path: Path, name: str = "", only: Path | None = None) -> Folder:
        """Return the folder at *path*, read once; built-in ones are read once in the process."""
        key = only or path
        found = self.folders.get(key)
        if found is None:
            kept = _KEPT if path.parent == HERE and only is None else self.own
            found = kept.get(key)
            if found is None:
                found = kept[key] = Folder(name or path.name, path, only).open()
            self.folders[key] = found
        return found

    def chains(self, folder: Folder, layer: Layer) -> list[tuple[date | None, Chain]]:
        """Return *layer* with its parents for every span of days on which these are the same editions, oldest first.

        Each comes with the first day of its span; ``None`` where that is the edition's own.
        """
        found: list[tuple[date | None, Chain]] = []
        days = {
            one.begins
            for where, _ in self.chain(folder, layer, None)[1:]
            for one in where.layers.values()
            if one.begins is not None and (layer.begins is None or layer.begins < one.begins)
        }
        for day in (None, *sorted(days)):
            chain = self.chain(folder, layer, day or layer.begins or date.min)
            if not found or chain != found[-1][1]:
                found.append((day, chain))
        return found

    def chain(self, folder: Folder, layer: Layer, day: date | None) -> Chain:
        """Return *layer* and its parents as they are on *day*, nearest first; what is wrong with them is noted."""
        found = [(folder, layer)]
        while layer.extends:
            parent = self._parent(folder, layer, day)
            if parent is None:
                break
            folder, layer = parent
            if any(folder is one and layer is other for one, other in found):
                way = " → ".join(f"{one.name}@{other.edition}" for one, other in [*found, parent])
                self._fault(found[0][1], "extends-cycle", f"互相继承：{way}", f"a circle: {way}")
                break
            found.append(parent)
        return found

    def _parent(self, folder: Folder, layer: Layer, day: date | None) -> tuple[Folder, Layer] | None:
        name, _, edition = layer.extends.partition("@")
        try:
            path = locate(name, folder.path).resolve()
        except (PluginError, FileNotFoundError) as error:
            zh, en = f"没有上级政策包「{name}」", f"there is no parent pack {name!r}"
            if isinstance(error, PluginError) and error.code != "unknown-plugin":
                zh, en = error.zh, error.en
            self._fault(layer, "unknown-parent", zh, en, nearest(name, BUILT_IN))
            return None
        parent = self.folder(path, path.name)
        found = parent.layers.get(edition) if edition else parent.on(day)
        if found is None and (edition or not parent.faults):
            zh, en = f"「{name}」没有版本「{edition}」", f"{name} has no edition {edition!r}"
            self._fault(layer, "unknown-parent-edition", zh, en, nearest(edition, parent.layers))
        return None if found is None else (parent, found)

    def _fault(self, layer: Layer, code: str, zh: str, en: str, hint: str = "") -> None:
        notes = Notes(layer.notes.file, layer.notes.text)
        notes.add(code, zh, en, "", "extends", hint)
        self.faults.extend(notes.placed())

    def all_faults(self) -> Iterator[Fault]:
        """Yield every fault once, the asked pack's first."""
        seen: dict[Fault, None] = {}
        for folder in self.folders.values():
            seen.update(dict.fromkeys(folder.faults))
        seen.update(dict.fromkeys(self.faults))
        yield from seen


_KEPT: dict[Path, Folder] = {}


def locate(name: str, beside: Path | None = None) -> Path:
    """Return the folder of the pack *name* (定位政策包): built in, a path, or a plug-in's.

    Raises:
        FileNotFoundError: a path where nothing is.
        PluginError: no plug-in has the name.
    """
    if name in BUILT_IN:
        return HERE / name
    for path in ([beside / name] if beside and ("/" in name or "\\" in name) else []) + [Path(name)]:
        if path.is_dir() and ("/" in name or "\\" in name or any(path.glob("*.toml"))):
            return path
    if "/" in name or "\\" in name or name.endswith(".toml"):
        raise FileNotFoundError(name)
    from ..plugins import plugin

    found = plugin("hotline12345.packs", name)
    try:
        path = Path(found(name) if callable(found) else found)
    except Exception as cause:
        raise PluginError(
            f"插件「{name}」没有给出政策包的路径：{type(cause).__name__}: {cause}",
            f"the plug-in {name!r} gives no path of a pack: {type(cause).__name__}: {cause}",
            code="plugin-broken",
            hint="插件应是路径，或以名称调用后返回路径",
            hint_en="a plug-in is a path, or called with its name returns one",
        ) from cause
    if not path.is_dir():
        raise PluginError(
            f"插件「{name}」给出的 {path} 不是文件夹",
            f"the plug-in {name!r} gives {path}, which is no folder",
            code="plugin-broken",
            hint="请检查该插件是否完整安装",
            hint_en="see that the plug-in is fully installed",
        )
    return path
