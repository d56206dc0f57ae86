"""Without the extra, what needs it says so in our words."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["bulk", "due", "trie"])
def test_without_numpy_the_bulk_functions_name_the_extra(module: str):
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "from hotline12345 import PluginError\n"
        f"try:\n import hotline12345.fast.{module}\n"
        "except PluginError as error: print(error.code)\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "missing-extra"
