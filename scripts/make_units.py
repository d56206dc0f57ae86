"""Write ``units.csv`` and ``catalogue.csv`` of the seed places (生成种子地区的单位表和派单目录).

    python scripts/make_units.py --divisions DIR [--packs src/hotline12345/packs]

Governments come from the public division codes in DIR:

- ``areacodes_history_1981_on.csv``: codes of county level and above, compiled from the Ministry of Civil Affairs'
  publications by github.com/yescallop/areacodes (CC0 1.0), ``result.csv`` of 2025-11-04; only codes in use are taken.
- ``streets.csv.gz``: codes of towns and subdistricts as the National Bureau of Statistics publishes them, for the
  city a pack belongs to; read 2026-11.

No official dispatch catalogue (派单目录) or list of departments was found for these places.  Departments, service
enterprises, sub-centres and what they claim are this library's illustration, marked ``library default``: a place that
adopts a pack replaces them by its own.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

UNIT_COLUMNS = ("code", "name", "grade", "parent", "area", "phone", "source")
CLAIM_COLUMNS = ("category", "area", "unit", "role", "basis", "since", "until")
CODES = "division codes"
OURS = "library default"
Row = tuple[str, ...]

CATEGORIES = [
    "城乡建设",
    "党务政务",
    "国土资源",
    "环境保护",
    "纪检监察",
    "交通运输",
    "经济管理",
    "科技与信息产业",
    "民政",
    "农村农业",
    "商贸旅游",
    "卫生计生",
    "政法",
    "教育文体",
    "劳动和社会保障",
]

# slug: name in a city, name in a province, what it leads
DEPARTMENTS: dict[str, tuple[str, str, str]] = {
    "housing": ("住房和城乡建设局", "住房和城乡建设厅", "城乡建设 城乡建设/物业管理"),
    "urban": ("城市管理综合行政执法局", "", "城乡建设/城市管理 城乡建设/市政设施 城乡建设/园林环卫"),
    "fund": ("住房公积金管理中心", "", "城乡建设/住房公积金"),
    "office": ("人民政府办公室", "人民政府办公厅", "党务政务"),
    "organisation": ("委组织部", "委组织部", "党务政务/党的建设"),
    "publicity": ("委宣传部", "委宣传部", "党务政务/宣传舆论"),
    "ethnic": ("民族和宗教事务局", "民族宗教事务委员会", "党务政务/民族宗教"),
    "service": ("政务服务管理局", "数据资源管理局", "党务政务/政务服务 经济管理/企业服务"),
    "natural": ("自然资源局", "自然资源厅", "国土资源 城乡建设/城乡规划"),
    "weather": ("气象局", "气象局", "国土资源/气象地震"),
    "ecology": ("生态环境局", "生态环境厅", "环境保护"),
    "discipline": ("纪律检查委员会监察委员会", "纪律检查委员会监察委员会", "纪检监察"),
    "transport": ("交通运输局", "交通运输厅", "交通运输"),
    "reform": ("发展和改革委员会", "发展和改革委员会", "经济管理"),
    "finance": ("地方金融管理局", "地方金融管理局", "经济管理/金融"),
    "safety": ("应急管理局", "应急管理厅", "经济管理/安全生产"),
    "assets": ("国有资产监督管理委员会", "国有资产监督管理委员会", "经济管理/国资监管"),
    "industry": ("工业和信息化局", "工业和信息化厅", "科技与信息产业"),
    "science": ("科学技术局", "科学技术厅", "科技与信息产业/科学技术"),
    "civil": ("民政局", "民政厅", "民政"),
    "veterans": ("退役军人事务局", "退役军人事务厅", "民政/优抚安置"),
    "disabled": ("残疾人联合会", "残疾人联合会", "民政/残疾人福利"),
    "agriculture": ("农业农村局", "农业农村厅", "农村农业"),
    "forestry": ("林业和草原局", "林业局", "农村农业/林业管理"),
    "water": ("水务局", "水利厅", "农村农业/农田水利 农村农业/水库移民"),
    "market": (
        "市场监督管理局",
        "市场监督管理局",
        "商贸旅游 科技与信息产业/知识产权 卫生计生/食品安全 卫生计生/药品监管",
    ),
    "commerce": ("商务局", "商务厅", "商贸旅游/商业贸易"),
    "culture": ("文化旅游和广播电视局", "文化和旅游厅", "商贸旅游/旅游管理 教育文体/文化 教育文体/文物管理"),
    "health": ("卫生健康委员会", "卫生健康委员会", "卫生计生"),
    "police": ("公安局", "公安厅", "政法"),
    "justice": ("司法局", "司法厅", "政法/法律服务 政法/仲裁调解 政法/行政复议 政法/刑罚执行"),
    "politics-law": ("委政法委员会", "委政法委员会", "政法/诉讼执行"),
    "fire": ("消防救援支队", "消防救援总队", "政法/消防"),
    "education": ("教育局", "教育厅", "教育文体"),
    "sports": ("体育局", "体育局", "教育文体/体育"),
    "labour": ("人力资源和社会保障局", "人力资源和社会保障厅", "劳动和社会保障"),
    "medical-insurance": ("医疗保障局", "医疗保障局", "劳动和社会保障/医疗保险"),
    "petition": ("信访局", "信访局", ""),
}
SERVICES = {
    "water-supply": ("供水企业", "城乡建设/供水"),
    "power-supply": ("供电企业", "城乡建设/供电"),
    "gas-supply": ("供气企业", "城乡建设/供气"),
    "heat-supply": ("供热企业", "城乡建设/供热"),
}
CITIES = {
    "anyang": "410500",
    "beijing": "110000",
    "bengbu": "340300",
    "jinan": "370100",
    "liaoyuan": "220400",
    "shenyang": "210100",
    "weifang": "370700",
    "wuhu": "340200",
}
# 皖政办秘〔2021〕109号 art. 3 names these five.
SUBCENTRES = {
    "tax": ("税务分中心", "12366", "经济管理/税务"),
    "post": ("邮政分中心", "12305", "交通运输/邮政快递"),
    "customs": ("海关分中心", "12360", "商贸旅游/海关"),
    "tobacco": ("烟草分中心", "12313", "商贸旅游/烟草专卖"),
    "immigration": ("移民管理分中心", "12367", "政法/出入境管理"),
}
ASSISTS = {
    "城乡建设/供水": "housing",
    "城乡建设/供气": "housing",
    "城乡建设/供热": "housing",
    "城乡建设/供电": "reform",
    "环境保护/噪音污染": "urban",
    "劳动和社会保障/农民工欠薪": "housing",
}
# Where a department claims the same, it leads and the district assists (潍坊条例 art. 24); elsewhere the longer
# claim of the district holds.
DISTRICTS = [
    "城乡建设/物业管理",
    "城乡建设/园林环卫",
    "城乡建设/村镇建设",
    "民政/社区建设",
    "农村农业/村务管理",
    "农村农业/宅基地",
]
EMERGENCIES = (("110", "公安报警"), ("119", "火警"), ("120", "急救中心"), ("122", "交通事故报警"))


def main(argv: Sequence[str] | None = None) -> None:
    """Write the tables of every seed place."""
    parser = argparse.ArgumentParser(description="write units.csv and catalogue.csv of the seed places")
    parser.add_argument("--divisions", type=Path, required=True, help="folder with the division codes")
    parser.add_argument("--packs", type=Path, default=Path("src/hotline12345/packs"), help="folder of the packs")
    options = parser.parse_args(argv)
    names = divisions(options.divisions)
    basis = "国办发〔2020〕53号"
    write(options.packs / "cn", [emergency(*e) for e in EMERGENCIES], None)
    for place, code in CITIES.items():
        units, claims = city(names, code, towns(options.divisions, code), basis)
        write(options.packs / place, units, claims)
    write(options.packs / "anhui", *province(names, "340000", "皖政办秘〔2021〕109号 第三条"))


def divisions(folder: Path) -> dict[str, str]:
    """Return the codes in use, from province to county, with their names."""
    with (folder / "areacodes_history_1981_on.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["代码"]: row["名称"] for row in csv.DictReader(file) if row["状态"] == "在用"}


def towns(folder: Path, city: str) -> dict[str, str]:
    """Return the towns and subdistricts of *city*; zones that only statistics treat as such are left out."""
    with gzip.open(folder / "streets.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["cityCode"].startswith(within(city))]
    return {
        row["code"]: row["name"]
        for row in rows
        if re.search("(街道|镇|乡)$", row["name"]) and not re.search("特殊|开发区|园区|农场|牧场", row["name"])
    }


def within(city: str) -> str:
    """Return how the codes of everything in *city* begin; a municipality is a province and a city in one."""
    return city[:2] if city.endswith("0000") else city[:4]


def emergency(number: str, name: str) -> Row:
    return (number, f"{number}{name}", "emergency", "", "", number, "国办发〔2020〕53号")


def governments(names: dict[str, str], code: str) -> list[Row]:
    """Return the province *code* lies in, with all its cities and counties."""
    head = code[:2]
    top = head + "0000"
    rows: list[Row] = [(top, names[top], "province", "", top, "", CODES)]
    for each, name in sorted(names.items()):
        if not each.startswith(head) or each == top:
            continue
        city = each[:4] + "00"
        if each == city:
            rows.append((each, name, "city", top, each, "", CODES))
        else:
            # A county that belongs to no city stands under the province itself.
            rows.append((each, name, "county", city if city in names else top, each, "", CODES))
    return rows


def hotline(name: str, code: str, parent: str) -> Row:
    return (f"{code}-12345", f"{name}12345政务服务便民热线", "centre", parent, code, "12345", OURS)


def offices(name: str, code: str, provincial: bool, basis: str) -> tuple[list[Row], list[Row]]:
    """Return departments and sub-centres of the government *code*, and what they lead."""
    units: list[Row] = []
    claims: list[Row] = []
    for slug, (in_city, in_province, leads) in DEPARTMENTS.items():
        title = in_province if provincial else in_city
        if title:
            units.append((f"{code}-{slug}", name + title, "department", code, code, "", OURS))
            claims += [claim(category, code, f"{code}-{slug}") for category in leads.split()]
    for slug, (title, phone, leads) in SUBCENTRES.items():
        units.append((f"{code}-{slug}", name + title, "sub-centre", f"{code}-12345", code, phone, OURS))
        claims += [claim(category, code, f"{code}-{slug}", basis=basis) for category in leads.split()]
    return units, claims


def claim(category: str, area: str, unit: str, role: str = "lead", basis: str = OURS) -> Row:
    return (category, area, unit, role, basis, "", "")


def city(names: dict[str, str], code: str, below: dict[str, str], basis: str) -> tuple[list[Row], list[Row]]:
    """Return units and claims of the city *code*: its own offices and districts under it, with their towns."""
    name, top = names[code], code[:2] + "0000"
    units = [*governments(names, code), *(hotline(names[each], each, each) for each in dict.fromkeys((top, code)))]
    more, claims = offices(name, code, False, basis)
    units += more
    for slug, (title, category) in SERVICES.items():
        units.append((f"{code}-{slug}", name + title, "service", code, code, "", OURS))
        claims.append(claim(category, code, f"{code}-{slug}"))
    claims += [claim(category, code, f"{code}-{slug}", "assist") for category, slug in ASSISTS.items()]
    districts = [each for each in sorted(names) if each.startswith(within(code)) and each != code]
    claims += [claim(category, district, district) for category in DISTRICTS for district in districts]
    # Development zones have codes with statistics alone: what lies in them stands under no government here.
    governed = {town: title for town, title in below.items() if town[:6] in names}
    units += [(town, title, "town", town[:6], town, "", CODES) for town, title in sorted(governed.items())]
    return units, claims


def province(names: dict[str, str], code: str, basis: str) -> tuple[list[Row], list[Row]]:
    """Return units and claims of the province *code*: the hub hands to its cities' hotlines (皖政办秘〔2021〕65号)."""
    name = names[code]
    centre = hotline(name, code, code)
    units = [*governments(names, code), centre]
    more, claims = offices(name, code, True, basis)
    units += more
    led = list(dict.fromkeys([*CATEGORIES, *(row[0] for row in claims if row[2].split("-", 1)[1] not in SUBCENTRES)]))
    for each in sorted(each for each in names if each.startswith(code[:2]) and each[4:] == "00" and each != code):
        units.append(hotline(names[each], each, centre[0]))
        claims += [claim(category, each, f"{each}-12345", basis="皖政办秘〔2021〕65号") for category in led]
    return units, claims


def write(folder: Path, units: Iterable[Row], claims: Iterable[Row] | None) -> None:
    """Write the tables of one pack."""
    folder.mkdir(parents=True, exist_ok=True)
    table(folder / "units.csv", UNIT_COLUMNS, units)
    if claims is not None:
        table(folder / "catalogue.csv", CLAIM_COLUMNS, claims)


def table(path: Path, heading: Row, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
