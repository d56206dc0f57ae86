"""Where it is (地点): from the text of an address to the administrative division, with candidates and never a guess.

::

    from hotline12345.text.places import locate

    located = locate("南京鼓楼区中央路")
    located.certain.code            # 320106
    locate("鼓楼区").candidates     # four of them: certain is None
"""

from __future__ import annotations

from .fill import located
from .locate import Candidate, Located, locate, locate_many
from .table import Division, Divisions, divisions

__all__ = ["Candidate", "Division", "Divisions", "Located", "divisions", "locate", "locate_many", "located"]
