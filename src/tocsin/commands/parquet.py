"""Columns of a recording as Parquet: one file per category and edition, one for what was rejected.

A field that a record does not have is null. Units are in the metadata of each column (`unit`).
Repeated items are lists (`I048/250/MBDATA`), RE and SP are binary.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tocsin.model.errors import BadStorage
from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.columns import Columns, Values, decode
from tocsin.wire.asterix.editions import Editions
from tocsin.wire.asterix.repeated import read_elements, repeats
from tocsin.wire.asterix.tables import CATEGORIES

Arrow: TypeAlias = Any
"""A pyarrow array or table; pyarrow has no type hints."""

ROWS_AT_ONCE = 50_000
"""Rows gathered before they are written as one row group."""

EVERYTHING = {category: (f"I{category:03d}",) for category in CATEGORIES}
"""All fields of every category."""


def write_parquet(
    chunks: Iterator[RawChunk | Rejected], folder: Path, editions: Editions
) -> tuple[int, int, tuple[Path, ...]]:
    """Write all columns and rejects of a recording; return counts of both, and the files.

    Raises:
        BadStorage: the folder cannot be written to.
    """
    records = rejects = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _Files(folder) as files:
            for chunk in chunks:
                bad: tuple[Rejected, ...] = (chunk,) if isinstance(chunk, Rejected) else ()
                if isinstance(chunk, RawChunk):
                    decoded = decode(chunk, editions, EVERYTHING)
                    bad = decoded.rejects
                    for columns in decoded.columns:
                        records += columns.n
                        name = f"cat{columns.category:03d}_ed{columns.edition}"
                        files.add(name, table_of(columns, chunk))
                if bad:
                    files.add("rejected", _reject_table(bad))
                rejects += len(bad)
            return records, rejects, files.paths()
    except OSError as error:
        raise BadStorage(
            f"cannot be written ({error.strerror or error})",
            where=str(folder),
            remedy="Name a folder that you may write to and that has room.",
        ) from error


def table_of(columns: Columns, chunk: RawChunk) -> Arrow:
    """Return one Arrow table with every field of the records."""
    block = columns.block
    received = np.asarray(chunk.t_received_ns[block])
    arrays: dict[str, Any] = {
        "offset": pa.array(chunk.offset[block] + columns.record_offset - chunk.start[block]),
        "received": pa.array(received, mask=received < 0).cast(pa.timestamp("ns", tz="UTC")),
        "sac": _masked(columns.sac, columns.sac >= 0),
        "sic": _masked(columns.sic, columns.sic >= 0),
    }
    units: dict[str, str] = {}
    for name, field in columns.fields.items():
        if name not in columns.first_element:
            arrays[name] = _masked(field.values, field.present)
            units[name] = field.unit
        elif repeats(columns, name):
            for path, array, unit in _lists(columns, chunk, name):
                arrays[path], units[path] = array, unit
        else:
            arrays[name] = _bytes(columns, chunk, name)
    schema = pa.schema(
        [
            pa.field(name, array.type, metadata={"unit": units[name]} if units.get(name) else None)
            for name, array in arrays.items()
        ]
    )
    return pa.Table.from_arrays(list(arrays.values()), schema=schema)


def _masked(values: Values, present: NDArray[np.bool_]) -> Arrow:
    kind = pa.string() if values.dtype.kind == "U" else None
    plain = values.astype(object) if kind is not None else np.ascontiguousarray(values)
    return pa.array(plain, type=kind, mask=~present)


def _lists(columns: Columns, chunk: RawChunk, name: str) -> Iterator[tuple[str, Arrow, str]]:
    """Yield the parts of a repeated item as lists, null where a record does not have it."""
    elements = read_elements(columns, chunk, name)
    present = columns.fields[name].present
    count = np.bincount(elements.record, minlength=columns.n)
    ends = np.concatenate(([0], np.cumsum(count))).astype(np.int32)
    offsets = pa.array(ends, mask=np.append(~present, False))
    for part, values in elements.values.items():
        path = f"{name}/{part}" if part else name
        yield path, pa.ListArray.from_arrays(offsets, pa.array(values)), elements.units[part]


def _bytes(columns: Columns, chunk: RawChunk, name: str) -> Arrow:
    size = columns.fields[name].values
    begin = columns.first_element[name]
    present = columns.fields[name].present
    spans = zip(begin.tolist(), np.asarray(size).tolist(), present.tolist(), strict=True)
    return pa.array([chunk.data[at : at + n] if has else None for at, n, has in spans], pa.binary())


def _reject_table(bad: tuple[Rejected, ...]) -> Arrow:
    return pa.table(
        {
            "offset": pa.array([one.offset for one in bad], pa.int64()),
            "reason": pa.array([one.reason for one in bad], pa.string()),
            "detail": pa.array([one.detail for one in bad], pa.string()),
            "raw": pa.array([one.raw for one in bad], pa.binary()),
        }
    )


class _Files:
    """The Parquet files being written, opened when their first rows come."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, Any] = {}
        self._waiting: dict[str, list[Any]] = {}

    def __enter__(self) -> "_Files":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in list(self._waiting):
            self._flush(name)
        for writer in self._writers.values():
            writer.close()

    def add(self, name: str, table: Arrow) -> None:
        """Take rows for a file; they are written together with others."""
        waiting = self._waiting.setdefault(name, [])
        waiting.append(table)
        if sum(one.num_rows for one in waiting) >= ROWS_AT_ONCE:
            self._flush(name)

    def paths(self) -> tuple[Path, ...]:
        """Return the files written or about to be."""
        return tuple(self._path(name) for name in self._waiting)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.parquet"

    def _flush(self, name: str) -> None:
        if not self._waiting[name]:
            return
        rows = pa.concat_tables(self._waiting[name])
        self._waiting[name] = []
        if name not in self._writers:
            self._writers[name] = pq.ParquetWriter(self._path(name), rows.schema)
        self._writers[name].write_table(rows)
