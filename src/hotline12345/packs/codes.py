"""The codes of faults in packs (错误代码): one place that knows them all; docs/packs.md lists them, a test compares.

What the calculators' own readers find (classification rules, units, catalogue, overlays, scoring) keeps their codes.
"""

from __future__ import annotations

FAULTS: dict[str, tuple[str, str]] = {
    # files
    "no-editions": ("文件夹里没有任何版本", "the folder holds no edition"),
    "unreadable": ("文件读不了", "the file cannot be read"),
    "not-utf8": ("文件不是 UTF-8（CSV 也可用 GB18030）", "the file is not UTF-8 (CSV may be GB18030 as well)"),
    "toml-syntax": ("TOML 语法错误", "broken TOML"),
    "name-mismatch": ("文件名与生效日不一致", "the file is not named by its effective day"),
    "duplicate-edition": ("两个文件是同一版本", "two files are the same edition"),
    "place-differs": ("各版本的区划不一致", "the editions name different places"),
    "missing-file": ("缺少配套文件", "a file that is needed beside the edition is missing"),
    # shape
    "unknown-key": ("不认识的键", "an unknown key"),
    "unknown-table": ("不认识的表", "an unknown table"),
    "wrong-type": ("值的类型不对", "a value of the wrong type"),
    "missing-key": ("缺少必需的键", "a key that is needed is missing"),
    "missing-basis": ("没有写依据", "no basis is given"),
    "empty-text": ("文字为空", "an empty text"),
    "unknown-value": ("不认识的取值", "a value that is not among the possible ones"),
    # values
    "bad-date": ("日期有误", "a bad date"),
    "bad-time": ("时刻有误", "a bad time of day"),
    "bad-windows": ("办公时段有误", "bad service windows"),
    "bad-place": ("区划代码有误", "a bad division code"),
    "bad-limit": ("时限有误", "a bad time limit"),
    "bad-code": ("代码的写法有误", "a code that is not written as one"),
    "bad-percent": ("百分数有误", "a bad percentage"),
    "bad-count": ("次数有误", "a bad count"),
    "naive-time": ("时间没有时区", "a time without an offset"),
    "unknown-stage": ("没有这个环节", "there is no such stage"),
    "unknown-kind": ("没有这个诉求类型", "there is no such kind"),
    "unknown-level": ("没有这个来源层级", "there is no such level of government"),
    "unknown-urgency": ("没有这个紧急程度", "there is no such urgency"),
    "unknown-category": ("类目表中没有这个类别", "there is no such category in the catalogue"),
    # meaning within one edition
    "duplicate-limit": ("同一对象的时限写了两次", "two limits for the same selectors"),
    "duplicate-code": ("代码重复", "a code appears twice"),
    "duplicate-level": ("同一满意度档次写了两次", "a level of satisfaction appears twice"),
    "empty-scope": ("受理范围规则没有任何条件", "a scope rule that matches nothing"),
    "bad-share": ("抽样比例有误", "a bad share of a sample"),
    "bad-rung": ("督办阶梯的一级自相矛盾", "a rung of the ladder contradicts itself"),
    "unknown-party": ("没有这个督办责任方", "there is no such party to supervision"),
    "bad-case": ("用例写得不完整", "a case that asks or expects nothing"),
    "unknown-unit": ("没有这个单位", "there is no such unit"),
    "no-centre": ("有单位表却没有指明热线工作机构", "there are units but no centre"),
    # parents
    "unknown-parent": ("没有这个上级政策包", "there is no such parent pack"),
    "unknown-parent-edition": ("上级政策包没有这个版本", "the parent has no such edition"),
    "extends-cycle": ("政策包互相继承", "packs extend one another in a circle"),
}
"""Faults found while loading (加载时的错误)."""
