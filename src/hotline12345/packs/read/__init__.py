"""Reading one edition (读版本): a parsed TOML table becomes a layer; one module a group of tables."""

from .clock import read_overlay
from .edition import read_edition
from .layer import INHERITED, UNKNOWN, Layer

__all__ = ["INHERITED", "UNKNOWN", "Layer", "read_edition", "read_overlay"]
