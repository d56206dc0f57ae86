"""Power cuts and failing disks for stores that write files (断电与磁盘故障).

A small C library (``shim.c``, compiled when asked for) stands between a program and the system calls by which it
writes below one folder.  :class:`PowerLoss` records them and builds what a power cut at any moment could have left;
:mod:`.faults` makes them fail one by one.  Linux with a C compiler.
"""

from __future__ import annotations

from .record import PowerLoss, library

__all__ = ["PowerLoss", "library"]
