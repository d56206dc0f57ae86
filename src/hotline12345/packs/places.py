"""Where a finding stands (定位): what the core names by rule is put to its file and line, here or in a parent."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from attrs import evolve

from ..core.errors import Fault
from ..core.verify import name_of
from .lines import Lines
from .load import Folder
from .read import Layer
from .read.limits import read_limits
from .shelf import Chain
from .table import Notes, Row


class _Sheet:
    """One edition's file (版本文件): its tables, and the lines they stand on."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.lines = Lines(layer.notes.text)

    @cached_property
    def table(self) -> Mapping[str, Any]:
        return tomllib.loads(self.layer.notes.text)

    def named(self, table: str, name: str) -> str:
        """Return which of several tables (``limit[3]``) is the rule *name*; "" when none is."""
        rows = self.table.get(table)
        if not isinstance(rows, list):
            return ""
        for number, row in enumerate(rows, 1):
            names = self._limits(row) if table == "limit" else (row.get("code"),)
            if name in names:
                return f"{table}[{number}]"
        return ""

    def _limits(self, row: Mapping[str, Any]) -> Iterator[str]:
        notes = Notes("")
        found = read_limits(Row({"limit": [row]}, "", notes), Layer("", notes))
        yield from (name_of(rule) for rule in found)


class Places:
    """The places of one edition and its parents (定位), nearest first."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self._sheets: dict[int, _Sheet] = {}

    def place(self, fault: Fault) -> tuple[Fault, Folder]:
        """Return *fault* with file and line, and the pack's folder it stands in."""
        if fault.file and fault.line:
            return fault, self.chain[0][0]
        if fault.table in ("units", "catalogue"):
            return self._in_csv(fault)
        if fault.table == "rules":
            return self._in_rules(fault)
        for folder, layer in self.chain:
            sheet = self._sheet(layer)
            table = sheet.named(fault.table, fault.key) if fault.key else ""
            if table:
                line = sheet.lines.find(table)
                return evolve(fault, file=layer.file, table=table, key=fault.key, line=line), folder
            if fault.table in sheet.table:
                return evolve(fault, file=layer.file, line=sheet.lines.find(fault.table, fault.key)), folder
        folder, layer = self.chain[0]
        return evolve(fault, file=layer.file, line=self._sheet(layer).lines.find(fault.table, fault.key)), folder

    def _sheet(self, layer: Layer) -> _Sheet:
        return self._sheets.setdefault(id(layer), _Sheet(layer))

    def _in_csv(self, fault: Fault) -> tuple[Fault, Folder]:
        from .compile import in_csv

        found = []
        for folder, layer in self.chain:
            name = layer.file_of(fault.table)
            if folder.raw(name):
                found.append((in_csv(fault, (folder, name), (folder, name)), folder))
        return next((one for one in found if one[0].line), found[0] if found else (fault, self.chain[0][0]))

    def _in_rules(self, fault: Fault) -> tuple[Fault, Folder]:
        """Put a keyword rule to its line: ``table:word``, the word alone or among others of its weight."""
        table, _, word = fault.key.rpartition(":")
        for folder, layer in self.chain:
            name = layer.file_of("rules")
            data = folder.raw(name)
            if data is None:
                continue
            text = data.decode("utf-8-sig")
            lines, rows = Lines(text), text.splitlines()
            header = lines.header(f"words.{table}") or lines.header(table)
            if not header:
                continue
            until = next((n for n in range(header, len(rows)) if rows[n].lstrip().startswith("[")), len(rows))
            line = next((n for n in range(header, until) if word in _words(rows[n])), header - 1) + 1
            return evolve(fault, file=folder.label(folder.path / name), line=line), folder
        return fault, self.chain[0][0]


def _words(row: str) -> list[str]:
    return row.replace('"', " ").replace("'", " ").replace(",", " ").split()
