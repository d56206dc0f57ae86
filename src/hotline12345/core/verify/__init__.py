"""Proof before use (核验): what a policy cannot mean, or would leave undone, found before anybody relies on it.

Shape is the loader's business; this is about meaning.  ``error`` is wrong, ``warning`` is likely not what was
meant, ``note`` is worth knowing.  What a pack does not say it provides is not asked of it.

One module a subject.  Each has ``CODES``, the findings it may make, and ``CHECKS``, the functions that make them:
a new rule's check is one function and its code in one of these files.
"""

from __future__ import annotations

from ..errors import Fault
from ..policy import Policy
from . import clocks, handover, ladder, limits, network, promises, scope, statuses, wording
from .limits import name_of

__all__ = ["CHECKS", "check", "name_of"]

SUBJECTS = (promises, limits, clocks, scope, wording, statuses, handover, ladder, network)

CHECKS: dict[str, tuple[str, str]] = {code: told for subject in SUBJECTS for code, told in subject.CODES.items()}
"""The findings there are (核验发现), by code, in Chinese and English."""


def check(policy: Policy) -> tuple[Fault, ...]:
    """Check what *policy* means (核验办法).

    Args:
        policy: compiled with all its parts; what is ``None`` is not asked about unless the pack promises it.

    Returns:
        Every finding, each with code, severity, place and suggestion; empty when there is nothing to say.
    """
    return tuple(fault for subject in SUBJECTS for each in subject.CHECKS for fault in each(policy))
