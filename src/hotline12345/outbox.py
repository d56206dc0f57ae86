"""Following the log (顺序消费): whoever sends, indexes or reports reads the feed from where it left off."""

from __future__ import annotations

from collections.abc import Callable

from .core.errors import PluginError
from .stores.port import Fed, Store


def drain(
    store: Store, reader: str, handle: Callable[[Fed], object], *, place: str | None = None, limit: int = 1000
) -> int:
    """Hand the records that *reader* has not seen to *handle*, in commit order, at least once (顺序消费).

    At most *limit* records are handled in one call, so that a handler that writes orders itself does
    not run for ever; call again until 0 comes back.  The cursor is advanced **once, when the call
    ends** — also when *handle* raises, to just before the record that failed.  A process that is
    killed in between hands the same records out again: *handle* must bear seeing a record twice
    (``Fed.position`` tells them apart).

    Args:
        reader: the name of the cursor; readers of different places need different names.
        handle: called with each record; what it returns is ignored.
        place: only records of this place; ``None`` follows all places.
        limit: how many records at most.

    Returns:
        How many records were handled; 0 when nothing new was given.  What a transaction under way on a server holds
        back comes in a later call.

    Raises:
        PluginError: ``handler-failed`` with ``facts["position"]``, from the handler's own exception;
            the records before are done, the record itself and those behind it are not.
    """
    start = done = store.cursor(reader)
    count = 0
    try:
        for fed in store.feed(start, limit, place):
            try:
                handle(fed)
            except Exception as cause:
                raise _failed(reader, fed, cause) from cause
            done = fed.position
            count += 1
    finally:
        if done > start:
            store.advance(reader, done)
    return count


def _failed(reader: str, fed: Fed, cause: Exception) -> PluginError:
    record = fed.record
    what = f"{record.place}/{record.number} {record.kind} v{record.version}"
    return PluginError(
        f"「{reader}」处理第 {fed.position} 条记录（{what}）时出错：{type(cause).__name__}: {cause}",
        f"{reader!r} failed at position {fed.position} ({what}): {type(cause).__name__}: {cause}",
        code="handler-failed",
        hint="该记录及其后的记录都没有跳过；排除原因后再次运行即从该处继续",
        hint_en="nothing was skipped: mend the cause and run again, it goes on from there",
        reader=reader,
        position=fed.position,
        place=record.place,
        number=record.number,
    )
