"""Loading packs (加载政策包): folders become policies, parents are laid under children, all faults are told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import Fault, PluginError
from .codes import FAULTS
from .read import UNKNOWN, Layer, read_edition, read_overlay
from .table import Notes, nearest

if TYPE_CHECKING:
    from ..core.calendar.overlay import Overlay
    from ..core.classify import RuleSet
    from ..core.policy import Policy
    from ..core.routing.grades import Claim, Unit

HERE = Path(__file__).resolve().parent
BUILT_IN = (
    "cn", "anhui", "anyang", "beijing", "bengbu", "county-supervision", "jinan", "liaoyuan", "shandong", "shenyang",
    "shenyang-undated", "sichuan", "weifang", "wuhu",
    "lianyungang", "qingpu-zhaoxiang", "county-formula", "zhungeer", "donghai",
)  # fmt: skip
DATED = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?|" + UNKNOWN)
_SYNTAX = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")


def age(edition: Layer | Policy) -> tuple[bool, date, str]:
    """Return by what editions are put in order, oldest first; those without any day before all others."""
    begins = edition.begins
    return begins is not None, begins or date.min, edition.edition


class Folder:
    """One pack's files (政策包文件), read once; compiled when asked for."""

    def __init__(self, name: str, path: Path, only: Path | None = None) -> None:
        self.name = name
        self.path = path
        self.only = only  # one edition asked for by its file
        self.faults: list[Fault] = []
        self.layers: dict[str, Layer] = {}
        self._raw: dict[str, bytes | None] = {}
        self._rules: dict[int, tuple[RuleSet | None, RuleSet | None]] = {}
        self._units: tuple[Unit, ...] | None = None
        self._claims: tuple[Claim, ...] | None = None
        self._overlays: tuple[Overlay, ...] | None = None

    # ── files ──

    def label(self, path: Path) -> str:
        """Return what faults call *path*: short for the library's own."""
        return f"{self.name}/{path.name}" if path.parent.parent == HERE else str(path)

    def raw(self, name: str) -> bytes | None:
        """Return the bytes of the file *name* beside the editions, ``None`` where there is none."""
        if name not in self._raw:
            path = self.path / name
            self._raw[name] = self._bytes(path) if path.exists() else None
        return self._raw[name]

    def _bytes(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except OSError as error:
            self.fault("unreadable", f"读不了：{error.strerror}", f"cannot be read: {error.strerror}", path)
            return None

    def fault(self, code: str, zh: str, en: str, path: Path | None = None, hint: str = "") -> None:
        """Note a fault of a whole file."""
        assert code in FAULTS, code
        file = self.label(path) if path is not None else str(self.path)
        self.faults.append(Fault(code, zh, en, file=file, hint=hint))

    def toml(self, path: Path, data: bytes) -> tuple[Mapping[str, Any] | None, Notes]:
        """Parse TOML; broken syntax is a fault with its line."""
        import tomllib

        notes = Notes(self.label(path))
        try:
            notes.text = data.decode("utf-8-sig")
            return tomllib.loads(notes.text), notes
        except UnicodeDecodeError as error:
            self.fault(
                "not-utf8",
                f"第 {error.start + 1} 个字节不是 UTF-8",
                f"byte {error.start + 1} is not UTF-8",
                path,
                "在编辑器里另存为 UTF-8 / save it as UTF-8 in your editor",
            )
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            said = str(error)
            match = _SYNTAX.search(said)
            line = int(match[1]) if match and match[1] else notes.text.count("\n") + 1
            zh, en = f"TOML 语法错误：{said}", f"broken TOML: {said}"
            self.faults.append(Fault("toml-syntax", zh, en, file=notes.file, line=line))
        return None, notes

    # ── editions ──

    def open(self) -> Folder:
        """Read every edition; what is wrong goes to ``faults``."""
        paths = [self.only] if self.only else sorted(self.path.glob("*.toml"))
        found = False
        for path in paths:
            if not self.only and (path.name == "rules.toml" or path.name.startswith("overlay")):
                continue
            found = True
            self._edition(path)
        if not found:
            zh, en = "没有任何版本（如 2017-04-10.toml）", "there is no edition such as 2017-04-10.toml"
            self.fault("no-editions", zh, en)
        places = {layer.place for layer in self.layers.values() if layer.place}
        if len(places) > 1:
            zh, en = f"各版本的区划不一致：{'、'.join(sorted(places))}", f"editions differ in place: {sorted(places)}"
            self.fault("place-differs", zh, en)
        return self

    def _edition(self, path: Path) -> None:
        named = path.stem if DATED.fullmatch(path.stem) else ""
        if not named and not self.only:
            zh, en = f"{path.name} 不是版本文件名", f"{path.name} is no name for an edition"
            hint = "YYYY-MM-DD.toml、YYYY-MM.toml、YYYY.toml、unknown.toml、rules.toml、overlay*.toml"
            self.fault("name-mismatch", zh, en, path, hint)
            return
        data = self._bytes(path)
        table, notes = self.toml(path, data) if data is not None else (None, Notes(""))
        if table is None or data is None:
            return
        layer = read_edition(table, named, notes)
        layer.seal = data
        self.faults.extend(notes.placed())
        notes.faults = []
        if layer.edition in self.layers:
            zh, en = f"版本 {layer.edition} 已有另一个文件", f"edition {layer.edition} has another file already"
            self.fault("duplicate-edition", zh, en, path)
        else:
            self.layers[layer.edition] = layer

    def newest(self) -> Layer | None:
        """Return the newest edition, the one of unknown date where it is the only one."""
        return max(self.layers.values(), key=age, default=None)

    # ── what stands beside the editions ──

    def overlays(self) -> tuple[Overlay, ...]:
        """Read ``overlay*.toml``, in the order of their names."""
        if self._overlays is None:
            found = []
            for path in sorted(self.path.glob("overlay*.toml")) if self._shared else ():
                table, notes = self.toml(path, self.raw(path.name) or b"")
                overlay = read_overlay(table, notes) if table is not None else None
                self.faults.extend(notes.placed())
                if overlay is not None:
                    found.append(overlay)
            self._overlays = tuple(found)
        return self._overlays

    @property
    def _shared(self) -> bool:
        """Whether the files beside the edition belong to it: not for a lone file of any name."""
        return self.only is None or bool(DATED.fullmatch(self.only.stem))

    def rules(self, base: RuleSet | None) -> RuleSet | None:
        """Compile ``rules.toml`` over the parent's rules; without one, the parent's own."""
        known = self._rules.get(id(base))
        if known is not None:
            return known[1]
        found = base
        data = self.raw("rules.toml") if self._shared else None
        if data is not None:
            from ..core.classify.rulefile import read_rules

            table, notes = self.toml(self.path / "rules.toml", data)
            if table is not None:
                compiled, faults = read_rules(table, notes.file, base=base)
                notes.take(faults)
                self.faults.extend(notes.placed())
                found = compiled or base
        self._rules[id(base)] = (base, found)  # the base is kept, so that its id stays its own
        return found

    def units(self) -> tuple[Unit, ...]:
        """Read ``units.csv``."""
        if self._units is None:
            from ..core.routing.grades import read_units

            self._units, faults = read_units(self._csv("units.csv"), self.label(self.path / "units.csv"))
            self.faults.extend(faults)
        return self._units

    def claims(self) -> tuple[Claim, ...] | None:
        """Read ``catalogue.csv``; ``None`` where there is none."""
        if self.raw("catalogue.csv") is None or not self._shared:
            return None
        if self._claims is None:
            from ..core.routing.grades import read_claims

            self._claims, faults = read_claims(self._csv("catalogue.csv"), self.label(self.path / "catalogue.csv"))
            self.faults.extend(faults)
        return self._claims

    def _csv(self, name: str) -> Iterable[Mapping[str, str]]:
        import csv
        from io import StringIO

        data = self.raw(name) if self._shared else None
        if data is None:
            return ()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:  # Excel in China saves GB18030
            try:
                text = data.decode("gb18030")
            except UnicodeDecodeError:
                zh, en = "文件既不是 UTF-8 也不是 GB18030", "the file is neither UTF-8 nor GB18030"
                self.fault("not-utf8", zh, en, self.path / name)
                return ()
        return csv.DictReader(StringIO(text, newline=""))

    def seal(self, layer: Layer) -> str:
        """Return a hash of everything that makes *layer*: its file and those beside it, whatever the line ends."""
        digest = sha256()
        names = [
            "rules.toml",
            "units.csv",
            "catalogue.csv",
            *(path.name for path in sorted(self.path.glob("overlay*.toml"))),
        ]
        parts: list[tuple[str, bytes | None]] = [(f"{self.name}@{layer.edition}", layer.seal)]
        parts += [(name, self.raw(name)) for name in names] if self._shared else []
        for name, data in parts:
            if data is not None:
                plain = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
                digest.update(f"{name}\0{len(plain)}\0".encode())
                digest.update(plain)
        return digest.hexdigest()


class Shelf:
    """The folders one load needs (一次加载所用的文件夹): the pack asked for and its parents."""

    def __init__(self) -> None:
        self.folders: dict[Path, Folder] = {}
        self.own: dict[Path, Folder] = {}
        self.faults: list[Fault] = []

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

    def chain(self, folder: Folder, layer: Layer) -> list[tuple[Folder, Layer]]:
        """Return *layer* and its parents, nearest first; what is wrong with them is noted."""
        found = [(folder, layer)]
        while layer.extends:
            parent = self._parent(folder, layer)
            if parent is None:
                break
            folder, layer = parent
            if any(folder is one and layer is other for one, other in found):
                way = " → ".join(f"{one.name}@{other.edition}" for one, other in [*found, parent])
                self._fault(found[0][1], "extends-cycle", f"互相继承：{way}", f"a circle: {way}")
                break
            found.append(parent)
        return found

    def _parent(self, folder: Folder, layer: Layer) -> tuple[Folder, Layer] | None:
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
        found = parent.layers.get(edition) if edition else parent.newest()
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
