"""What click finds wrong with a command line, in Chinese (用法有误); loaded only when something is."""

from __future__ import annotations

import re

import click

_NOT = re.compile(r"'?(?P<value>.*?)'? is not ", re.DOTALL)
_PATH = re.compile(r"'(?P<path>.*)' (?P<what>is a directory|is a file|does not exist)", re.DOTALL)
_EXTRA = re.compile(r"Got unexpected extra arguments? \((?P<words>.*)\)", re.DOTALL)


def in_chinese(error: click.ClickException) -> str:
    """Return the message of *error* in Chinese; what we raised ourselves is Chinese already."""
    if isinstance(error, click.NoSuchOption):
        near = "、".join(error.possibilities or ())
        return f"没有选项 {error.option_name}" + (f"，是否想用 {near}？" if near else "")
    if isinstance(error, click.MissingParameter):
        param = error.param
        what = "参数" if isinstance(param, click.Argument) else "选项"
        return f"缺少{what} {_name(param)}"
    if isinstance(error, click.BadParameter):
        return _bad_value(error)
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 后面要写值" if "requires" in error.message else error.message
    extra = _EXTRA.search(error.format_message())
    return f"多出的参数：{extra['words']}" if extra else error.format_message()


def _bad_value(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    found = _NOT.match(error.message)
    value = f"「{found['value']}」" if found else ""
    if isinstance(kind, click.Choice):
        wanted = "可以写：" + "、".join(str(each) for each in kind.choices)
    elif isinstance(kind, click.IntRange | click.FloatRange):
        wanted = f"应是 {kind.min} 到 {kind.max} 之间的数" if kind.max is not None else f"应不小于 {kind.min}"
    elif kind is click.INT or kind is click.FLOAT:
        wanted = "应是整数" if kind is click.INT else "应是数"
    elif isinstance(kind, click.Path) and (said := _PATH.search(error.message)):
        zh = {"is a directory": "是文件夹，这里要文件", "is a file": "是文件，这里要文件夹", "does not exist": "不存在"}
        return f"{_name(error.param)}：{said['path']} {zh[said['what']]}"
    else:
        return error.format_message()
    return f"{_name(error.param)} 的值{value}有误，{wanted}"


def _name(param: click.Parameter | None) -> str:
    if param is None:
        return ""
    return param.opts[0] if isinstance(param, click.Option) else (param.metavar or param.name or "").upper()
