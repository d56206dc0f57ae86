"""Write the compact table of administrative divisions that ``text.places`` reads (生成行政区划表).

    python scripts/make_divisions.py --divisions DIR [--out src/hotline12345/text/places/divisions.txt.gz]

From DIR it reads:

- ``areacodes_history_1981_on.csv``: codes of county level and above since 1981 with their successors, compiled from
  the Ministry of Civil Affairs' publications by github.com/yescallop/areacodes (CC0 1.0), ``result.csv`` of 2025-11-04;
- ``areas.csv``, ``streets.csv.gz``: development zones and the towns and subdistricts, as the National Bureau of
  Statistics codes them; read 2026-11.

Lines of the table: ``#`` what it is and from where; ``D code name`` a division in use; ``Z code name`` a zone or other
area that has a statistical code only; ``R code name since until successors`` a retired code or an earlier name;
``T code name name …`` the towns of a county, each with the last three digits of its code before its name.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "# 行政区划 Administrative divisions of China",
    "# 县级以上及 1981 年起的沿革来自民政部，经 github.com/yescallop/areacodes（CC0 1.0），2025-11-04 · "
    "county level and above, with history since 1981: github.com/yescallop/areacodes (CC0 1.0), 2025-11-04,"
    " from the Ministry of Civil Affairs",
    "# 开发区、乡镇、街道来自国家统计局的代码，2026-11 读取 · "
    "zones, towns and subdistricts: codes of the National Bureau of Statistics, read 2026-11",
)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file, gzipped or not."""
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8-sig")
    yield from csv.DictReader(text.splitlines())


def table(folder: Path) -> Iterator[str]:
    """Yield the lines of the table."""
    yield from HEADER
    history = list(rows(folder / "areacodes_history_1981_on.csv"))
    used = {row["代码"]: row["名称"] for row in history if row["状态"] == "在用"}
    for code, name in sorted(used.items()):
        yield f"D {code} {name}"
    for row in sorted(rows(folder / "areas.csv"), key=lambda row: row["code"]):
        if row["code"] not in used:
            yield f"Z {row['code']} {row['name']}"
    for row in history:
        if row["状态"] != "在用":
            since, until = row["启用时间"], row["变更/弃用时间"]
            yield f"R {row['代码']} {row['名称']} {since} {until} {row['新代码'] or '-'}"
    towns: dict[str, list[str]] = {}
    for row in rows(folder / "streets.csv.gz"):
        towns.setdefault(row["code"][:6], []).append(row["code"][6:] + row["name"].replace(" ", ""))
    for code, names in sorted(towns.items()):
        yield " ".join(["T", code, *sorted(names)])


def main() -> None:
    """Write the table, the same bytes from the same data."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--divisions", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/hotline12345/text/places/divisions.txt.gz"))
    given = parser.parse_args()
    text = "\n".join(table(given.divisions)) + "\n"
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)  # a gzip member without name or time
    given.out.write_bytes(packer.compress(text.encode()) + packer.flush())
    print(f"{given.out}: {len(text.splitlines())} lines, {given.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
