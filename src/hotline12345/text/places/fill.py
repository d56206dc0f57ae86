"""A request without an area gets the one its words name (补填区划), where that is certain."""

from __future__ import annotations

from attrs import evolve as change

from hotline12345.core.request import Request

from .locate import locate

NOTE = "hotline12345.located"
"""The key of ``Request.ext`` that says from which field the area was read: the address, or the text."""


def located(request: Request, within: str = "") -> Request:
    """Return *request* with its area filled in from its address, else from its title and text (补填区划).

    Args:
        request: left as it is when it has an area, or when nothing certain lies in *within*.
        within: the division code of the hotline's place: an address elsewhere says nothing of who must act here.
    """
    if request.area:
        return request
    home = within
    while home.endswith("00") and len(home) > 2:
        home = home[:-2]
    for field, words in (("address", request.address), ("text", f"{request.title}\n{request.text}")):
        code = locate(words, within).code if words.strip() else ""
        if code and code.startswith(home) and code != within:
            return change(request, area=code, ext={**request.ext, NOTE: field})
    return request
