"""One pack's files (政策包文件): editions and what stands beside them, read once, with every fault noted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import Fault
from .codes import FAULTS
from .lines import syntax_line
from .read import UNKNOWN, Layer, read_edition, read_overlay
from .table import Notes

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
        self._rules: dict[tuple[str, int], tuple[RuleSet | None, RuleSet | None]] = {}
        self._units: dict[str, tuple[Unit, ...]] = {}
        self._claims: dict[str, tuple[Claim, ...]] = {}
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
            zh, en = f"TOML 语法错误：{said}", f"broken TOML: {said}"
            self.faults.append(Fault("toml-syntax", zh, en, file=notes.file, line=syntax_line(error, notes.text)))
        return None, notes

    # ── editions ──

    def open(self) -> Folder:
        """Read every edition; what is wrong goes to ``faults``."""
        paths = [self.only] if self.only else sorted(self.path.glob("*.toml"))
        found = False
        for path in paths:
            if not self.only and path.name.startswith(("rules", "overlay")):
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
        self._named_files(layer, notes)
        self.faults.extend(notes.placed())
        notes.faults = []
        if layer.edition in self.layers:
            zh, en = f"版本 {layer.edition} 已有另一个文件", f"edition {layer.edition} has another file already"
            self.fault("duplicate-edition", zh, en, path)
        else:
            self.layers[layer.edition] = layer

    def _named_files(self, layer: Layer, notes: Notes) -> None:
        for part, name in layer.files.items():
            if self.raw(name) is None:
                zh, en = f"没有文件 {name}", f"there is no file {name}"
                notes.add("missing-file", zh, en, "files", part, "应与版本文件在同一文件夹 / beside the edition")

    def newest(self) -> Layer | None:
        """Return the newest edition, the one of unknown date where it is the only one."""
        return max(self.layers.values(), key=age, default=None)

    def on(self, day: date | None) -> Layer | None:
        """Return the edition that a child inherits from on *day*: the last that began by then, else the first of all.

        What stood before the first edition is not known; the first stands in for it.
        """
        dated = sorted((layer for layer in self.layers.values() if layer.begins is not None), key=age)
        if day is None or not dated:
            return self.newest()
        begun = [layer for layer in dated if layer.begins is not None and layer.begins <= day]
        return begun[-1] if begun else dated[0]

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

    def rules(self, base: RuleSet | None, name: str = "rules.toml") -> RuleSet | None:
        """Compile the rules in the file *name* over the parent's rules; without one, the parent's own."""
        known = self._rules.get((name, id(base)))
        if known is not None:
            return known[1]
        found = base
        data = self.raw(name) if self._shared else None
        if data is not None:
            from ..core.classify.rulefile import read_rules
            from ..fast.match import best_matcher

            table, notes = self.toml(self.path / name, data)
            if table is not None:
                compiled, faults = read_rules(table, notes.file, base=base, matcher=best_matcher())
                notes.take(faults)
                self.faults.extend(notes.placed())
                found = compiled or base
        self._rules[name, id(base)] = (base, found)  # the base is kept, so that its id stays its own
        return found

    def units(self, name: str = "units.csv") -> tuple[Unit, ...]:
        """Read the units in the file *name*."""
        if name not in self._units:
            from ..core.routing.grades import read_units

            self._units[name], faults = read_units(self._csv(name), self.label(self.path / name))
            self.faults.extend(faults)
        return self._units[name]

    def claims(self, name: str = "catalogue.csv") -> tuple[Claim, ...] | None:
        """Read the dispatch catalogue in the file *name*; ``None`` where there is none."""
        if self.raw(name) is None or not self._shared:
            return None
        if name not in self._claims:
            from ..core.routing.grades import read_claims

            self._claims[name], faults = read_claims(self._csv(name), self.label(self.path / name))
            self.faults.extend(faults)
        return self._claims[name]

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
        names = [layer.file_of(part) for part in ("rules", "units", "catalogue")]
        names += [path.name for path in sorted(self.path.glob("overlay*.toml"))]
        parts: list[tuple[str, bytes | None]] = [(f"{self.name}@{layer.edition}", layer.seal)]
        parts += [(name, self.raw(name)) for name in names] if self._shared else []
        for name, data in parts:
            if data is not None:
                plain = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
                digest.update(f"{name}\0{len(plain)}\0".encode())
                digest.update(plain)
        return digest.hexdigest()
