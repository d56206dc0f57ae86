"""The skeleton of a new pack (新政策包): what a city fills in, with a word on each part; it passes the check."""

from __future__ import annotations

import re
from pathlib import Path

from ..core.errors import RequestError
from ..core.routing.grades import area_key

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")

EDITION = """\
# {title}
#
# 一个文件是一个版本，文件名就是生效日（如 2027-01-01.toml）；生效日不详的叫 unknown.toml。
# One file is one edition, named by the day it takes force (2027-01-01.toml); unknown.toml where that is not known.
# 检查 check:  hotline12345 pack check {name}

title = "{title}"
place = "{place}"                # 行政区划代码 division code
effective = "unknown"            # 生效日，如 2027-01-01（同时改文件名）the day it takes force
extends = "{extends}"                   # 上级：没有写到的都照它 whatever is not said here is said there
sources = []                     # 文号 documents: ["×政办发〔2027〕1号"]
provides = ["limits", "rules", "routes"]

# ── 时限 limits ──
# 写法 write: 5wd 工作日、7d 自然日、24h、20min、4wh 工作小时；没有规定的写 "none"。
# basis 必填：条款；没有出处的写 "library default"，不要把自拟的数字写成规定。
# basis is needed: the article, or "library default" where no source gives the number.

[[limit]]
stage = "办理"
limit = "none"
basis = "library default"

# [[limit]]
# kind = ["投诉", "举报"]
# limit = "5wd"
# start = "dispatched"           # 起算 dispatched 派单 | received 收件 | signed 签收
# basis = "×政办发〔2027〕1号 第十条"

# ── 环节 steps ──

# [send_back]
# window = "24h"                 # 签收后多久内可以退单 how long after signing a unit may send back
# basis = "×政办发〔2027〕1号 第十二条"

# [extension]
# most = 1
# longest = "5wd"
# basis = "×政办发〔2027〕1号 第十三条"

# ── 派单 routes：单位在 units.csv，目录在 catalogue.csv ──

[routing]
centre = "{place}-12345"

# ── 用例 cases：用写规定的人的话证明规则 prove the rules in the words of those who wrote them ──

[[case]]
what = "投诉没有期限"
kind = "投诉"
limit = "none"

[[case]]
what = "物业事项有人承办"
category = "城乡建设/物业管理"
area = "{place}"
unit = "{place}-office"
"""
UNITS = """\
code,name,grade,parent,area,phone,source
{place},{land},{grade},,{place},,library default
{place}-12345,{land}12345热线,centre,{place},{place},12345,library default
{place}-office,{land}办公室,department,{place},{place},,library default
"""
CATALOGUE = """\
category,area,unit,role,basis,since,until
,{place},{place}-office,lead,library default,,
"""


def write_pack(folder: Path, name: str, title: str, extends: str = "cn", place: str = "000000") -> Path:
    """Write the skeleton of the pack *name* into *folder* (写政策包骨架).

    Args:
        folder: where packs are kept; made if need be.
        name: lower-case letters, digits and hyphens.
        title: what people call the hotline's place.
        extends: the parent pack.
        place: the division code.

    Returns:
        The new pack's folder.

    Raises:
        RequestError: ``bad-name``, ``bad-place``, ``pack-exists``.
    """
    if not _NAME.fullmatch(name):
        raise RequestError(
            f"政策包名称「{name}」有误",
            f"{name!r} is no name for a pack",
            code="bad-name",
            hint="小写字母开头，只含小写字母、数字、连字符，不超过 32 个字符",
            hint_en="a lower-case letter, then lower-case letters, digits and hyphens; 32 characters at most",
        )
    if len(place) != 6 or area_key(place) is None:
        zh, en = f"区划代码「{place}」有误", f"bad division code {place!r}"
        raise RequestError(zh, en, code="bad-place", hint="六位数字，例如 210100", hint_en="six digits, such as 210100")
    target = folder / name
    if target.exists():
        zh, en = f"{target} 已经存在", f"{target} exists already"
        raise RequestError(
            zh, en, code="pack-exists", hint="换一个名称或文件夹", hint_en="choose another name or folder"
        )
    target.mkdir(parents=True)
    grade = "province" if place.endswith("0000") else "city" if place.endswith("00") else "county"
    plain = " ".join(title.replace('"', "").replace("\\", "").replace(",", "，").split()) or name
    land = re.sub(r"12345.*$", "", plain).strip() or name  # people title the hotline, and units.csv names the place
    words = {"name": name, "title": plain, "land": land, "extends": extends, "place": place, "grade": grade}
    for file, text in (("unknown.toml", EDITION), ("units.csv", UNITS), ("catalogue.csv", CATALOGUE)):
        (target / file).write_text(text.format(**words), encoding="utf-8", newline="\n")
    return target
