"""A city's pack as an installable plug-in (可安装的城市政策包).

    python examples/03_city_pack_plugin/run.py

It needs no installation: what ``pip install`` would leave in the environment is written into a temporary folder,
so that the library finds the pack by its entry point, as it finds a stranger's.
"""

from __future__ import annotations

import sys
import tomllib
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hotline12345 import Actor, Hotline, Kind, Request, load_pack
from hotline12345.packs import check_pack, pack_names

HERE = Path(__file__).resolve().parent


def installed(folder: Path) -> None:
    """Leave in *folder* what pip leaves: the distribution's name, version and entry points."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head, encoding="utf-8")
    groups = project["entry-points"].items()
    lines = [f"[{group}]\n" + "\n".join(f"{name} = {value}" for name, value in of.items()) for group, of in groups]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.path[:0] = [str(folder), str(HERE / "src")]


def main() -> None:
    """Check the pack, then run an order under it."""
    if "example-city" not in pack_names():
        with TemporaryDirectory() as folder:
            installed(Path(folder))
            show()
    else:
        show()


def show() -> None:
    """Show what the pack does."""
    print("政策包：", "、".join(pack_names()))

    faults = check_pack("example-city")
    for fault in faults:
        print(f"  {fault.severity}: {fault.text('zh')}")
    assert not [fault for fault in faults if fault.severity == "error"]
    policy = load_pack("example-city").newest
    print(f"{policy.title}，{policy.edition} 版，用例 {len(policy.cases)} 个全部通过")

    now = datetime.fromisoformat("2026-03-02T11:00:00+08:00")
    hotline = Hotline("example-city", clock=lambda: now)
    request = Request(received=now, text="路灯坏了三天没人修", kind=Kind.COMPLAINT, area="990101")
    order = hotline.receive(request, by=Actor.parse("agent@990100-12345/li"))
    print(f"{order.category} → {policy.unit_name(order.holder)}")
    lead = order.lead
    assert lead is not None
    for clock in (lead.sign, lead.handle):
        assert clock is not None
        due = clock.deadline
        print(f"{clock.stage.zh}：{due.limit.zh if due.limit else '没有规定'}，{due.at:%m-%d %H:%M} 之前")


if __name__ == "__main__":
    main()
