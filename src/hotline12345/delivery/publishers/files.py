"""File drop (文件投放): one file a message in a folder that the receiver empties."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from ...stores._folder import settle
from ..protocol import DONE, LATER, Answer, Message, Settings, Wrong
from . import option_faults, split


class FilePublisher:
    """Drops a file (投放文件): written beside under another name, flushed to disk, then renamed at once.

    The name is made of place, number and version: sorted by name, an order's files are in order, and a message that is
    dropped twice is the same file.  ``url`` is ``file:///absolute/folder``; the folder must be there.
    """

    api = 1

    def __init__(self, settings: Settings) -> None:
        self._folder = _folder(settings.url)

    @staticmethod
    def faults(settings: Settings) -> list[Wrong]:
        """Return what is wrong with *settings*."""
        found = list(option_faults(settings, {}))
        parts = split(settings.url)
        if parts is None or parts.scheme != "file" or parts.netloc or not _folder(settings.url).is_absolute():
            found.append(Wrong("url", "应为 file:///绝对路径", "must be file:///ABSOLUTE/FOLDER"))
        return found

    def publish(self, message: Message) -> Answer:
        """Drop *message*."""
        place, number = quote(message.place, safe=""), quote(message.number, safe="")
        target = self._folder / f"{place}-{number}-{message.version:010d}.json"
        draft = self._folder / f".{target.name}.{os.getpid()}.tmp"
        try:
            with open(draft, "wb") as out:
                out.write(message.body)
                out.flush()
                os.fsync(out.fileno())
            os.replace(draft, target)
            settle(self._folder)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            return Answer(LATER, f"{type(error).__name__}: {error.strerror or ''}".rstrip(": "))
        return Answer(DONE)

    def close(self) -> None:
        """Nothing is kept open."""


def _folder(url: str) -> Path:
    parts = split(url)
    path = unquote(parts.path) if parts is not None else ""
    return Path(path[1:] if os.name == "nt" else path)
