"""What is left of who was forgotten: in the file, its log, a backup and an export (遗忘之后的残留).

Orders are written, changed, their private records replaced; now and then somebody is forgotten, whatever of them is
settled, late or fresh.  Each person's name, blind index and words are told by nothing else, so they can be looked for
in the bytes of every file: after each ``forget``, and at the end in a backup and in an export.

Run: ``python benchmarks/reliability/leftovers.py [--persons 1000] [--lot 3] [--seed 1]``
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from hotline12345.stores import Append, Head, Private, Query, Record
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.power.flow import settle_in
from hotline12345.transfer import export

PLACE = "210100"


def _append(random: Random, number: str, version: int, who: str) -> Append:
    head = Head(PLACE, number, version, random.choice(("received", "signed")), True, requester=f"person-{who}")
    text = {"text": f"said-{who}" * random.choice((1, 5, 200))}
    kept = [Private("text", f"person-{who}", text, (f"word-{who}", f"both{random.randrange(50)}"))]
    if random.random() < 0.5:
        kept.append(Private(f"more{version}", f"person-{who}", text, (f"word-{who}",)))
    record = Record(PLACE, number, version, "Noted", {})
    return Append(PLACE, number, version - 1, (record,), head, tuple(kept))


def _left(who: list[str], data: bytes) -> int:
    return sum(f"{kind}-{name}".encode() in data for name in who for kind in ("person", "said", "word"))


def forget(persons: int, seed: int, root: Path) -> dict[str, Any]:
    """Write, forget and look into the bytes."""
    random, path = Random(seed), root / "orders.db"
    versions: dict[str, int] = {}
    gone: list[str] = []
    removed = left = wrong = 0
    with SqliteStore(path, durability="relaxed") as store:
        for turn in range(persons):
            for name in {turn, *(random.randrange(turn + 1) for _ in range(3))}:
                who = f"{name:05d}."
                if who not in gone:
                    versions[who] = versions.get(who, 0) + 1
                    store.append([_append(random, who, versions[who], who)])
            if random.random() < 0.6:
                who = random.choice([name for name in versions if name not in gone])
                removed += store.forget(PLACE, f"person-{who}")
                gone.append(who)
                left += _left([who], b"".join(file.read_bytes() for file in root.glob("orders.db*")))
                wrong += bool(store.find(PLACE, Query(words=(f"word-{who}",))).heads)
        left += _left(gone, b"".join(file.read_bytes() for file in root.glob("orders.db*")))
        store.backup(root / "copy.db")
        copied = _left(gone, (root / "copy.db").read_bytes())
        there = _left([name for name in versions if name not in gone], (root / "copy.db").read_bytes())
        rows = [json.dumps(row, default=str) for row in export(store)]
        exported = _left(gone, "".join(rows).encode())
        faults = len(store.check())
    return {
        "question": "what is left of persons who were forgotten",
        "persons": persons,
        "forgotten": len(gone),
        "private_records_removed": removed,
        "left_in_file_and_log": left,
        "left_in_backup": copied,
        "left_in_export": exported,
        "still_found": wrong,
        "faults": faults,
        "of_others_there": there,
    }


def main() -> None:
    """Print the figures as JSON; exit 1 when anything was left."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=1000)
    parser.add_argument("--lot", type=int, default=3, help="settle whenever so many orders are late, 0: as it does")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    settle_in(given.lot)
    with tempfile.TemporaryDirectory() as folder:
        found = forget(given.persons, given.seed, Path(folder))
    print(json.dumps(found, ensure_ascii=False, indent=1))
    sys.exit(any(n for name, n in found.items() if name.startswith(("left", "still", "faults"))))


if __name__ == "__main__":
    main()
