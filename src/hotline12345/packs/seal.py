"""Sealing what is published (封存): a list of hashes beside the editions, so that nobody edits them unseen.

The list is the file ``SEALED``, one ``sha256  name`` a line, the form ``sha256sum -c`` reads.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from ..core.errors import Fault, PolicyError

LIST = "SEALED"
SEALS = {
    "edited": ("已封存的文件被改动", "a sealed file was edited"),
    "sealed-gone": ("已封存的文件不见了", "a sealed file is gone"),
    "unsealed": ("文件尚未封存", "a file is not sealed yet"),
}
"""What a look at the seals may find (核对封存的结果), by code."""


def sealed_files(folder: Path) -> list[Path]:
    """Return the files of a pack that a seal covers: editions, rules, units, catalogues; not calendar overlays."""
    found = [path for path in sorted(folder.glob("*.toml")) if not path.name.startswith("overlay")]
    return found + sorted(folder.glob("units*.csv")) + sorted(folder.glob("catalogue*.csv"))


def hash_of(path: Path) -> str:
    """Return the hash of what *path* says, whatever its line ends."""
    return sha256(path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")).hexdigest()


def seal_pack(folder: Path, replace: bool = False) -> tuple[str, ...]:
    """Seal every file of the pack in *folder* that is not sealed yet (封存政策包).

    Args:
        folder: the pack's folder.
        replace: seal anew what was edited or taken away since, too.

    Returns:
        The names of the files sealed by this.

    Raises:
        PolicyError: ``bad-policy``, with every file that was edited, unless *replace*.
    """
    faults = [fault for fault in broken_seals(folder, folder.name) if fault.severity == "error"]
    if faults and not replace:
        raise PolicyError(
            f"政策包 {folder.name} 有 {len(faults)} 个已封存的文件被改动",
            f"{len(faults)} sealed file(s) of the pack {folder.name} were edited",
            faults=tuple(faults),
            hint="恢复原文；改了规定应另立新版本；确属勘误用 --replace 重新封存",
            hint_en="restore them; a changed rule is a new edition; for a correction seal again with --replace",
        )
    known = _known(folder)
    now = {path.name: hash_of(path) for path in sealed_files(folder)}
    lines = "".join(f"{digest}  {name}\n" for name, digest in now.items())
    (folder / LIST).write_text(lines, encoding="utf-8", newline="\n")
    return tuple(name for name, digest in now.items() if known.get(name) != digest)


def broken_seals(folder: Path, name: str) -> list[Fault]:
    """Return what is not as it was sealed (核对封存): edited or missing files, and those not sealed yet."""
    known = _known(folder)
    if not known:
        return []
    found: list[Fault] = []
    now = {path.name: path for path in sealed_files(folder)}
    for file, digest in known.items():
        code = "" if file in now and hash_of(now[file]) == digest else "edited" if file in now else "sealed-gone"
        if code:
            hint = "恢复原文，或另立新版本；勘误后用 pack seal --replace / restore it, or make a new edition"
            found.append(Fault(code, *SEALS[code], file=f"{name}/{file}", hint=hint))
    for file in now:
        if file not in known:
            hint = "pack seal"
            found.append(Fault("unsealed", *SEALS["unsealed"], file=f"{name}/{file}", severity="note", hint=hint))
    return found


def _known(folder: Path) -> dict[str, str]:
    path = folder / LIST
    if not path.exists():
        return {}
    rows = (line.split(None, 1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {row[1].strip().lstrip("*"): row[0] for row in rows if len(row) == 2}
