"""What is plain to see (一望而知): the certain division of a text whose names need no weighing.

It says what :mod:`.weigh` says, or nothing: the tests hold the two beside each other.  Only where a place is said
twice, in two forms (辽阳辽阳市灯塔), it is sure where weighing is not.
"""

from __future__ import annotations

from operator import attrgetter

from .mentions import Found
from .table import FULL, Called, Name


def plain(found: list[Found], home: str) -> str | None:
    """Return the code that is certain ("" for none) where that is plain to see; ``None`` where it must be weighed.

    It is plain where no names cross and the lowest of them lies in all the others: whoever lacks a name lacks its
    worth, and has it against them.
    """
    places = [name.keys for _, _, name in found if name.places]
    somewhere = sum(places, ()) if len(places) != 1 else places[0]
    end, named = 0, []
    own: Name | None = None
    for start, stop, name in found:
        # A town that lies in nothing else that is named is a road's name, or chance.
        if name.places or name.full or name.lies_in(somewhere):
            if start < end:
                return None
            end = stop
            if not (name.places or name.full or len(places) < 2 or all(map(name.lies_in, places))):
                continue  # nor one that lies in some of it only
            named.append(name)
            if own is None or name.top >= own.top:
                own = name
    if own is None:
        return ""
    # A name that is said twice may mean two things: 新乡新乡.
    return _lowest(own, named, home) if len(set(named)) == len(named) else None


def _lowest(own: Name, named: list[Name], home: str) -> str | None:
    fits = own.whose
    for name in named:
        if name is not own:
            keys = name.keys
            if name.lies_in(own.keys):
                return None
            fits = [called for called in fits if called.key.startswith(keys)]
    if len(fits) > 1:
        fits = _topmost(fits)
    if home or not fits or any(map(_until, fits)):
        found = fits[0] if len(fits) == 1 else None
        settled = found is not None and found.worth >= FULL and found.key.startswith(home) and not found.division.until
        return found.division.code if found is not None and settled else None
    if len(fits) > 1:
        alike = len({(called.worth, called.level) for called in fits}) == 1
        return "" if alike and fits[0].level < 4 else None
    one = fits[0]
    if one.worth >= FULL or (one.level < 4 and len(named) > 1):
        return one.division.code
    if one.level < 4:
        return ""
    if own.places:
        return None  # elsewhere it is more than a town
    rest = [name for name in named if name is not own]  # the town is a guess; what it lies in may be none
    code = _lowest(max(rest, key=_top), rest, home) if rest else ""
    return code if code or len(rest) < 2 else None


def _topmost(fits: list[Called]) -> list[Called]:
    """Leave away what lies in the first of them: its former codes, and the towns that are called like it."""
    first = fits[0]
    if first.division.until:
        return fits
    held = all(called.now.startswith(first.key) and called.worth <= first.worth for called in fits)
    return fits[:1] if held else fits


_top, _until = attrgetter("top"), attrgetter("division.until")
