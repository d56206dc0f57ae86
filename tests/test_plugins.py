"""Plug-ins are found by name and fail aloud (插件)."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hotline12345.core.errors import PluginError
from hotline12345.plugins import BUILT_IN, plugin, plugins


def _install(folder: Path, name: str, group: str, points: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a distribution with entry points on the path, as an installer leaves it."""
    info = folder / f"{name}-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
    lines = [f"[{group}]", *(f"{key} = {value}" for key, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(str(folder))


def test_what_is_built_in_is_what_pyproject_registers(repo_root: Path) -> None:
    registered = tomllib.loads((repo_root / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    for group, points in BUILT_IN.items():
        assert registered[group] == points


def test_a_built_in_store_opens_without_reading_all_entry_points() -> None:
    code = (
        "import sys; from hotline12345.stores import open_store; open_store('memory:');"
        "print('importlib.metadata' in sys.modules, 'sqlite3' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.split() == ["False", "False"]


def test_a_strangers_plug_in_is_loaded_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "strange_store.py").write_text("def open_it(url, **options):\n    return url, options\n")
    _install(tmp_path, "strange", "hotline12345.stores", {"strange": "strange_store:open_it"}, monkeypatch)
    from hotline12345.stores import open_store

    assert plugin("hotline12345.stores", "strange")("x") == ("x", {})
    answer: Any = open_store("strange://host/db")
    assert answer == ("strange://host/db", {})
    answer = open_store("strange://host/db", must_exist=True)
    assert answer == ("strange://host/db", {"must_exist": True})


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(PluginError) as caught:
        plugin("hotline12345.stores", "none")
    assert caught.value.code == "unknown-plugin"
    assert {"memory", "sqlite"} <= set(caught.value.facts["names"])
    assert "memory" in caught.value.hint("en")
    with pytest.raises(PluginError) as caught:
        plugin("hotline12345.nothing", "none")
    assert caught.value.facts["names"] == ()


@pytest.mark.parametrize("target", ["missing_module_xyz", "broken_store:open_it", "json:no_such_name"])
def test_a_broken_plug_in_says_what_broke(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_store.py").write_text("raise RuntimeError('half installed')\n")
    _install(tmp_path, "broken", "hotline12345.stores", {"broken": target}, monkeypatch)
    with pytest.raises(PluginError) as caught:
        plugin("hotline12345.stores", "broken")
    assert caught.value.code == "plugin-broken"
    assert target in str(caught.value)
    assert "broken 1.5" in str(caught.value)


def test_one_name_from_two_distributions_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, "first", "hotline12345.stores", {"twice": "json:loads"}, monkeypatch)
    _install(tmp_path, "second", "hotline12345.stores", {"twice": "json:dumps"}, monkeypatch)
    with pytest.raises(PluginError) as caught:
        plugin("hotline12345.stores", "twice")
    assert caught.value.code == "plugin-ambiguous"
    assert "first 1.5" in str(caught.value)
    assert "second 1.5" in str(caught.value)


def test_the_list_names_origin_and_error_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = {"fine": "json:loads", "lost": "missing_module_xyz", "memory": "json:dumps"}
    _install(tmp_path, "strange", "hotline12345.stores", points, monkeypatch)
    listed = {(p.name, p.target): p for p in plugins("hotline12345.stores")}
    assert listed["memory", "hotline12345.stores.memory:open_store"].loadable
    assert listed["memory", "hotline12345.stores.memory:open_store"].origin.startswith("hotline12345")
    assert listed["fine", "json:loads"].loadable
    assert listed["fine", "json:loads"].origin == "strange 1.5"
    assert not listed["lost", "missing_module_xyz"].loadable
    assert "missing_module_xyz" in listed["lost", "missing_module_xyz"].error
    assert "plugin-hidden" in listed["memory", "json:dumps"].error
