"""Which days count (工作日历): rest days, make-up workdays, and where knowledge ends.

``workcalendar`` answers; ``almanac`` holds what the notices said, ``projection`` what the law says of years not yet
announced, ``lunar`` the feasts that move, ``overlay`` what a place or a newer notice adds.
"""

from .workcalendar import CST, DEFAULT_WINDOWS, DayFact, Overlay, OverlayDay, WorkCalendar, local, overlay_from_table

__all__ = ["CST", "DEFAULT_WINDOWS", "DayFact", "Overlay", "OverlayDay", "WorkCalendar", "local", "overlay_from_table"]
