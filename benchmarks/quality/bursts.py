"""Is the burst of 2011-08-28 found as it starts, and what else is told?  Prints JSON.

Reads ``boston311_2011q3.csv.gz`` from the folder in ``HOTLINE12345_DATA``: three months in which one storm (28 August)
and no other event of that size is known.  Requests are given one by one in order of time; an alarm is told within the
hour, at the request that reaches the bound.  Every alarm outside 28 to 30 August counts as false here.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import platform
import time
from collections import Counter
from datetime import date
from pathlib import Path

from hotline12345.channels.times import read_time
from hotline12345.text.alike import BurstRule, Message, bursts

ROOT = Path(__file__).resolve().parents[2]
STORM = (date(2011, 8, 28), date(2011, 8, 30))
DAY = STORM[0]
MONTHS = 3


def main() -> None:
    """Print the figures as JSON."""
    folder = Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data")
    with gzip.open(folder / "boston311_2011q3.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [(row["case_enquiry_id"], read_time(row["open_dt"]).at, row["reason"]) for row in csv.DictReader(file)]
    messages = [Message(id_, at=at, category=reason) for id_, at, reason in rows]
    hours = Counter(at.hour for _, at, _ in rows if at.date() == DAY)
    others = Counter((at.date(), at.hour) for _, at, _ in rows if at.weekday() == DAY.weekday() and at.date() != DAY)
    told = {}
    for alpha in (1e-3, BurstRule().alpha, 1e-5, 1e-6):
        begin = time.process_time()
        alarms = bursts(messages, BurstRule(alpha=alpha))
        spent = time.process_time() - begin
        storm = [alarm for alarm in alarms if STORM[0] <= alarm.at.date() <= STORM[1]]
        told[f"{alpha:g}"] = {
            "storm": [f"{alarm.at:%Y-%m-%d %H:%M:%S}" for alarm in storm],
            "storm_at": [alarm.reached for alarm in storm],
            "expected": [round(alarm.expected, 2) for alarm in storm],
            "false": [f"{a.at:%Y-%m-%d %H:%M} {a.reached} for {a.expected:.1f}" for a in alarms if a not in storm],
            "false_a_month": round((len(alarms) - len(storm)) / MONTHS, 2),
            "cpu_seconds": round(spent, 2),
        }
    by = bursts(messages, by=lambda message: message.category)
    shown = range(6, 12)
    figures = {
        "requests": len(rows),
        "by_alpha": told,
        "default_alpha": BurstRule().alpha,
        "storm_by_hour": {f"{hour:02d}": hours[hour] for hour in shown},
        "most_in_that_hour_on_any_other_sunday": {
            f"{hour:02d}": max(count for (_, other), count in others.items() if other == hour) for hour in shown
        },
        "by_reason": [f"{a.at:%Y-%m-%d %H:%M} {a.key or 'all'} {a.reached} for {a.expected:.1f}" for a in by],
        "python": platform.python_version(),
    }
    print(json.dumps(figures, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
