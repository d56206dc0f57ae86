"""How long does it take to prove a pack (核验一个政策包要多久)?  Prints JSON: each built-in pack, and one made large.

The target is 5 s for the largest pack.  ``--quick`` tries the largest built-in pack and a smaller made-up one.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from _measure import show

from hotline12345.core.verify.walk import walk
from hotline12345.packs import check_pack, load_pack, pack_names

TARGET_S = 5.0


def timed(name: str | Path) -> dict[str, Any]:
    """Check a pack, loading included, and tell how large it is."""
    begin = time.perf_counter()
    found = check_pack(name)
    seconds = time.perf_counter() - begin
    policy = load_pack(name).newest
    return {
        "seconds": round(seconds, 3),
        "met": seconds < TARGET_S,
        "editions": len(load_pack(name).editions),
        "limits": len(policy.limits),
        "keywords": len(policy.rules.rules) if policy.rules is not None else 0,
        "units": len(policy.routes.units) if policy.routes is not None else 0,
        "claims": len(policy.routes.claims) if policy.routes is not None else 0,
        "spots_walked": len(walk(policy).spots),
        "findings": len(found),
    }


def large(folder: Path, counties: int, towns: int) -> Path:
    """Write a city of so many counties and towns, every category claimed in each county, over the national rules."""
    place, units, claims = (
        "990000",
        ["code,name,grade,parent,area,phone,source"],
        ["category,area,unit,role,basis,since,until"],
    )
    units += ["99,某省,province,,990000,,x", "99-12345,某省热线,centre,99,990000,12345,x"]
    rules = load_pack("cn").newest.rules
    assert rules is not None
    tops = sorted({one.name.split("/")[0] for one in rules.categories})
    for county in range(counties):
        area = f"99{county // 90 + 10:02d}{county % 90 + 10:02d}"
        units.append(f"{area},某县{county},county,99,{area},,x")
        for number, top in enumerate(tops):
            units.append(f"{area}-{number},某局,department,{area},{area},,x")
            claims.append(f"{top},{area},{area}-{number},lead,x,,")
        for town in range(towns):
            units.append(f"{area}{town:03d},某镇,town,{area},{area}{town + 1:03d},,x")
    head = f'title = "某省"\nplace = "{place}"\neffective = "unknown"\nextends = "cn"\nprovides = ["routes"]\n'
    tables = '[routing]\ncentre = "99-12345"\n\n[[case]]\nwhat = "x"\nkind = "表扬"\nlimit = "none"\n'
    (folder / "unknown.toml").write_text(head + tables, encoding="utf-8")
    (folder / "units.csv").write_text("\n".join(units) + "\n", encoding="utf-8")
    (folder / "catalogue.csv").write_text("\n".join(claims) + "\n", encoding="utf-8")
    return folder


def main() -> None:
    """Measure and print."""
    quick = "--quick" in sys.argv
    sizes = {name: len(load_pack(name).newest.cases) + _size(name) for name in pack_names(plugins=False)}
    largest = max(sizes, key=lambda name: sizes[name])
    names = [largest] if quick else list(sizes)
    results: dict[str, Any] = {name: timed(name) for name in names}
    with TemporaryDirectory() as folder:
        results["made up"] = timed(large(Path(folder), 20 if quick else 80, 5))
    show({"question": "pack check, loading included", "target_s": TARGET_S, "largest": largest, "results": results})


def _size(name: str) -> int:
    policy = load_pack(name).newest
    words = len(policy.rules.rules) if policy.rules is not None else 0
    claims = len(policy.routes.claims) if policy.routes is not None else 0
    return words + claims + len(policy.limits)


if __name__ == "__main__":
    main()
