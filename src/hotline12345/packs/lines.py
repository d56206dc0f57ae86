"""Where things stand in a TOML text (行号定位): the standard library's parser tells lines for broken syntax only.

A small scanner, run only when there is a fault to place: it follows table headers, keys, multi-line
strings and brackets, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|$|(?=[\]=]))""")
_AT = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_NUMBERED = re.compile(r"^(.*\S) #?(\d+)$")


def syntax_line(error: Exception, text: str) -> int:
    """Return the line on which the standard library's parser gave up on *text* (语法错误所在行)."""
    found = _AT.search(str(error))
    return int(found[1]) if found and found[1] else text.count("\n") + 1


class Lines:
    """The lines of a TOML text (行号): tables as ``limit[3]`` or ``words.城乡建设``, keys as they are written."""

    def __init__(self, text: str) -> None:
        self._headers: dict[str, int] = {"": 1}
        self._keys: dict[tuple[str, str], int] = {}
        for table, key, line in _scan(text):
            if key:
                self._keys.setdefault((table, key), line)
            else:
                self._headers.setdefault(table, line)

    def header(self, table: str) -> int:
        """Return the line on which *table* begins; 0 where it is not written as a table of its own."""
        return self._headers.get(table, 0) if table else 0

    def find(self, table: str, key: str = "") -> int:
        """Return the line of *key* in *table*; where it is not written, that of the nearest thing around it; else 0."""
        numbered = _NUMBERED.match(table)
        if numbered:  # other readers count "category 3" where we write category[3]
            table = f"{numbered[1]}[{numbered[2]}]"
        while key:
            if (table, key) in self._keys:
                return self._keys[table, key]
            if not table and key in self._headers:  # a table that should not be there at all
                return self._headers[key]
            key = key.rpartition(".")[0]
        while table:
            if table in self._headers:
                return self._headers[table]
            above, _, last = table.rpartition(".")
            last = last.partition("[")[0]
            if (above, last) in self._keys:  # written inline: overlay = [{...}], or levels = {...}
                return self._keys[above, last]
            table = above
        return self._headers[""] if not table else 0


def _scan(text: str) -> Iterator[tuple[str, str, int]]:
    counts: dict[str, int] = {}
    table, depth, quote = "", 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if depth == 0 and not quote:
            bare = line.strip()
            if bare.startswith("["):
                table = _header(bare, counts)
                yield table, "", number
                continue
            parts, end = _dotted(line, 0)
            if parts and line[end : end + 1] == "=":
                for upto in range(1, len(parts) + 1):
                    yield table, ".".join(parts[:upto]), number
                line = line[end + 1 :]
        depth, quote = _value(line, depth, quote)


def _header(bare: str, counts: dict[str, int]) -> str:
    array = bare.startswith("[[")
    parts, _ = _dotted(bare, 2 if array else 1)
    name = ""
    for place, part in enumerate(parts):
        name = f"{name}.{part}" if name else part
        if array and place == len(parts) - 1:
            counts[name] = counts.get(name, 0) + 1
        if name in counts:
            name = f"{name}[{counts[name]}]"
    return name


def _dotted(line: str, start: int) -> tuple[list[str], int]:
    parts: list[str] = []
    while match := _PART.match(line, start):
        parts.append(next(group for group in match.groups()[:3] if group is not None))
        start = match.end()
        if match[4] != ".":
            break
    return parts, start


def _value(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Follow *line* as part of a value: how many brackets are open after it, and which multi-line quote."""
    at = 0
    while at < len(line):
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return depth, quote if len(quote) == 3 else ""
            while quote[0] == '"' and end > at and line[end - 1] == "\\" and line[end - 2 : end] != "\\\\":
                end = line.find(quote, end + 1)
                if end < 0:
                    return depth, quote if len(quote) == 3 else ""
            at, quote = end + len(quote), ""
            continue
        char = line[at]
        if char == "#":
            break
        if char in "\"'":
            quote = char * 3 if line.startswith(char * 3, at) else char
            at += len(quote)
            continue
        depth += (char in "[{") - (char in "]}")
        at += 1
    return max(depth, 0), quote if len(quote) == 3 else ""
