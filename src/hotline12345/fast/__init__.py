"""What the ``fast`` extra speeds up (加速): native matchers and bulk work, with the same answers as core.

numpy and automata live here and never in core; core takes them by injection.  Nothing is imported
before it is asked for.
"""

from __future__ import annotations

from hotline12345.core.errors import PluginError


def missing(package: str) -> PluginError:
    """Return the error that says which part of the extra is not installed (缺少加速组件)."""
    return PluginError(
        f"没有安装 {package}",
        f"{package} is not installed",
        code="missing-extra",
        hint='pip install "hotline12345[fast]"，或使用纯 Python 的函数',
        hint_en='pip install "hotline12345[fast]", or use the pure functions',
    )
