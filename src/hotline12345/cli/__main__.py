"""``python -m hotline12345.cli`` is the same as ``hotline12345``."""

from . import main

main()
