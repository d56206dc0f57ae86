"""Policy packs (政策包): a place's rules as files that people write, read, prove and cite.

One folder a place, one TOML an edition, named by the day it took force; ``docs/packs.md`` describes the format.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.cases import run_cases
from ..core.errors import Fault, PolicyError, RequestError
from .load import BUILT_IN, DATED, HERE, age
from .shelf import Shelf, locate

if TYPE_CHECKING:
    from ..core.calendar.overlay import Overlay
    from ..core.policy import Pack

__all__ = ["builtin", "check_pack", "folder_of", "load_pack", "new_pack", "pack_names", "run_cases"]

NEED = frozenset({"rules", "routes", "scoring"})
"""The parts that take time and that not everybody needs (可按需加载的部分)."""


def builtin(name: str) -> Path:
    """Return the folder of the built-in pack *name* (内置政策包); the entry points of the built-in packs.

    A stranger's pack registers the same way, in the group ``hotline12345.packs``: its entry point is a path, or
    something that is called with the name and returns one.

    Raises:
        RequestError: ``unknown-pack``.
    """
    if name in BUILT_IN:
        return HERE / name
    raise RequestError(
        f"没有内置政策包「{name}」",
        f"there is no built-in pack {name!r}",
        code="unknown-pack",
        hint=f"内置的有：{'、'.join(BUILT_IN)}",
        hint_en=f"built in: {', '.join(BUILT_IN)}",
    )


def pack_names(plugins: bool = True) -> tuple[str, ...]:
    """Return the names of the packs there are (政策包名称): built in, and of installed plug-ins if *plugins*."""
    if not plugins:
        return BUILT_IN
    from ..plugins import plugins as installed

    return tuple(dict.fromkeys([*BUILT_IN, *(found.name for found in installed("hotline12345.packs"))]))


def load_pack(name_or_path: str | Path, *, need: Iterable[str] | None = None, overlays: Iterable[Overlay] = ()) -> Pack:
    """Load a pack (加载政策包) by name, from its folder, or from one edition's file.

    Args:
        name_or_path: a built-in name, an installed plug-in's, or a path.
        need: the parts to compile of ``rules``, ``routes`` and ``scoring``; ``None`` takes all three.  What is not
            needed stays ``None`` in the policies, is not checked and takes no time; everything else is always there.
        overlays: further calendar overlays, over the pack's own.

    Raises:
        PolicyError: ``bad-policy``, with every fault of the pack and its parents at once.
        RequestError: ``unknown-pack``, ``unknown-part``.
        PluginError: a plug-in's pack does not load.
    """
    parts = NEED if need is None else frozenset(need)
    if not parts <= NEED | {"limits", "calendar"}:
        raise RequestError(
            f"政策包没有「{'、'.join(sorted(parts - NEED))}」这一部分",
            f"a pack has no part {sorted(parts - NEED)}",
            code="unknown-part",
            hint=f"可选：{'、'.join(sorted(NEED))}",
            hint_en=f"parts: {', '.join(sorted(NEED))}",
        )
    more = tuple(overlays)
    if isinstance(name_or_path, str) and name_or_path in BUILT_IN and not more:
        return _kept(name_or_path, parts & NEED)
    return _load(name_or_path, parts & NEED, more)


@lru_cache(maxsize=32)
def _kept(name: str, parts: frozenset[str]) -> Pack:
    return _load(name, parts, ())


def _load(name_or_path: str | Path, parts: frozenset[str], more: tuple[Overlay, ...]) -> Pack:
    from ..core.policy import Pack
    from .compile import compile_edition

    path, only = _find(name_or_path)
    shelf = Shelf()
    lone = only is not None and not DATED.fullmatch(only.stem)
    folder = shelf.folder(path, only.stem if only is not None and lone else "", only)
    made = [compile_edition(shelf, folder, layer, parts, more) for layer in folder.layers.values()]
    faults = tuple(shelf.all_faults())
    if any(fault.severity == "error" for fault in faults) or not made:
        raise PolicyError(
            f"政策包 {folder.name} 有 {len(faults)} 处错误",
            f"the pack {folder.name} has {len(faults)} fault(s)",
            faults=faults,
            hint="；".join(fault.text("zh") for fault in faults[:3]),
            hint_en="; ".join(fault.text("en") for fault in faults[:3]),
        )
    made.sort(key=lambda one: age(one[-1]))
    newest = made[-1][-1]
    editions = tuple(one[-1] for one in made)
    return Pack(folder.name, newest.place, newest.title, editions, tuple(old for one in made for old in one[:-1]))


def _find(name_or_path: str | Path) -> tuple[Path, Path | None]:
    """Return the pack's folder, and the file of the one edition asked for if it was a file."""
    path = Path(name_or_path)
    try:
        if str(name_or_path) not in BUILT_IN and path.is_file():
            return path.resolve().parent, path.resolve()
        folder = locate(str(name_or_path)).resolve()
        if not folder.exists():
            raise FileNotFoundError(folder)
    except FileNotFoundError:
        raise RequestError(
            f"找不到政策包「{name_or_path}」",
            f"there is no pack at {str(name_or_path)!r}",
            code="unknown-pack",
            hint=f"内置的有：{'、'.join(BUILT_IN)}；也可以写文件夹或 .toml 的路径",
            hint_en=f"built in: {', '.join(BUILT_IN)}; or give the path of a folder or a .toml",
        ) from None
    return (folder, None) if folder.is_dir() else (folder.parent, folder)


def folder_of(name_or_path: str | Path) -> Path:
    """Return the folder of a pack (政策包的文件夹).

    Raises:
        RequestError: ``unknown-pack``.
    """
    return _find(name_or_path)[0]


def check_pack(name_or_path: str | Path) -> tuple[Fault, ...]:
    """Check a pack whole (检查政策包): its shape, its meaning and its cases, in every edition, at once.

    Returns:
        Every fault with its severity, ``error``, ``warning`` or ``note``, in the order of files and lines.
    """
    from ..core.verify import check
    from .places import Places
    from .seal import broken_seals

    try:
        pack = load_pack(name_or_path)
    except PolicyError as error:
        return error.faults
    path, only = _find(name_or_path)
    shelf = Shelf()
    folder = shelf.folder(path, pack.name, only)
    found: dict[tuple[object, ...], Fault] = {}
    for policy in pack.editions:
        places = Places(shelf.chains(folder, folder.layers[policy.edition])[-1][1])
        for fault in check(policy):
            placed, where = places.place(fault)
            if where is folder or fault.severity != "note":  # a parent's notes are the parent's to read
                # One [[limit]] for five kinds is five rules, and one thing to mend.
                many = placed.table.startswith(("limit", "send_back"))
                key = (placed.code, placed.file, placed.line) if many else (placed,)
                found.setdefault(key, placed)
    return (*found.values(), *(broken_seals(path, folder.name) if only is None else ()))


def new_pack(folder: str | Path, name: str, title: str, extends: str = "cn", place: str = "000000") -> Path:
    """Write the skeleton of a pack (新建政策包), commented, that passes the check; see :mod:`.new`."""
    from .new import write_pack

    return write_pack(Path(folder), name, title, extends, place)
