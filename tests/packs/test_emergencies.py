"""Emergencies in people's own words: what must go at once, and what would be turned away if it went."""

from __future__ import annotations

import pytest

from hotline12345.core.classify import classify
from hotline12345.core.request import Urgency
from hotline12345.packs import load_pack

AT_ONCE = [
    ("110", "楼上有人站在天台边上要往下跳"),
    ("110", "我老公在打我，我现在躲在卫生间"),
    ("110", "丈夫正在打我和孩子，快来人"),
    ("110", "有人拿着刀在学校门口晃"),
    ("110", "有人持刀砍人，快打我电话"),
    ("119", "这里经常有人溺水，现在家里着火了快来"),
    ("110", "半夜有人砸我家门，我很害怕"),
    ("110", "商场里小孩不见了，快帮我找"),
    ("119", "孩子掉进河里了快来救人"),
    ("119", "单元楼三楼冒黑烟，好像烧起来了"),
    ("119", "仓库着大火了"),
    ("119", "我被关在电梯里了，按铃没人应"),
    ("119", "电梯突然停了，里面困了三个人"),
    ("119", "化工厂泄漏氯气，村民呛得喘不过气"),
    ("119", "桥要塌了"),
    ("120", "隔壁老太太摔倒了起不来，一直流血"),
    ("120", "老人突然倒地没有意识了"),
    ("120", "小孩误食老鼠药"),
    ("122", "高速上发生追尾，有人卡在车里"),
    ("122", "路口刚出了交通事故，有人受伤躺在地上"),
]
NOT_AT_ONCE = [
    "这个路口经常发生车祸，希望装红绿灯",
    "水库经常有人溺水，要装护栏",
    "希望在河边增设防溺水警示牌",
    "学校要求签防溺水承诺书",
    "想咨询一下溺水急救培训在哪里报名",
    "村里老人溺水身亡，家属要求赔偿",
    "工地有人触电死亡，公司瞒报",
    "村里发生火灾后重建补贴怎么申请",
    "请问发生火灾后多久能出认定书",
    "燃气公司通知说要检查燃气泄漏",
    "多年前煤气中毒留下后遗症能办残疾证吗",
    "对方一直在打我电话骚扰",
    "物业没有意识到问题的严重",
    "电梯隔三差五坏，老人小孩经常关在电梯里",
    "手机掉进河里了怎么打捞",
    "火锅店着火锅底料味道太大扰民",
]


@pytest.mark.parametrize(("number", "text"), AT_ONCE)
def test_what_is_happening_now_goes_to_its_number_at_once(number: str, text: str) -> None:
    rules = load_pack("cn").newest.rules
    assert rules is not None
    answer = classify(rules, "", text)
    assert (answer.urgency, answer.refer) == (Urgency.EMERGENCY, number)


@pytest.mark.parametrize("text", NOT_AT_ONCE)
def test_what_is_past_or_of_every_day_stays_with_the_hotline(text: str) -> None:
    rules = load_pack("cn").newest.rules
    assert rules is not None
    assert classify(rules, "", text).urgency is not Urgency.EMERGENCY
