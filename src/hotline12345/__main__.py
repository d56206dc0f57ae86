"""``python -m hotline12345`` is the same as the command ``hotline12345``."""

from .cli import main

main()
