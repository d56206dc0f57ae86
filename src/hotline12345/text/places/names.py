"""What people call a division (区划的叫法): its name without what everybody leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PEOPLES = (
    "蒙古族|回族|藏族|维吾尔族|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|傣族|黎族|傈僳族|佤族|畲族|高山族|"
    "拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|阿昌族|普米族|塔吉克族|怒族|"
    "乌孜别克族|俄罗斯族|鄂温克族|德昂族|保安族|裕固族|京族|塔塔尔族|独龙族|鄂伦春族|赫哲族|门巴族|珞巴族|基诺族|各族|"
    "蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔|回|壮"
)
_AUTONOMOUS = re.compile(f"^(?P<stem>.{{2,}}?)(?:{_PEOPLES})+(?P<end>自治区|自治州|自治县|自治旗|民族乡|乡)$")
_ENDS = {
    1: ("特别行政区", "自治区", "省", "市"),
    2: ("自治州", "地区", "盟", "市", "州"),
    3: ("自治县", "自治旗", "林区", "特区", "矿区", "新区", "市", "区", "县", "旗"),
    4: ("街道办事处", "地区办事处", "办事处", "街道", "民族乡", "苏木", "地区", "镇", "乡"),
}
_ZONES = (
    ("高新技术产业开发区", ("高新技术开发区", "高新开发区", "高新区")),
    ("经济技术开发区", ("经济开发区", "经开区", "开发区")),
    ("经济开发区", ("经开区", "开发区")),
    ("工业园区", ("园区",)),
    ("管理区管委会", ("管理区",)),
)
_PROVINCES = re.compile(
    "^(?:河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|贵州|云南|西藏|陕西|甘肃|青海|"
    "宁夏|新疆)(?=.{4,})"
)
_ALIASES = {"内蒙古自治区": ("内蒙",)}


def forms(name: str, level: int) -> Iterator[tuple[str, bool]]:
    """Yield what *name* may be called, and whether that is the name in full.

    Args:
        level: 1 province, 2 city, 3 county or zone, 4 town or subdistrict.
    """
    yield name, True
    short = {stem for stem in _stems(name, level) if len(stem) >= 2 and stem != name}
    for form in sorted(short | set(_ALIASES.get(name, ()))):
        yield form, False


def town_forms(name: str) -> Iterator[tuple[str, bool]]:
    """Yield the same for a town or subdistrict: there are forty thousand, so the common endings are looked at first."""
    yield name, True
    end = name[-2:] if name.endswith("街道") else name[-1]
    stem = name[: -len(end)]
    if len(stem) < 2:
        return
    if end == "街道":
        yield stem, False
        yield stem + "街", False
    elif end == "镇" or (end == "乡" and not name.endswith("族乡")):
        yield stem, False
    elif name.endswith(("族乡", *_ENDS[4])):
        for form in sorted({found for found in _stems(name, 4) if len(found) >= 2} - {name}):
            yield form, False


def _stems(name: str, level: int) -> Iterator[str]:
    found = _AUTONOMOUS.match(name) if "自治" in name or "族乡" in name else None
    if found:
        stem, end = found["stem"], found["end"]
        yield stem
        # 恩施州, 双江县, 鄂温克旗: what is left of the end after the people has gone.
        yield stem + end.removeprefix("自治").removeprefix("民族")
        return
    for end in _ENDS[level]:
        if name.endswith(end):
            stem = name.removesuffix(end)
            yield stem
            if end == "街道" and len(stem) >= 2:
                yield stem + "街"
            if end in ("民族乡", "自治县"):
                yield stem + end[-1]
            break


def zone_forms(name: str, city: str) -> Iterator[tuple[str, bool]]:
    """Yield what a development zone of *city* may be called: with the city and without, long and short."""
    yield name, True
    bare = _PROVINCES.sub("", name)
    stem = city.removesuffix("市").removesuffix("地区")
    bare = bare.removeprefix(city).removeprefix(stem) or bare
    seen = {name}
    for kind, shorter in (*_ZONES, ("区", ()), ("", ())):
        if (kind and bare.endswith(kind)) or not kind:
            base = bare.removesuffix(kind) if kind else bare
            # 经济技术开发: people leave the last character away as well.
            for tail in (kind, kind.removesuffix("区"), *shorter) if kind else ("",):
                for form in (base + tail, stem + base + tail, city + base + tail):
                    if len(form) >= 3 and form not in seen:
                        seen.add(form)
                        yield form, form.startswith(stem) and len(form) > len(stem) + 2
            break
