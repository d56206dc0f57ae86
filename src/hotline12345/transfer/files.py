"""Exports as files (导出文件): NDJSON (also gzipped) with the standard library, Parquet with the extra ``parquet``."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Iterator
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Any

from ..core.errors import PluginError, RequestError, StoreError
from ..stores._folder import settle
from ..stores._rules import shown
from ..stores._text import dumps
from .refusals import bad_export
from .rows import Row

BATCH = 10_000


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write *rows* to a new file that only its owner reads; it is there whole or not at all.

    Raises:
        RequestError: ``file-exists``, ``no-such-file``.
        StoreError: ``full``, or ``io``, where the disk does not take it; what was written so far is removed.
        PluginError: ``missing-extra`` for Parquet without pyarrow.
    """
    refuse_existing(path)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        made = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        with os.fdopen(made, "wb") as file:
            (_write_parquet if _is_parquet(path) else _write_lines)(path, file, rows)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        settle(path.parent)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        draft.unlink(missing_ok=True)


def write_left_out(path: Path, broken: Iterable[StoreError]) -> None:
    """Write the orders that an export leaves out to a new file, a line of JSON each, with why and what to do.

    Raises:
        RequestError: ``file-exists``, ``no-such-file``.
    """
    refuse_existing(path)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            for each in broken:
                place, number = map(shown, each.facts["order"])
                told = {"place": place, "number": number, "code": each.code, "zh": each.zh, "en": each.en}
                file.write(dumps({**told, "hint_zh": each.hint_zh, "hint_en": each.hint_en}) + "\n")
    except OSError as error:
        raise _unreadable(path, error) from error


def refuse_existing(path: Path) -> None:
    """Raise ``file-exists`` where there is something."""
    if path.exists():
        raise RequestError(
            f"文件已存在：{path}",
            f"the file exists: {path}",
            code="file-exists",
            hint="换一个文件名，或先移走它",
            hint_en="give another name or move it away",
        )


def read(path: Path) -> Iterator[Row]:
    """Yield the rows of a file.

    Raises:
        RequestError: ``no-such-file``.
        StoreError: ``bad-export`` for what is no export.
        PluginError: ``missing-extra``.
    """
    try:
        yield from _read_parquet(path) if _is_parquet(path) else _read_lines(path)
    except (OSError, EOFError) as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise bad_export("不是文本", "it is no text") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise bad_export(f"读不懂：{error}", f"cannot be read: {error}") from error


def _is_parquet(path: Path) -> bool:
    return path.suffix == ".parquet"


def _write_lines(path: Path, file: Any, rows: Iterable[Row]) -> None:
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) if path.suffix == ".gz" else _Left(file) as out:
        for row in rows:
            out.write(_line(row).encode("utf-8"))


class _Left:
    """A file that is left open."""

    def __init__(self, file: Any) -> None:
        self.write = file.write

    def __enter__(self) -> _Left:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _line(row: Row) -> str:
    plain = {name: value for name, value in row._asdict().items() if value and name not in ("data", "more")}
    text = dumps(plain)[:-1]
    for name in ("data", "more"):
        if getattr(row, name):
            text += f',"{name}":{getattr(row, name)}'
    return text + "}\n"


def _read_lines(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                fields: dict[str, Any] = json.loads(line)
            except ValueError as error:
                raise bad_export(f"第 {number} 行不是 JSON", f"line {number} is no JSON") from error
            if not isinstance(fields, dict) or "t" not in fields or not fields.keys() <= {*Row._fields}:
                raise bad_export(f"第 {number} 行不是导出的一行", f"line {number} is no row of an export")
            for name in {"data", "more"} & fields.keys():
                fields[name] = dumps(fields[name])
            yield Row(**fields)


def _pyarrow() -> Any:
    try:
        from importlib import import_module

        pyarrow = import_module("pyarrow")
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise PluginError(
            "Parquet 需要可选组件 parquet",
            "Parquet needs the extra parquet",
            code="missing-extra",
            hint="pip install 'hotline12345[parquet]'，或导出为 .ndjson",
            hint_en="pip install 'hotline12345[parquet]', or export to .ndjson",
        ) from error
    return pyarrow


def _write_parquet(_: Path, file: Any, rows: Iterable[Row]) -> None:
    arrow = _pyarrow()
    kinds = {"version": arrow.int64(), "schema": arrow.int64()}
    schema = arrow.schema([(name, kinds.get(name, arrow.string())) for name in Row._fields])
    with arrow.parquet.ParquetWriter(file, schema, compression="zstd") as out:
        batch: list[Row] = []
        for row in rows:
            batch.append(_plain(row))
            if len(batch) == BATCH:
                out.write_batch(_columns(arrow, batch, schema))
                batch = []
        if batch:
            out.write_batch(_columns(arrow, batch, schema))


_TEXTS = ("place", "number", "kind")


def _plain(row: Row) -> Row:
    """Return *row* as Parquet can hold it: a text with half characters, which are no UTF-8, as NUL and JSON."""
    odd = {name: text for name in _TEXTS if (text := getattr(row, name)).startswith("\0") or not _whole(text)}
    changed: dict[str, Any] = {name: "\0" + json.dumps(text) for name, text in odd.items()}
    return row._replace(**changed) if odd else row


def _whole(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _as_it_was(row: Row) -> Row:
    odd = {name: text for name in _TEXTS if (text := getattr(row, name)).startswith("\0")}
    return row._replace(**{name: json.loads(text[1:]) for name, text in odd.items()}) if odd else row


def _columns(arrow: Any, batch: list[Row], schema: Any) -> Any:
    return arrow.RecordBatch.from_arrays(
        [arrow.array(column, kind.type) for column, kind in zip(zip(*batch, strict=True), schema, strict=True)],
        schema=schema,
    )


def _read_parquet(path: Path) -> Iterator[Row]:
    arrow = _pyarrow()
    with arrow.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH):
            yield from (
                _as_it_was(Row(*values)) for values in zip(*(c.to_pylist() for c in batch.columns), strict=True)
            )


def _unwritten(path: Path, error: OSError) -> StoreError:
    full = error.errno in (ENOSPC, EDQUOT)
    return StoreError(
        f"写不完文件 {path}：{error.strerror or error}；写了一半的已删去",
        f"cannot write {path} to its end: {error.strerror or error}; what was written is removed",
        code="full" if full else "io",
        hint="腾出空间或换一处，再导出一次" if full else "检查磁盘与文件系统，再导出一次",
        hint_en="make room or take another place, and export again" if full else "look at the disk and export again",
    )


def _unreadable(path: Path, error: Exception) -> RequestError:
    why = getattr(error, "strerror", None) or error  # without the name of a draft beside it
    return RequestError(
        f"打不开文件 {path}：{why}",
        f"cannot open {path}: {why}",
        code="no-such-file",
        hint="请核对路径与权限",
        hint_en="check the path and your permissions",
    )
