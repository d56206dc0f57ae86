"""The walls hold (架构): who may import whom, what the core must not touch, and how long anything may get.

Read from the source with ``ast``, so that a wall is tested before it is ever walked through.
"""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = "hotline12345"
SOURCE = Path(__file__).resolve().parent.parent / "src" / PACKAGE

FILE_LINES = 400
FUNCTION_LINES = 50
# Of code: blank lines, comments and docstrings are not what makes a core hard to hold (docs/decisions/0001 says why
# it is more than the plan's).
CORE_LINES = 13_500

EVERYTHING = frozenset({""})
# Which parts of the package each room may import, itself aside.  A name stands for the module and all within it.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "plugins": frozenset({"core.errors"}),
    "stores": frozenset({"core.errors", "plugins"}),
    # "fast" late: whoever installed the native matcher has it, with the same answers.
    "packs": frozenset({"core", "plugins", "fast"}),
    "channels": frozenset({"core"}),
    "fast": frozenset({"core"}),
    "report": frozenset({"core"}),
    "view": frozenset({"core"}),
    # Registers are tables, and reading tables is what channels do.
    "centre": frozenset({"core", "channels", "text"}),
    # Tables are read and written, SQLite is locked as the order store locks it.
    "kb": frozenset({"core", "channels", "stores", "report"}),
    # "delivery.envelope" for what event types begin with where they are sent.
    "schema": frozenset({"core", "delivery.envelope"}),
    "outbox": frozenset({"core", "stores"}),
    "whole": frozenset({"core.errors", "stores"}),
    # "privacy": are the words what their event says?
    "audit": frozenset({"core.errors", "core.refs", "stores", "privacy", "whole"}),
    "rebuild": frozenset({"core", "stores", "heads", "privacy", "whole"}),
    "transfer": frozenset({"core.errors", "stores", "audit", "whole"}),
    # "plugins" to find publishers by name; "heads" for the form of instants that stores compare.
    "delivery": frozenset({"core", "stores", "view", "outbox", "heads", "plugins"}),
    "worker": frozenset({"core", "stores", "heads", "hotline", "clockwork", "delivery"}),
    # The hotline's own back rooms: each imports what the hotline may, and none of them the hotline.
    # A key is to be on disk, name and all, before an order that needs it.
    "privacy": frozenset({"core", "stores._folder"}),
    "heads": frozenset({"core", "stores", "privacy"}),
    "finding": frozenset({"core", "stores", "privacy"}),
    "numbers": frozenset({"core"}),
    "entry": frozenset({"core"}),
    "parting": frozenset({"core"}),
    "adopting": frozenset({"core"}),
    "book": frozenset({"core", "stores", "heads"}),
    "neighbours": frozenset({"core", "stores", "book", "classifiers"}),
    # "packs" and "text" late: the classifier "rules" reads a pack's rules or a file of them.
    "classifiers": frozenset({"core", "plugins", "packs", "text"}),
    "clockwork": frozenset({"core", "stores", "privacy", "heads", "whole"}),
    "inquiry": frozenset({"core", "view", "hotline"}),
    "transition": frozenset({"core", "stores"}),
    "impact": frozenset({"core", "hotline", "stores.port"}),
    "explain": frozenset({"core", "hotline"}),
    # "packs" and "plugins" late and only to open a pack or a store by its name, for a host in a hurry.
    "hotline": frozenset(
        {
            "core",
            "stores",
            "privacy",
            "heads",
            "numbers",
            "finding",
            "book",
            "neighbours",
            "clockwork",
            "transition",
            "packs",
            "plugins",
        }
        | {"entry", "parting", "adopting", "classifiers"}
    ),
    # "packs" late and only to open a pack by its name; "text" late, where a missing area is to be read.
    "replay": frozenset({"core", "hotline", "clockwork", "stores.port", "channels", "classifiers", "packs", "text"}),
    # "stores" likewise late: a city may be simulated into a store named by its URL.
    "simulate": frozenset({"core", "hotline", "heads", "stores", "packs", "report"}),
    # The kit holds others to their protocols, so it must know the protocols.
    # "hotline": the scripted flow that a disk is made to fail under is a whole hotline's; "audit": a stranger's chain
    # is one that an audit counts to the same end.
    "testing": frozenset(
        {"core", "channels", "stores", "packs", "plugins", "delivery.protocol", "classifiers", "hotline", "audit"}
    ),
    # What people write, read: learnt rules, places, the same matter again.  Tables of labels are read as channels
    # read tables; "fast" late, with the same answers; "packs.lines" for the line on which a rule file is at fault.
    "text": frozenset({"core", "channels", "fast", "packs.lines"}),
    "cli": EVERYTHING,
    "__init__": EVERYTHING,
    "__main__": EVERYTHING,
}

# What the core may take from outside: attrs, and the parts of the standard library that do no input or output.
CORE_OUTSIDE = frozenset(
    """__future__ abc array attrs base64 bisect collections contextlib copy datetime decimal enum fractions functools
    graphlib hashlib heapq hmac itertools json keyword math operator re statistics string struct textwrap tomllib types
    typing unicodedata zlib""".split()
)
CORE_LATE = frozenset({"networkx", "chinese_calendar"})
# Reading one of these, or calling one of those, makes an answer depend on when and where it was asked for.
IMPURE_ATTRIBUTES = frozenset({"now", "utcnow", "today", "uuid1", "uuid4", "random", "environ", "getenv", "urandom"})
IMPURE_CALLS = IMPURE_ATTRIBUTES | {"open", "input", "print", "exec", "eval", "__import__", "breakpoint"}
# The codec writes one function for each event from the event's own fields, as attrs writes constructors.
WRITTEN_CODE = frozenset({("core.codec", "exec")})

HEAVY = frozenset(
    """ahocorasick_rs chinese_calendar importlib.metadata networkx numpy orjson pandas pendulum python_calamine rich
    scipy simpy sklearn sqlalchemy""".split()
)
# Rooms nobody enters by ``import hotline12345``; in them heavy things may stand at the top.
ENTERED_LATE = frozenset({"fast", "simulate", "testing", "stores.sql", "text.places.arrays"})
NETWORK = frozenset(
    """aiohttp asyncio confluent_kafka ftplib http httpx imaplib nats pika poplib redis requests smtplib socket
    socketserver ssl telnetlib urllib.request urllib3 websockets xmlrpc""".split()
)
# Who may speak to other machines, and by what: the publishers, whose business it is to send, and a wire between a test
# and a server of its own, to be cut.
MAY_SPEAK = {
    "delivery.publishers.webhook": frozenset({"http.client", "socket", "ssl"}),
    "delivery.publishers.nats": frozenset({"asyncio"}),
    "testing.proxy": frozenset({"socket"}),
}
POSIX_ONLY = frozenset("crypt fcntl grp posix pty pwd resource spwd syslog termios tty".split())
WINDOWS_ONLY = frozenset({"msvcrt", "winreg", "winsound", "_winapi"})


class Import(NamedTuple):
    """An import statement: what, on which line, late (inside a function) or guarded (inside ``if`` or ``try``)."""

    target: str
    line: int
    late: bool
    guarded: bool


def modules(root: Path) -> Iterator[tuple[Path, str, ast.Module]]:
    """Yield each module below the package folder *root*: its file, dotted name within the package, and tree."""
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        yield path, name, parsed(path.read_text(encoding="utf-8"), str(path))


@cache  # by its text: each test looks at all the modules, and nobody changes a tree
def parsed(text: str, file: str = "") -> ast.Module:
    """Return the tree of a module."""
    return ast.parse(text, file)


@cache
def imports(path: Path, root: Path, tree: ast.Module) -> tuple[Import, ...]:
    """Return every import that runs; those for type checkers alone are no import."""
    package = [PACKAGE, *path.relative_to(root).parent.parts]

    def walk(node: ast.AST, late: bool, guarded: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from (Import(alias.name, child.lineno, late, guarded) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = package[: len(package) - child.level + 1] if child.level else []
                stem = ".".join([*base, *((child.module or "").split(".") if child.module else [])])
                # "from . import grades" and "from importlib import metadata" name modules, not their contents.
                yield from (Import(f"{stem}.{alias.name}", child.lineno, late, guarded) for alias in child.names)
            elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                yield from walk(ast.Module(child.orelse, []), late, guarded)
            else:
                inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
                yield from walk(child, late or inside, guarded or isinstance(child, (ast.If, ast.Try)))

    return tuple(walk(tree, False, False))


def within(target: str, names: frozenset[str]) -> bool:
    """Say whether dotted *target* is one of *names* or lies below one."""
    return any(not name or target == name or target.startswith(name + ".") for name in names)


def import_violations(root: Path) -> list[str]:
    """List every import that crosses a wall."""
    found = []
    for path, name, tree in modules(root):
        room = name.split(".")[0]
        allowed = MAY_IMPORT.get(room)
        if allowed is None:
            found.append(f"{name}: no such room in the house; enter it in MAY_IMPORT with what it may import")
            continue
        for item in imports(path, root, tree):
            where = f"{name}:{item.line}"
            if item.target == PACKAGE or item.target.startswith(PACKAGE + "."):
                inner = item.target.removeprefix(PACKAGE).lstrip(".")
                if room not in ("__init__", "__main__", "cli") and not inner.split(".")[0][:1].islower():
                    found.append(f"{where} imports the package itself: {item.target}")
                elif inner.split(".")[0] != room and not within(inner, allowed):
                    found.append(f"{where} room {room} imports {inner}")
            elif room == "core":
                found += core_outside(item, where)
    return found


def core_outside(item: Import, where: str) -> list[str]:
    """List what is wrong with the core importing *item* from outside the package."""
    top = item.target.split(".")[0]
    if top in CORE_LATE:
        return [] if item.late else [f"{where} core imports {top} at the top; import it where it is used"]
    return [] if top in CORE_OUTSIDE else [f"{where} core imports {top}"]


def impurities(root: Path) -> list[str]:
    """List every place where the core looks at a clock, a file, the environment or a die."""
    found = []
    for _, name, tree in modules(root):
        if name.split(".")[0] != "core":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in IMPURE_ATTRIBUTES:
                found.append(f"{name}:{node.lineno} .{node.attr}")
            elif isinstance(node, ast.Call):
                called = node.func
                if isinstance(called, ast.Name) and (name, called.id) in WRITTEN_CODE:
                    continue
                if isinstance(called, ast.Name) and called.id in IMPURE_CALLS:
                    found.append(f"{name}:{node.lineno} {called.id}()")
                elif isinstance(called, ast.Attribute) and called.attr == "open":
                    found.append(f"{name}:{node.lineno} .open()")
    return found


def top_level_violations(root: Path) -> list[str]:
    """List heavy imports and imports of one system alone at the top of a module."""
    found = []
    for path, name, tree in modules(root):
        for item in imports(path, root, tree):
            if item.late:
                continue
            if not within(name, ENTERED_LATE) and within(item.target, HEAVY):
                found.append(f"{name}:{item.line} imports {item.target} at the top")
            if not item.guarded and item.target.split(".")[0] in POSIX_ONLY | WINDOWS_ONLY:
                found.append(f"{name}:{item.line} imports {item.target}, which one system alone has, at the top")
    return found


def network_violations(root: Path) -> list[str]:
    """List every import of what speaks to other machines, wherever it stands."""
    return [
        f"{name}:{item.line} imports {item.target}"
        for path, name, tree in modules(root)
        for item in imports(path, root, tree)
        if within(item.target, NETWORK) and not within(item.target, MAY_SPEAK.get(name, frozenset()))
    ]


def long_things(root: Path) -> list[str]:
    """List files and functions beyond their budget."""
    found = []
    for path, name, tree in modules(root):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            found.append(f"{name}: {lines} lines, at most {FILE_LINES}")
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    found.append(f"{name}.{node.name}: {length} lines, at most {FUNCTION_LINES}")
    return found


def lines_of_code(text: str) -> int:
    """Count the lines with code on them: neither blank nor comment nor docstring."""
    docs: set[int] = set()
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            docs.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - docs)


# ── the house ────────────────────────────────────────────────────────────────────────────────────


def test_no_import_crosses_a_wall():
    assert import_violations(SOURCE) == []


def test_the_core_looks_at_no_clock_no_file_no_environment_and_no_die():
    assert impurities(SOURCE) == []


def test_nothing_heavy_and_nothing_of_one_system_stands_at_the_top_of_a_module():
    assert top_level_violations(SOURCE) == []


def test_nothing_here_speaks_to_the_network():
    assert network_violations(SOURCE) == []


def test_no_file_and_no_function_outgrows_its_budget():
    assert long_things(SOURCE) == []


def test_the_core_stays_small():
    texts = [path.read_text(encoding="utf-8") for path in (SOURCE / "core").rglob("*.py")]
    assert sum(map(lines_of_code, texts)) <= CORE_LINES


def test_lines_of_code_are_those_with_code_on_them():
    text = '"""Doc."""\n\n# comment\nx = [\n    1,  # why\n]\n\n\ndef f():\n    """Doc\n    more."""\n    return x\n'
    assert lines_of_code(text) == 5


def test_importing_the_package_loads_nothing_heavy():
    code = f"import sys, {PACKAGE}; print(' '.join(sorted(sys.modules)))"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert PACKAGE in loaded
    assert [name for name in loaded if within(name, HEAVY)] == []


# ── the tests above are able to fail ─────────────────────────────────────────────────────────────

PLANTED = {
    "core/clock.py": "from datetime import datetime\ndef f():\n    return datetime.now()\n",
    "core/ref.py": "from datetime import date\nday = date.today\n",
    "core/file.py": "def f(path):\n    return open(path), path.open()\n",
    "core/env.py": "import os\nhome = os.environ\n",
    "core/die.py": "import random\nfrom uuid import uuid4\nx = uuid4()\n",
    "core/early.py": "import networkx\n",
    "core/fine.py": (
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nfrom .errors import X\n"
        "if TYPE_CHECKING:\n    import networkx\n    from ..stores import port\n"
        "def f(now, open):\n    import networkx\n    return now, networkx, open\n"
    ),
    "core/upward.py": "from ..stores.port import Record\n",
    "core/absolute.py": f"def f():\n    from {PACKAGE}.channels import plain\n    return plain\n",
    "core/whole.py": f"import {PACKAGE}\n",
    "stores/nosy.py": "from ..core.order import Order\n",
    "stores/fine.py": "from ..core.errors import StoreError\nfrom ..core import errors\nfrom . import port\n",
    "channels/gossip.py": f"from {PACKAGE}.stores import port\n",
    "cellar/box.py": "x = 1\n",
    "report/sender.py": "def f():\n    import urllib.request\n    from http import client\n    import urllib.parse\n",
    "delivery/sending.py": "import socket\nfrom .publishers import webhook\n",
    "delivery/publishers/webhook.py": "import http.client\nimport ssl\nimport smtplib\n",
    "delivery/publishers/nats.py": "import socket\n",
    "report/heavy.py": "from importlib import metadata\nimport rich.table\n",
    "plugins.py": "try:\n    import fcntl\nexcept ImportError:\n    pass\n",
    "hotline.py": "import fcntl\nimport msvcrt\n",
    "packs/long.py": "x = 1\n" * (FILE_LINES + 1),
    "packs/tall.py": "def tall():\n" + "    x = 1\n" * FUNCTION_LINES,
    "packs/fits.py": "def fits():\n" + "    x = 1\n" * (FUNCTION_LINES - 1),
}


@pytest.fixture
def planted(tmp_path):
    for name, text in PLANTED.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def names(found: list[str]) -> list[str]:
    return sorted({line.split(" ")[0].split(":")[0] for line in found})


def test_a_planted_import_across_a_wall_is_found(planted):
    assert names(import_violations(planted)) == [
        "cellar.box",
        "channels.gossip",
        "core.absolute",
        "core.die",
        "core.early",
        "core.env",
        "core.upward",
        "core.whole",
        "stores.nosy",
    ]


def test_a_planted_impurity_is_found(planted):
    assert impurities(planted) == [
        "core.clock:3 .now",
        "core.die:3 uuid4()",
        "core.env:2 .environ",
        "core.file:2 open()",
        "core.file:2 .open()",
        "core.ref:2 .today",
    ]


def test_a_planted_heavy_or_one_system_import_is_found(planted):
    assert top_level_violations(planted) == [
        "core.early:1 imports networkx at the top",
        "hotline:1 imports fcntl, which one system alone has, at the top",
        "hotline:2 imports msvcrt, which one system alone has, at the top",
        "report.heavy:1 imports importlib.metadata at the top",
        "report.heavy:2 imports rich.table at the top",
    ]


def test_a_planted_call_to_the_network_is_found(planted):
    assert network_violations(planted) == [
        "delivery.publishers.nats:1 imports socket",
        "delivery.publishers.webhook:3 imports smtplib",
        "delivery.sending:1 imports socket",
        "report.sender:2 imports urllib.request",
        "report.sender:3 imports http.client",
    ]


def test_planted_length_is_found(planted):
    assert long_things(planted) == [
        f"packs.long: {FILE_LINES + 1} lines, at most {FILE_LINES}",
        f"packs.tall.tall: {FUNCTION_LINES + 1} lines, at most {FUNCTION_LINES}",
    ]
