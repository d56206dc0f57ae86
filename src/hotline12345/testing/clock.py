"""A clock that stands still until it is moved (假时钟)."""

from __future__ import annotations

from datetime import datetime, timedelta


class FakeClock:
    """Call it for the present instant (假时钟); give it to ``Hotline(clock=)`` or whatever takes a clock.

    Args:
        now: the instant to begin at, aware; a string is read as ISO 8601.

    Raises:
        ValueError: the instant is naive.
    """

    def __init__(self, now: datetime | str) -> None:
        self.now = datetime.fromisoformat(now) if isinstance(now, str) else now
        if self.now.tzinfo is None:
            raise ValueError(f"{self.now} is naive: give it an offset, such as +08:00")

    def __call__(self) -> datetime:
        """Return the present instant."""
        return self.now

    def forward(self, **by: float) -> datetime:
        """Move on by so many ``days``, ``hours``, ``minutes`` or ``seconds``, and return the present instant.

        Raises:
            ValueError: that would be backwards.
        """
        step = timedelta(**by)
        if step < timedelta(0):
            raise ValueError(f"a clock does not go back ({step})")
        self.now += step
        return self.now
