"""Sealing: what is published is not edited unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline12345.core.errors import PolicyError
from hotline12345.packs import builtin, check_pack, folder_of, new_pack, pack_names
from hotline12345.packs.seal import LIST, broken_seals, hash_of, seal_pack, sealed_files


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return new_pack(tmp_path, "mycity", "某市", place="990100")


def seals(city: Path) -> list[tuple[str, str]]:
    return [(fault.code, fault.file) for fault in check_pack(city) if "seal" in fault.code or fault.code == "edited"]


def test_a_sealed_pack_is_as_it_was_whatever_its_line_ends(city: Path) -> None:
    assert seals(city) == []  # nothing is asked of a pack that was never sealed
    assert seal_pack(city) == ("unknown.toml", "units.csv", "catalogue.csv")
    assert seals(city) == []
    units = city / "units.csv"
    units.write_bytes(units.read_bytes().replace(b"\n", b"\r\n"))
    assert seals(city) == []
    assert seal_pack(city) == ()


def test_an_edited_or_missing_file_is_an_error_and_a_new_one_a_note(city: Path) -> None:
    seal_pack(city)
    edition = city / "unknown.toml"
    edition.write_text(edition.read_text(encoding="utf-8") + "# 改了一个字\n", encoding="utf-8")
    (city / "catalogue.csv").unlink()
    (city / "rules.toml").write_text("", encoding="utf-8")
    found = {fault.file: (fault.code, fault.severity) for fault in broken_seals(city, "mycity")}
    assert found == {
        "mycity/unknown.toml": ("edited", "error"),
        "mycity/catalogue.csv": ("sealed-gone", "error"),
        "mycity/rules.toml": ("unsealed", "note"),
    }
    with pytest.raises(PolicyError) as raised:
        seal_pack(city)
    assert {fault.code for fault in raised.value.faults} == {"edited", "sealed-gone"}
    assert set(seal_pack(city, replace=True)) == {"unknown.toml", "rules.toml"}
    assert broken_seals(city, "mycity") == []


def test_the_list_is_what_sha256sum_reads_and_overlays_are_not_in_it(city: Path) -> None:
    (city / "overlay-2027.toml").write_text("", encoding="utf-8")
    seal_pack(city)
    rows = dict(reversed(line.split("  ")) for line in (city / LIST).read_text(encoding="utf-8").splitlines())
    assert rows == {path.name: hash_of(path) for path in sealed_files(city)}
    assert "overlay-2027.toml" not in rows


@pytest.mark.parametrize("name", pack_names(plugins=False))
def test_the_packs_that_are_shipped_are_as_they_were_sealed(name: str) -> None:
    # A changed rule is a new edition.  Until the first release: python -m hotline12345 pack seal --replace NAME
    assert folder_of(name) == builtin(name)
    assert (builtin(name) / LIST).exists()
    assert broken_seals(builtin(name), name) == []
